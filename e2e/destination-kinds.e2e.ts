import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { baseClip, madeClip } from './helpers/clips.ts'
import { frameNumbers, missingNumbers, readFrames, recordStream } from './helpers/decode.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { artifacts } from './helpers/paths.ts'
import { type Publisher, publishFile, publishTestStream } from './helpers/publish.ts'
import { freePort } from './helpers/relay-targets.ts'
import { until as forTruth } from './helpers/until.ts'
import { killWorker } from './helpers/workers.ts'

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

async function until(id: string, accept: (destination: any) => boolean, stream = 'show'): Promise<any> {
  const end = performance.now() + 60_000
  for (;;) {
    const { body } = await host.api('GET', `/live/streams/${stream}/destinations/${id}`)
    if (accept(body)) return body
    if (performance.now() > end) throw new Error(`the destination stays ${JSON.stringify(body)}`)
    await sleep(100)
  }
}

const live = (destination: any) => destination.state === 'live'
const failing = (code: string) => (destination: any) => destination.error?.code === code

/** Waits until HLS lists this many whole segments. */
const forSegments = (address: string, min: number) =>
  forTruth(async () => {
    const master = await fetch(address)
    const line = master.ok ? (await master.text()).split('\n').find((each) => each.endsWith('.m3u8') && !each.startsWith('#')) : undefined
    const listed = line === undefined ? '' : await (await fetch(new URL(line, address))).text()
    return (listed.match(/#EXTINF/g)?.length ?? 0) >= min
  }, `${min} segments`)

beforeAll(async () => {
  host = await startHost({ name: 'kinds' })
  second = await startHost({ name: 'kinds-second', args: ['--srt-passphrase', passphrase] })
  publisher = publishFile(await baseClip(), `${host.rtmp}/${await host.key('show')}`, { loop: true })
  await host.until('show', (stream) => stream.state === 'active' && stream.tracks.length === 2)
})

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
    const seen = frameNumbers(await readFrames(file))
    expect(seen.length).toBeGreaterThan(60)
    expect(missingNumbers(seen)).toBe(0)
    await until(made.id, ({ state }) => state === 'retrying')
    listen('-f', 'null', '-')
    await host.api('POST', `/live/streams/show/destinations/${made.id}/retry`)
    expect((await until(made.id, live)).statistics.reconnects).toBe(1)
    await host.api('DELETE', `/live/streams/show/destinations/${made.id}`)
  })

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
    const seen = frameNumbers(await readFrames(file))
    expect(seen.length).toBeGreaterThan(40)
    expect(missingNumbers(seen)).toBe(0)
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
  })
})

describe('RTMPS destinations', () => {
  it('rejects a certificate of nobody, and publishes where its fingerprint is accepted or nothing is verified', async () => {
    const url = `rtmps://127.0.0.1:${second.ready.rtmpsPort}/live`
    const key = await second.key('by-rtmps')
    const made = await add({ template: 'custom', label: 'tls', url, key })
    const refused = await until(made.id, failing('destination.tls'))
    const fingerprint = /SHA-256 ([0-9A-F:]{95})/.exec(refused.error.message)?.[1] as string
    expect(fingerprint).toBeDefined()
    // The stored key goes to nobody who shows another certificate: it is entered again.
    expect((await change(made.id, { certificate: fingerprint })).body.code).toBe('secret.needed')
    await change(made.id, { certificate: fingerprint.replace(/^../, fingerprint.startsWith('00') ? '11' : '00'), key })
    expect((await until(made.id, ({ error }) => error?.message.includes('another fingerprint'))).error.code).toBe('destination.tls')
    await change(made.id, { certificate: fingerprint, key })
    await until(made.id, live)
    await second.until('by-rtmps', (stream) => stream.state === 'active' && stream.tracks.length === 2)
    await change(made.id, { certificate: 'any', key })
    expect((await until(made.id, live)).certificate).toBe('any')
    expect((await change(made.id, { certificate: 'sha1:00' })).body.code).toBe('destination.address_invalid')
    await host.api('DELETE', `/live/streams/show/destinations/${made.id}`)
  })
})

describe('WHIP destinations', () => {
  it('publishes a stream with B-frames and AAC to another host, and returns by itself when that host or the process is gone', async () => {
    const curved = await madeClip('curved.flv', [
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-bf',
      '2',
      '-g',
      '30',
      '-b:v',
      '800k',
      '-c:a',
      'copy',
    ])
    const source = publishFile(curved, `${host.rtmp}/${await host.key('curved')}`, { loop: true })
    try {
      await host.until('curved', (stream) => stream.state === 'active' && stream.tracks.length === 2)
      const key = await second.key('by-whip')
      const url = `${second.http}/live/whip`
      const made = await add({ template: 'whip', label: 'whip', url, key: 'sk_not-one-that-is-known' }, 'curved')
      const refused = await until(made.id, failing('destination.refused'), 'curved')
      expect(refused.error.message).toContain('401')
      await change(made.id, { key }, 'curved')
      await until(made.id, live, 'curved')
      const there = await second.until('by-whip', (stream) => stream.state === 'active' && stream.tracks.length === 2)
      expect(there.tracks.map(({ codec }: any) => codec).sort()).toEqual(['h264', 'opus'])
      expect(there.publisher!.protocol).toBe('whip')
      await forSegments(`${second.http}/live/by-whip/hls.m3u8`, 2)
      const file = join(artifacts, 'destination-whip.mkv')
      await recordStream(`${second.http}/live/by-whip/hls.m3u8`, file, 4)
      const seen = frameNumbers(await readFrames(file))
      expect(seen.length).toBeGreaterThan(60)
      expect(missingNumbers(seen)).toBe(0)
      const good = await until(made.id, (destination) => live(destination) && destination.statistics.frames > 90, 'curved')
      expect(good.statistics.reconnects).toBe(0)
      await second.until('by-whip', ({ health }) => health !== null && Math.abs(health.avOffsetMs ?? 0) < 500)
      // Ended from here, the far end knows at once.
      await host.api('POST', `/live/streams/curved/destinations/${made.id}/stop`)
      await second.until('by-whip', (stream) => stream.state === 'ended')
      await host.api('POST', `/live/streams/curved/destinations/${made.id}/start`)
      await until(made.id, live, 'curved')
      // The process dies: only its destinations notice, and come back.
      const other = await add({ template: 'custom', label: 'beside', url: second.rtmp, key: await second.key('beside') }, 'curved')
      await until(other.id, live, 'curved')
      const isBack = async () => live((await host.api('GET', `/live/streams/curved/destinations/${made.id}`)).body)
      expect(await killWorker(host, 'whip-worker', isBack)).toBeLessThanOrEqual(300)
      const back = await until(made.id, ({ state, statistics }) => state === 'live' && statistics.reconnects > 0, 'curved')
      expect(back.statistics.reconnects).toBe(1)
      expect((await until(other.id, live, 'curved')).statistics.reconnects).toBe(0)
      const reply = await host.api('POST', '/live/streams/curved/destinations', { template: 'whip', url, key, rendition: 'v-240p' })
      expect([reply.status, reply.body.code]).toEqual([400, 'destination.address_invalid'])
    } finally {
      await source.stop()
    }
  })
})

describe('what is sent', () => {
  it('is HEVC and AV1 where the server announces them', async () => {
    for (const video of ['hevc', 'av1'] as const) {
      const source = await publishTestStream({ url: `${host.rtmp}/${await host.key(video)}`, width: 640, height: 360, video })
      try {
        await host.until(video, (stream) => stream.state === 'active' && stream.tracks.length === 2)
        const made = await add({ template: 'custom', label: video, url: second.rtmp, key: await second.key(`in-${video}`) }, video)
        await until(made.id, live, video)
        const there = await second.until(`in-${video}`, (stream) => stream.state === 'active' && stream.tracks.length === 2)
        expect(there.tracks.find(({ kind }) => kind === 'video')!.codec).toBe(video)
        const srt = await add({ template: 'srt', label: 'ts', url: `srt://127.0.0.1:${second.ready.srtPort}`, key: 'x', passphrase }, video)
        await host.api('DELETE', `/live/streams/${video}/destinations/${srt.id}`)
      } finally {
        await source.stop()
      }
    }
  })
})

describe('a publisher that is away for a moment', () => {
  it('leaves its destination connected, and what arrives goes on with times that only grow', async () => {
    const key = await host.key('brief')
    const clip = await baseClip()
    let source = publishFile(clip, `${host.rtmp}/${key}`, { loop: true })
    try {
      await host.until('brief', (stream) => stream.state === 'active' && stream.tracks.length === 2)
      const made = await add({ template: 'custom', label: 'brief', url: second.rtmp, key: await second.key('brief') }, 'brief')
      await until(made.id, live, 'brief')
      await second.until('brief', (stream) => stream.state === 'active' && stream.tracks.length === 2)
      const file = join(artifacts, 'destination-brief.mkv')
      const recording = recordStream(`${second.rtmp}/brief`, file, 8)
      await sleep(2000)
      await source.stop()
      await host.until('brief', (stream) => stream.reconnecting === true)
      source = publishFile(clip, `${host.rtmp}/${key}`, { loop: true })
      await recording
      const frames = await readFrames(file)
      expect(frames.length).toBeGreaterThan(100)
      for (let index = 1; index < frames.length; index++) {
        expect((frames[index] as { time: number }).time).toBeGreaterThan((frames[index - 1] as { time: number }).time)
      }
      expect((await until(made.id, live, 'brief')).statistics).toMatchObject({ reconnects: 0, droppedFrames: 0 })
    } finally {
      await source.stop()
    }
  })
})
