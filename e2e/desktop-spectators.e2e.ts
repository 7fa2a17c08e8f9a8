import { existsSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { ClientMessage } from '../src-main/desktop/sessions/client-message.ts'
import { type DesktopViewer, type ViewerOptions, watchDesktop } from './helpers/desktop-viewer.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'
import { workersOf } from './helpers/workers.ts'

/** Guests who may see and nothing else say whatever that allows, as often as they can: others go on watching. */

const missing = ['Xvnc', 'ffplay'].every((program) => existsSync(`/usr/bin/${program}`))
  ? undefined
  : 'Xvnc and ffplay are needed: apt-get install tigervnc-standalone-server ffmpeg'
const film = ['ffplay', '-loglevel', 'error', '-an', '-noborder', '-f', 'lavfi', '-i', 'testsrc2=size=800x600:rate=30']
let host: RunningHost
let id = ''
let key = ''
const open: DesktopViewer[] = []

beforeAll(async () => {
  if (missing !== undefined) return
  host = await startHost({ name: 'desktop-spectators' })
  id = (await host.api('POST', '/desktop/displays', { command: film })).body.id
  const { url } = (await host.api('POST', `/desktop/displays/${id}/invitations`, { rights: ['see'], once: false })).body
  key = new URL(url).hash.slice('#key='.length)
}, 120_000)

afterAll(async () => {
  for (const { socket } of open) socket.terminate()
  if (id !== '') await host?.api('DELETE', `/desktop/displays/${id}`).catch(() => undefined)
  await host?.stop()
}, 60_000)

beforeEach((context) => {
  if (missing !== undefined) skipBecause(context, missing)
})

/** A viewer, who counts what comes as video. */
function watch(options: ViewerOptions) {
  const seen = { video: 0, keyframes: 0 }
  const viewer = watchDesktop(host, {
    ...options,
    onUpdate: (message) => {
      if (message[0] !== 3) return
      seen.video++
      seen.keyframes += message[1]! & 1
    },
  })
  open.push(viewer)
  return { ...viewer, seen }
}

async function comeAsGuest() {
  const visit = watch({ guest: (await host.api('POST', '/desktop/invitations/join', { key, name: 'Gus' })).body.guest })
  await visit.joined()
  return visit
}

const endless: Readonly<Record<string, (index: number) => ClientMessage>> = {
  'another decoder': (index) => ({ kind: 'decoder', h264: true, fullColor: index % 2 === 0 }),
  'another quality': (index) => ({ kind: 'quality', quality: (['sharp', 'balanced', 'fast'] as const)[index % 3]! }),
  'another part': (index) => ({ kind: 'part', part: index % 2 === 0 ? null : { x: index % 30_000, y: 0, width: 32_767, height: 32_767 } }),
  'updates that nobody sent': () => ({ kind: 'drawn', update: 0xffffffff, ms: 60_000 }),
  pings: (index) => ({ kind: 'ping', at: index }),
  'hands up and down': (index) => ({ kind: 'control', action: index % 2 === 0 ? 'ask' : 'release' }),
  'another transport': (index) => ({ kind: 'transport', via: index % 2 === 0 ? 'webrtc' : 'websocket' }),
  'what they may not': (index) => ({ kind: 'key', code: 'KeyA', key: 'a', down: index % 2 === 0 }),
}

it('guests who say the same without end cost other viewers neither frames nor keyframes, and ask nobody', async () => {
  const viewer = watch({ display: id })
  await viewer.joined()
  viewer.send({ kind: 'decoder', h264: true })
  await until(() => viewer.seen.video > 10, 'the film comes as video')
  const processes = workersOf(host, 'desktop-worker')
  for (const [what, say] of Object.entries(endless)) {
    const guest = await comeAsGuest()
    const before = { ...viewer.seen, said: viewer.said.length }
    const startMs = performance.now()
    let said = 0
    await until(
      () => {
        // A third of what ends a connection.
        for (let count = 0; count < 8; count++) guest.send(say(said++))
        return said >= 600 && viewer.seen.video - before.video > 30
      },
      () => `${what}: the film goes on: ${viewer.seen.video - before.video} frames, ${said} messages, closed ${guest.closed()}`,
    )
    const seconds = (performance.now() - startMs) / 1000
    expect(guest.closed(), what).toBeUndefined()
    expect(viewer.seen.keyframes - before.keyframes, what).toBeLessThanOrEqual(Math.ceil(seconds) + 3)
    expect(viewer.said.length - before.said, `${what}: ${JSON.stringify(viewer.said.slice(-5))}`).toBeLessThan(5)
    guest.leave()
  }
  expect(workersOf(host, 'desktop-worker')).toEqual(processes)
  viewer.leave()
})

it('a guest who offers connections without end is disconnected, and nobody else is', async () => {
  const viewer = watch({ display: id })
  await viewer.joined()
  const guest = await comeAsGuest()
  for (let count = 0; count < 30; count++) guest.send({ kind: 'rtc-offer', sdp: 'v=0\r\n'.repeat(2000) })
  await until(() => guest.closed() === 1008, 'the offers end its own connection')
  const updates = viewer.updates()
  await until(() => viewer.updates() > updates, 'the other one goes on')
  expect(viewer.closed()).toBeUndefined()
  viewer.leave()
})
