import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { baseClip } from './helpers/clips.ts'
import { readFrames, recordStream } from './helpers/decode.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { artifacts } from './helpers/paths.ts'
import { type Publisher, publishFile } from './helpers/publish.ts'
import { freePort } from './helpers/relay-targets.ts'

const passphrase = 'between the two hosts'

let host: RunningHost
let second: RunningHost
let publisher: Publisher
const children: ChildProcess[] = []

async function add(body: object, stream = 'show'): Promise<any> {
  const reply = await host.api('POST', `/live/streams/${stream}/destinations`, body)
  if (reply.status !== 201) throw new Error(JSON.stringify(reply))
  return reply.body
}

const change = (id: string, body: object, stream = 'show') => host.api('PATCH', `/live/streams/${stream}/destinations/${id}`, body)

async function until(id: string, accept: (destination: any) => boolean, timeoutMs = 20_000, stream = 'show'): Promise<any> {
  const end = performance.now() + timeoutMs
  for (;;) {
    const { body } = await host.api('GET', `/live/streams/${stream}/destinations/${id}`)
    if (accept(body)) return body
    if (performance.now() > end) throw new Error(`the destination stays ${JSON.stringify(body)}`)
    await sleep(100)
  }
}

const live = (destination: any) => destination.state === 'live'
const failing = (code: string) => (destination: any) => destination.error?.code === code

async function numbersOf(file: string): Promise<number[]> {
  const frames = await readFrames(file)
  return frames.flatMap((frame) => (frame.code === undefined ? [] : [frame.code.frame]))
}

function gaps(frames: readonly number[]): number {
  let missing = 0
  for (let index = 1; index < frames.length; index++) {
    const step = (frames[index] as number) - (frames[index - 1] as number)
    if (step > 1) missing += step - 1
  }
  return missing
}

beforeAll(async () => {
  host = await startHost({ name: 'kinds' })
  second = await startHost({ name: 'kinds-second', args: ['--srt-passphrase', passphrase] })
  publisher = publishFile(await baseClip(), `${host.rtmp}/${await host.key('show')}`, { loop: true })
  await host.until('show', (stream) => stream.state === 'active' && stream.tracks.length === 2)
}, 60_000)

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await publisher?.stop()
  await second?.stop()
  await host?.stop()
})

describe('SRT destinations', () => {
  it('sends every frame to a libsrt listener, and comes back to one that returns', async () => {
    const port = await freePort()
    const file = join(artifacts, 'destination-srt.ts')
    const listen = (...output: string[]) => {
      const child = spawn('ffmpeg', ['-loglevel', 'error', '-y', '-i', `srt://127.0.0.1:${port}?mode=listener`, ...output])
      children.push(child)
      return child
    }
    const made = await add({ template: 'srt', label: 'listener', url: `srt://127.0.0.1:${port}` })
    expect(made).toMatchObject({ latencyMs: 200, hasPassphrase: false })
    await until(made.id, failing('destination.unreachable'))
    const first = listen('-t', '4', '-c', 'copy', file)
    await host.api('POST', `/live/streams/show/destinations/${made.id}/retry`)
    const sending = await until(made.id, (destination) => live(destination) && destination.statistics.frames > 0)
    expect(sending.statistics.rttMs).toBeGreaterThan(0)
    expect(sending.statistics).toMatchObject({ packetsLost: 0 })
    await once(first, 'exit')
    const seen = await numbersOf(file)
    expect(seen.length).toBeGreaterThan(80)
    expect(gaps(seen)).toBe(0)
    await until(made.id, ({ state }) => state === 'retrying')
    listen('-f', 'null', '-')
    await host.api('POST', `/live/streams/show/destinations/${made.id}/retry`)
    expect((await until(made.id, live)).statistics.reconnects).toBe(1)
    await host.api('DELETE', `/live/streams/show/destinations/${made.id}`)
  }, 60_000)

  it('publishes to another host by key and passphrase, and tells a wrong one from the other', async () => {
    const url = `srt://127.0.0.1:${second.ready.srtPort}`
    const key = await second.key('by-srt')
    const made = await add({ template: 'srt', label: 'second', url, key, passphrase: 'something else it is' })
    expect(JSON.stringify(made)).not.toMatch(new RegExp(`${key}|something else`))
    await until(made.id, failing('destination.passphrase'))
    await change(made.id, { passphrase: '' })
    await until(made.id, failing('destination.passphrase'))
    await change(made.id, { passphrase, key: 'sk_not-one-that-is-known' })
    expect((await until(made.id, failing('destination.refused'))).hasPassphrase).toBe(true)
    await change(made.id, { key })
    await until(made.id, live)
    await second.until('by-srt', (stream) => stream.state === 'active' && stream.tracks.length === 2)
    const file = join(artifacts, 'destination-srt-second.mkv')
    await recordStream(`${second.rtmp}/by-srt`, file, 3)
    const seen = await numbersOf(file)
    expect(seen.length).toBeGreaterThan(40)
    expect(gaps(seen)).toBe(0)
    for (const body of [
      { template: 'srt', url: 'srt://127.0.0.1' },
      { template: 'srt', url: 'srt://127.0.0.1:9000?streamid=x' },
      { template: 'srt', url, passphrase: 'short' },
      { template: 'srt', url: 'rtmp://127.0.0.1/live' },
      { template: 'srt', url, certificate: 'any' },
      { template: 'custom', url: 'rtmp://127.0.0.1/live', key: 'k', passphrase },
    ]) {
      const reply = await host.api('POST', '/live/streams/show/destinations', body)
      expect([body, reply.status, reply.body.code]).toEqual([body, 400, 'destination.address_invalid'])
    }
    await host.api('DELETE', `/live/streams/show/destinations/${made.id}`)
  }, 60_000)
})

describe('RTMPS destinations', () => {
  it('refuses a certificate of nobody, and publishes where its fingerprint is accepted or nothing is verified', async () => {
    const url = `rtmps://127.0.0.1:${second.ready.rtmpsPort}/live`
    const made = await add({ template: 'custom', label: 'tls', url, key: await second.key('by-rtmps') })
    const refused = await until(made.id, failing('destination.tls'))
    const fingerprint = /SHA-256 ([0-9A-F:]{95})/.exec(refused.error.message)?.[1] as string
    expect(fingerprint).toBeDefined()
    await change(made.id, { certificate: fingerprint.replace(/^../, fingerprint.startsWith('00') ? '11' : '00') })
    expect((await until(made.id, ({ error }) => error?.message.includes('another fingerprint'))).error.code).toBe('destination.tls')
    await change(made.id, { certificate: fingerprint })
    await until(made.id, live)
    await second.until('by-rtmps', (stream) => stream.state === 'active' && stream.tracks.length === 2)
    await change(made.id, { certificate: 'any' })
    expect((await until(made.id, live)).certificate).toBe('any')
    expect((await change(made.id, { certificate: 'sha1:00' })).body.code).toBe('destination.address_invalid')
    await host.api('DELETE', `/live/streams/show/destinations/${made.id}`)
  }, 60_000)
})
