import { chmodSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MediaShare, MediaShares, ShareListener } from '../../media/media-shares.ts'
import { createEventBus } from '../../platform/events/event-bus.ts'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import { ShareServer } from './share-server.ts'
import { socketFolder, sweepSockets } from './share-socket.ts'

/** The host's side of the protocol, with a socket in the place of the plugin; e2e/obs-plugin.e2e.ts has the plugin in a real OBS. */

const user = process.getuid?.() ?? 0
let folder: string
let server: ShareServer
let list: MediaShare[]
let taken: { id: string; listener: ShareListener; closed: boolean }[]
const bus = createEventBus(silentLogger)
const sockets: Socket[] = []

const shares: MediaShares = {
  list: () => list,
  take(id, listener) {
    const made = { id, listener, closed: false }
    taken.push(made)
    return {
      close() {
        made.closed = true
      },
    }
  },
}
const path = (): string => join(folder, 'ami-streams/obs-8080.sock')

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'obs-shares-'))
  list = [{ id: 'canvas:main', kind: 'canvas', name: 'Main' }]
  taken = []
  server = new ShareServer({ shares, events: bus, log: silentLogger, program: 'test', environment: { XDG_RUNTIME_DIR: folder } })
  await server.start(8080)
})
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  server.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** A plugin: what it was sent, line by line. */
async function plugin(...lines: readonly (object | string)[]) {
  const socket = connect(path())
  sockets.push(socket)
  const heard: any[] = []
  let rest = ''
  let ended = false
  socket.on('data', (bytes) => {
    const parts = (rest + String(bytes)).split('\n')
    rest = parts.pop()!
    heard.push(...parts.map((line) => JSON.parse(line)))
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    ended = true
  })
  const say = (line: object | string): unknown => socket.write(typeof line === 'string' ? line : `${JSON.stringify(line)}\n`)
  for (const line of lines) say(line)
  return { socket, heard, say, ended: () => ended }
}
async function until(holds: () => unknown): Promise<void> {
  for (let turn = 0; turn < 400 && !holds(); turn++) await sleep(5)
  expect(holds()).toBeTruthy()
}
const hello = { type: 'hello', version: 1 }

describe('shares for sources of OBS', () => {
  it('are listed, and listed again when there are others; what is taken is reported until it is released', async () => {
    const at = await plugin(hello)
    await until(() => at.heard.length === 2)
    expect(at.heard).toEqual([
      { type: 'hello', version: 1, program: 'test' },
      { type: 'shares', shares: list },
    ])
    list = [...list, { id: 'overlay:abcdef', kind: 'overlay', name: 'Name' }]
    bus.publish('studio.opened', {})
    await until(() => at.heard.length === 3)
    expect(at.heard[2].shares).toHaveLength(2)

    at.say({ type: 'take', share: 'canvas:main' })
    await until(() => taken.length === 1)
    taken[0]!.listener.onMedia({ frames: 'frames-1', audio: null })
    taken[0]!.listener.onNone('it restarts')
    await until(() => at.heard.length === 5)
    expect(at.heard.slice(3)).toEqual([
      { type: 'media', share: 'canvas:main', frames: 'frames-1' },
      { type: 'none', share: 'canvas:main', reason: 'it restarts' },
    ])
    at.say({ type: 'take', share: 'overlay:abcdef' })
    await until(() => taken.length === 2)
    expect(taken.map(({ closed }) => closed)).toEqual([true, false])
    at.say({ type: 'release' })
    await until(() => taken[1]!.closed)
  })

  it('are released when OBS ends without a word', async () => {
    const at = await plugin(hello, { type: 'take', share: 'canvas:main' })
    await until(() => taken.length === 1)
    at.socket.destroy()
    await until(() => taken[0]!.closed)
  })

  it.each([
    ['another version', { type: 'hello', version: 2 }, /version 2/],
    ['no hello', { type: 'take', share: 'canvas:main' }, /hello/],
    ['no JSON', 'GET / HTTP/1.1\n', /no message/],
    ['another type', '{"type":"open"}\n', /no message/],
    ['null', 'null\n', /no message/],
    ['a share of another type', '{"type":"take","share":{"a":1}}\n', /no message/],
    ['a name without end', `{"type":"take","share":"${'x'.repeat(300)}"}\n`, /no message/],
    ['a line without end', 'x'.repeat(5000), /longer than/],
  ])('are not given to a plugin that sends %s', async (_, line, reason) => {
    const at = await plugin(line)
    await until(at.ended)
    expect(at.heard.at(-1)).toMatchObject({ type: 'rejected', reason: expect.stringMatching(reason) })
    expect(taken).toEqual([])
  })

  it('keep nothing for a plugin that does not read', async () => {
    const at = await plugin(hello)
    await until(() => at.heard.length === 2)
    at.socket.pause()
    for (let turn = 0; turn < 100 && !at.ended(); turn++) {
      list = Array.from({ length: 500 }, (_, index) => ({ id: `source:${turn}-${index}`, kind: 'source', name: 'n'.repeat(120) }))
      bus.publish('studio.opened', {})
      await sleep(260)
      // The socket's own buffer is full by now: the host has closed its side.
      if (turn > 12) break
    }
    at.socket.resume()
    await until(at.ended)
  }, 20_000)

  it('are on a socket that nobody else may open, wherever the folder was before', async () => {
    expect(statSync(path()).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'ami-streams')).mode & 0o777).toBe(0o700)
    const open = join(folder, 'open')
    chmodSync(join(folder, 'ami-streams'), 0o777)
    expect(statSync(socketFolder({ XDG_RUNTIME_DIR: folder }, user)).mode & 0o777).toBe(0o700)
    rmSync(open, { recursive: true, force: true })
    const other = mkdtempSync(join(tmpdir(), 'obs-shares-other-'))
    symlinkSync(folder, join(other, 'ami-streams'))
    expect(() => socketFolder({ XDG_RUNTIME_DIR: other }, user)).toThrow(/another user/)
    rmSync(other, { recursive: true })
  })

  it('sweep what a killed host left, and nothing else', async () => {
    const own = join(folder, 'ami-streams')
    const left = createServer()
    await new Promise<void>((resolve) => left.listen(join(own, 'obs-9.sock'), resolve))
    writeFileSync(join(own, 'notes.sock'), '')
    await sweepSockets(own)
    expect(statSync(join(own, 'obs-9.sock')).isSocket()).toBe(true)
    await new Promise((resolve) => left.close(resolve))
    writeFileSync(join(own, 'obs-9.sock'), '')
    await sweepSockets(own)
    expect(() => statSync(join(own, 'obs-9.sock'))).toThrow()
    expect(statSync(join(own, 'notes.sock')).isFile()).toBe(true)
    expect(statSync(path()).isSocket()).toBe(true)
  })
})
