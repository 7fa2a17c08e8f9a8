import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { WebSocket } from 'ws'
import { freePorts, streams } from './helpers/command.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { publishFile, testClip } from './helpers/publish.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'

const clip = (): Promise<string> => testClip('clip-h264-aac', { frames: 900, videoKbps: 1200 })
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe('a host that ends', () => {
  it('by SIGKILL comes back with its keys, streams, settings and tokens, and the old key publishes', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'ami-streams-'))
    try {
      const first = await startHost({ dataDir, name: 'killed' })
      const secret = await first.key('cam', { label: 'kept' })
      const token = (await first.api('POST', '/tokens', { label: 'kept', role: 'editor' })).body.secret
      await first.api('PATCH', '/settings', { reconnectWindowMs: 21_000, playerTheme: 'dark' })
      const publisher = publishFile(await clip(), `${first.rtmp}/${secret}`)
      const before = await first.until('cam', (stream) => stream.state === 'active')
      await first.api('PATCH', '/live/streams/cam', { title: 'Kept title' })
      // What need not be answered for is written a moment later.
      const files = () => readdirSync(dataDir).filter((name) => /\.(db|sqlite)/.test(name))
      await until(() => files().some((name) => readFileSync(join(dataDir, name)).includes('Kept title')), 'the title is on disk')
      await first.kill('SIGKILL')
      await publisher.stop()

      const second = await startHost({ dataDir, name: 'killed' })
      try {
        expect((await second.api('GET', '/live/keys')).body.items).toMatchObject([{ stream: 'cam', label: 'kept', enabled: true }])
        expect((await second.api('GET', '/settings')).body).toMatchObject({ reconnectWindowMs: 21_000, playerTheme: 'dark' })
        const me = await fetch(`${second.http}/api/v1/sessions/me`, { headers: { authorization: `Bearer ${token}` } })
        expect(await me.json()).toMatchObject({ role: 'editor' })
        const { body: stream } = await second.api('GET', '/live/streams/cam')
        expect(stream).toMatchObject({ id: before.id, title: 'Kept title', createdAt: before.createdAt })

        const again = publishFile(await clip(), `${second.rtmp}/${secret}`)
        try {
          await second.until('cam', (one) => one.state === 'active' && !one.reconnecting)
        } finally {
          await again.stop()
        }
      } finally {
        await second.stop()
      }
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  })

  it('by SIGTERM ends in order, whoever is connected and stays', async () => {
    const host = await startHost({ name: 'asked-to-end' })
    const secret = await host.key('cam')
    const publisher = publishFile(await clip(), `${host.rtmp}/${secret}`)
    const leave = new AbortController()
    let player: ChildProcess | undefined
    try {
      await host.until('cam', (stream) => stream.state === 'active')
      const multivariant = `${host.http}/live/cam/index.m3u8`
      const media = await until(async () => {
        const reply = await fetch(multivariant)
        const line = reply.ok && (await reply.text()).split('\n').find((one) => one.endsWith('.m3u8') && !one.startsWith('#'))
        return line && new URL(line, multivariant)
      }, 'a playlist')
      // A blocked reload, an endless answer, an event socket, an RTMP player and a connection that only stays open.
      const listed = await (await fetch(media)).text()
      const next = Number(listed.match(/#EXT-X-MEDIA-SEQUENCE:(\d+)/)![1]) + listed.split('#EXTINF').length
      void fetch(`${media}?_HLS_msn=${next}`, { signal: leave.signal }).catch(() => undefined)
      const events = await fetch(`${host.http}/api/v1/events`, { headers: { accept: 'text/event-stream' }, signal: leave.signal })
      expect(events.status).toBe(200)
      const socket = new WebSocket(`${host.http.replace('http', 'ws')}/api/v1/events`)
      const goodbye = new Promise<number>((resolve) => socket.on('close', resolve).on('error', () => undefined))
      await new Promise((resolve) => socket.on('message', resolve))
      player = spawn('ffmpeg', ['-loglevel', 'error', '-i', `${host.rtmp}/cam`, '-c', 'copy', '-f', 'null', '-'], { stdio: 'ignore' })
      connect(host.httpPort, '127.0.0.1').on('error', () => undefined)
      await until(async () => (await host.api('GET', '/stream/cam/viewers')).body.concurrent > 0, 'the RTMP player')

      const from = performance.now()
      host.process.kill('SIGTERM')
      // None of them leaves by itself: a host that waited for one of them would wait for ever.
      await until(() => host.process.exitCode !== null || host.process.signalCode !== null, 'the host ends')
      process.stdout.write(`ended in ${Math.round(performance.now() - from)} ms, having begun in ${Math.round(host.startMs)}\n`)
      expect(await goodbye).toBe(1001)
      expect(host.process.exitCode, 'ends by itself, not by the signal').toBe(0)
    } finally {
      leave.abort()
      player?.kill('SIGKILL')
      await publisher.stop()
      await host.stop()
    }
  })
})

/** A small file system of its own; undefined where this user may not make one. */
function mountSmall(megabytes: number): { dir: string; fill: () => void; free: () => void; unmount: () => void } | undefined {
  const dir = mkdtempSync(join(tmpdir(), 'ami-streams-small-'))
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir]).status !== 0) {
    rmSync(dir, { recursive: true })
    return undefined
  }
  const filler = join(dir, 'filler')
  return {
    dir,
    fill() {
      const file = openSync(filler, 'a')
      try {
        for (;;) writeSync(file, Buffer.alloc(4096))
      } catch {
        closeSync(file)
      }
    },
    free: () => rmSync(filler, { force: true }),
    unmount() {
      spawnSync('umount', ['-l', dir])
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

describe('a disk that is full', () => {
  let disk: ReturnType<typeof mountSmall>
  beforeAll(() => {
    if (process.platform === 'linux') disk = mountSmall(4)
  })
  afterAll(() => disk?.unmount())
  const needsMount = (context: TestContext): NonNullable<typeof disk> =>
    disk ?? skipBecause(context, 'this user may not mount a small file system')

  it('at start is reported with what to do, as text and as JSON', async (context) => {
    const { dir, fill, free } = needsMount(context)
    fill()
    try {
      const reported = await streams(['host', ...freePorts], { dataDir: dir })
      expect([reported.code, reported.out]).toEqual([1, ''])
      expect(reported.errors).toMatch(/full|KiB free/)
      expect(reported.errors).toContain('Free some space')
      expect((await streams(['host', ...freePorts, '--json'], { dataDir: dir })).json().error.code).toBe('storage.full')
    } finally {
      free()
    }
  })

  it('while a stream is live costs no video, is reported, and is over when there is space again', async (context) => {
    const { dir, fill, free } = needsMount(context)
    const host = await startHost({ dataDir: dir, name: 'disk-full' })
    const secret = await host.key('cam')
    const publisher = publishFile(await clip(), `${host.rtmp}/${secret}`, { loop: true })
    const sequence = async (): Promise<number> => (await host.api('GET', '/live/streams/cam')).body.health?.keyframeSequence ?? 0
    try {
      await host.until('cam', (stream) => stream.state === 'active' && (stream.health?.keyframeSequence ?? 0) > 0)
      fill()
      const refused = await host.api('POST', '/live/keys', { stream: 'other' })
      expect([refused.status, refused.body.code], 'what cannot be kept is refused').toEqual([507, 'storage.full'])
      expect((await host.api('PATCH', '/settings', { reconnectWindowMs: 22_000 })).status).toBe(200)
      await until(async () => (await host.api('GET', '/health')).body.status === 'degraded', 'degraded')
      await until(async () => host.log.some((line) => line.includes('storage.full')), 'a warning')
      const then = await sequence()
      await until(async () => (await sequence()) > then + 1, 'pictures go on')
      expect((await fetch(`${host.http}/live/cam/index.m3u8`)).status).toBe(200)

      free()
      await until(async () => (await host.api('GET', '/health')).body.status === 'ok', 'well again', 60_000)
      await host.key('other')
    } finally {
      await publisher.stop()
      await host.stop()
    }
    const again = await startHost({ dataDir: dir, name: 'disk-full' })
    try {
      expect((await again.api('GET', '/settings')).body.reconnectWindowMs, 'what waited was written').toBe(22_000)
      expect((await again.api('GET', '/live/keys')).body.items.map((key: { stream: string }) => key.stream).sort()).toEqual([
        'cam',
        'other',
      ])
    } finally {
      await again.stop()
    }
  })
})

describe('what arrives on the RTMP port cannot end or fill the host', () => {
  let host: RunningHost

  beforeAll(async () => {
    host = await startHost({ name: 'hostile' })
  })
  afterAll(() => host?.stop())

  async function flood(count: number, bytes: () => Buffer | undefined): Promise<void> {
    const sockets: Socket[] = []
    for (let index = 0; index < count; index++) {
      const socket = connect(host.rtmpPort, '127.0.0.1')
      socket.on('error', () => undefined)
      const garbage = bytes()
      if (garbage) socket.on('connect', () => socket.write(garbage))
      sockets.push(socket)
    }
    await pause(500)
    for (const socket of sockets) socket.destroy()
  }

  it('garbage bytes on two hundred connections', async () => {
    await flood(200, () => randomBytes(4096))
    expect((await host.api('GET', '/health')).status).toBe(200)
  })

  it('a valid greeting with garbage behind it', async () => {
    await flood(100, () => Buffer.concat([Buffer.from([3]), Buffer.alloc(1536), randomBytes(1536), randomBytes(4096)]))
    expect((await host.api('GET', '/health')).status).toBe(200)
  })

  it('a thousand half-open connections', async () => {
    await flood(1000, () => undefined)
    expect((await host.api('GET', '/health')).status).toBe(200)
    const publisher = publishFile(await clip(), `${host.rtmp}/${await host.key('after-the-flood')}`)
    try {
      await host.until('after-the-flood', (stream) => stream.state === 'active')
    } finally {
      await publisher.stop()
    }
  })
})
