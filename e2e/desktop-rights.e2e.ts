import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { ClientMessage } from '../src-main/desktop/sessions/client-message.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'

/** Who may do what at a display: by WebSockets of its own, as a page of somebody else's making would try it. */

const missing = ['Xvnc', 'xterm'].every((program) => existsSync(`/usr/bin/${program}`))
  ? undefined
  : 'Xvnc and xterm are needed: apt-get install tigervnc-standalone-server xterm'
let host: RunningHost
let id = ''
let ann = { user: '', secret: '' }
const open = new Set<WebSocket>()

/** What a terminal on the display was typed. */
const typed = () => {
  const file = join(host.dataDir, 'typed.txt')
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) : undefined
}

/** A connection to the display: of an admin on this machine, or of who has that secret. */
function connect(secret?: string, headers: Readonly<Record<string, string>> = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${host.httpPort}/api/v1/desktop/session?display=${id}`, {
    headers: { ...headers, ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }) },
  })
  open.add(socket)
  const said: { readonly kind: string; readonly code?: string; readonly rights?: readonly string[] }[] = []
  let updates = 0
  let closed: number | undefined
  let rejected: number | undefined
  socket.on('message', (data, binary) => {
    if (!binary) said.push(JSON.parse(String(data)))
    else {
      updates++
      const bytes = data as Buffer
      if (bytes[0] !== 2) socket.send(JSON.stringify({ kind: 'drawn', update: bytes.readUInt32LE(4) }))
    }
  })
  socket.on('close', (code) => {
    closed = code
    open.delete(socket)
  })
  socket.on('unexpected-response', (_request, { statusCode }) => {
    rejected = statusCode
  })
  socket.on('error', () => undefined)
  const send = (...messages: readonly ClientMessage[]) => {
    for (const message of messages) socket.send(JSON.stringify(message))
  }
  return {
    said,
    send,
    rights: () => said.filter(({ kind }) => kind === 'rights').at(-1)?.rights,
    updates: () => updates,
    closed: () => closed,
    rejected: () => rejected,
    leave: () => socket.close(),
    /** Resolves when the host has read everything that was sent. */
    read: () =>
      new Promise<void>((resolve) => {
        socket.once('pong', () => resolve())
        socket.ping()
      }),
    joined: () => until(() => said.some(({ kind }) => kind === 'rights'), 'the display says what is allowed'),
    type: (text: string) => send({ kind: 'text', text }, ...enter),
  }
}
const enter: readonly ClientMessage[] = [
  { kind: 'key', code: 'Enter', key: 'Enter', down: true },
  { kind: 'key', code: 'Enter', key: 'Enter', down: false },
]

beforeAll(async () => {
  if (missing !== undefined) return
  host = await startHost({ name: 'desktop-rights' })
  const command = ['xterm', '-maximized', '-e', 'sh', '-c', `cat > ${join(host.dataDir, 'typed.txt')}`]
  id = (await host.api('POST', '/desktop/displays', { command })).body.id
  const { token, secret } = (await host.api('POST', '/tokens', { label: 'Ann', role: 'editor' })).body
  ann = { user: `token:${token.id}`, secret }
}, 120_000)

afterAll(async () => {
  for (const socket of open) socket.terminate()
  if (id !== '') await host?.api('DELETE', `/desktop/displays/${id}`).catch(() => undefined)
  await host?.stop()
}, 60_000)

beforeEach((context) => {
  if (missing !== undefined) skipBecause(context, missing)
})

const grant = (rights: readonly string[], expiresAt?: string) =>
  host.api('PUT', `/desktop/displays/${id}/grants/${encodeURIComponent(ann.user)}`, { rights, ...(expiresAt && { expiresAt }) })
const asAnn = async (path: string) => {
  const answer = await fetch(`${host.http}/api/v1${path}`, { headers: { authorization: `Bearer ${ann.secret}` } })
  return { status: answer.status, body: await answer.json() }
}

describe('the rights of a user at a display', () => {
  it('need a grant: without one the display is not listed, and not opened', async () => {
    expect((await asAnn('/desktop/displays')).body.items).toEqual([])
    expect((await asAnn(`/desktop/displays/${id}`)).status).toBe(404)
    const rejectedOne = connect(ann.secret)
    await until(() => rejectedOne.rejected() !== undefined, 'the WebSocket is rejected')
    expect(rejectedOne.rejected()).toBe(404)
  })

  it('let a viewer see, and nothing of keyboard, pointer and size arrive', async () => {
    await grant(['see'])
    const listed = (await asAnn('/desktop/displays')).body.items
    expect(listed).toMatchObject([{ id, rights: ['see'], command: null, server: null }])
    const admin = connect()
    const viewer = connect(ann.secret)
    await Promise.all([admin.joined(), viewer.joined()])
    await until(() => viewer.updates() > 0, 'the viewer sees the display')
    const { width } = (await host.api('GET', `/desktop/displays/${id}`)).body
    await until(() => {
      admin.type('ready')
      return typed() === 'ready'
    }, 'the terminal writes what is typed')
    viewer.send({ kind: 'size', width: 444, height: 333 }, { kind: 'button', button: 1, down: true, x: 10, y: 10 })
    viewer.send({ kind: 'key', code: 'ShiftLeft', key: 'Shift', down: true }, { kind: 'held', codes: ['ShiftLeft'] })
    viewer.type('of the viewer')
    await viewer.read()
    admin.type('of the admin')
    await until(() => typed() === 'of the admin', 'what the admin types arrives alone')
    expect((await host.api('GET', `/desktop/displays/${id}`)).body.width).toBe(width)
    expect((await host.api('GET', `/desktop/displays/${id}/attendees`)).body.items).toMatchObject([
      { user: 'local', rights: ['see', 'control', 'clipboard', 'files', 'audio', 'microphone', 'camera', 'record'] },
      { user: ann.user, name: 'Ann', rights: ['see'] },
    ])
    admin.leave()
    viewer.leave()
    await until(async () => (await host.api('GET', `/desktop/displays/${id}`)).body.viewers === 0, 'both have left')
  })

  it('change while connected: what is pressed is released, and nothing else arrives', async () => {
    await grant(['control'])
    const admin = connect()
    const viewer = connect(ann.secret)
    await Promise.all([admin.joined(), viewer.joined()])
    viewer.type('of Ann')
    await until(() => typed() === 'of Ann', 'Ann controls it')
    viewer.send({ kind: 'key', code: 'ShiftLeft', key: 'Shift', down: true })
    await viewer.read()
    const { items } = (await host.api('GET', `/desktop/displays/${id}/attendees`)).body
    const attendee = items.find(({ user }) => user === ann.user)!.id
    expect((await host.api('PATCH', `/desktop/displays/${id}/attendees/${attendee}`, { rights: ['see'] })).status).toBe(200)
    expect(viewer.rights()).toEqual(['see'])
    viewer.type('too late')
    await viewer.read()
    // By keys: a Shift that is still down would show.
    for (const key of 'abc')
      admin.send({ kind: 'key', code: `Key${key}`, key, down: true }, { kind: 'key', code: `Key${key}`, key, down: false })
    admin.send(...enter)
    await until(() => typed() === 'abc' || typed() === 'ABC', 'the admin has typed')
    expect(typed()).toBe('abc')
    await grant(['see', 'control'])
    await until(() => viewer.rights()?.includes('control') === true, 'the grant is newer')
    viewer.type('again')
    await until(() => typed() === 'again', 'Ann controls it again')
    admin.leave()
    viewer.leave()
  })

  it('end at once when they are taken back, and at their time', async () => {
    await grant(['see'], new Date(Date.now() + 1500).toISOString())
    const first = connect(ann.secret)
    await first.joined()
    await until(() => first.closed() === 4403, 'the grant expires')
    expect(first.said.at(-1)).toMatchObject({ kind: 'error', code: 'desktop.rights_ended' })
    await grant(['see'])
    const second = connect(ann.secret)
    await second.joined()
    await host.api('DELETE', `/desktop/displays/${id}/grants/${encodeURIComponent(ann.user)}`)
    await until(() => second.closed() === 4403, 'nobody sees it without a grant')
    const actors = (await host.api('GET', '/audit?limit=50')).body.items.map(({ message }) => message)
    expect(actors).toContain('Ann was granted rights at a display: see')
  })
})

describe('a page of another origin', () => {
  it('opens no session, though this machine needs no sign-in', async () => {
    const foreign = connect(undefined, { origin: 'http://evil.example' })
    await until(() => foreign.rejected() !== undefined, 'the WebSocket is rejected')
    expect(foreign.rejected()).toBe(403)
  })
})
