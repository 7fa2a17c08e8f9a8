import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { elementaryForm } from '../src-main/formats/mpegts/elementary-stream.ts'
import { RealtimeStream } from '../src-main/live/jobs/renditions/realtime-stream.ts'
import { StreamTranscoder } from '../src-main/live/jobs/renditions/stream-transcoder.ts'
import { madeClip } from './helpers/clips.ts'
import { readFrames } from './helpers/decode.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { artifacts } from './helpers/paths.ts'
import { playFile, take } from './helpers/played-stream.ts'
import { type Publisher, publishFile, testClip } from './helpers/publish.ts'
import { quietLog } from './helpers/quiet-log.ts'
import { until } from './helpers/until.ts'
import { killWorker } from './helpers/workers.ts'
import { checkMultivariant } from './playlist-rules.ts'

describe('a ladder that the host makes', () => {
  let host: RunningHost
  let publisher: Publisher

  beforeAll(async () => {
    const clip = await testClip('renditions-540p', { width: 960, height: 540, frames: 60 * 30, videoKbps: 1500 })
    host = await startHost({ name: 'renditions' })
    publisher = publishFile(clip, `${host.rtmp}/${await host.key('show')}`)
    await host.until('show', (stream) => (stream.health?.frameRate ?? 0) > 0)
  })
  afterAll(async () => {
    await publisher?.stop()
    await host?.stop()
  })

  const renditions = async (): Promise<any> => (await host.api('GET', '/live/streams/show/renditions')).body
  const running = () =>
    until(async () => {
      const view = await renditions()
      return view.renditions.length > 0 && view.renditions.every((each: any) => each.state === 'running' && each.frameRate > 0)
        ? view
        : undefined
    }, 'all renditions run')
  const multivariant = async (): Promise<string> => await (await fetch(`${host.http}/live/show/index.m3u8`)).text()
  /** Media playlists, the source's first, as URL and text. */
  const playlists = async (): Promise<{ address: string; text: string }[]> => {
    const master = await multivariant()
    const addresses = [...master.matchAll(/#EXT-X-STREAM-INF:[^\n]*\n([^\n#]+)/g)].map(
      (match) => new URL(match[1]!, `${host.http}/live/show/`),
    )
    const texts = await Promise.all(addresses.map(async (address) => await (await fetch(address)).text()))
    return texts.map((text, index) => ({ address: String(addresses[index]), text }))
  }
  /** Whole segments by media sequence number. */
  const segments = (text: string): Map<number, string> => {
    let number = Number(text.match(/#EXT-X-MEDIA-SEQUENCE:(\d+)/)?.[1])
    const found = new Map<number, string>()
    for (const entry of text.split(/(?=#EXTINF:)/).slice(1)) {
      if (!entry.includes('#EXT-X-GAP')) found.set(number, entry.match(/\n([^#\n]+)/)![1]!)
      number++
    }
    return found
  }

  it('makes nothing until something is chosen, and rejects what does not exist', async () => {
    expect(await renditions()).toMatchObject({ state: 'off', chosen: false, choice: { mode: 'off' }, renditions: [] })
    expect((await host.api('PUT', '/live/streams/show/renditions', { mode: 'preset', preset: 'nothing' })).status).toBe(404)
    expect((await host.api('PUT', '/live/streams/show/renditions', { mode: 'preset' })).status).toBe(400)
    expect((await host.api('PUT', '/live/streams/show/renditions', { mode: 'preset', preset: 'talk', heights: [1234] })).status).toBe(400)
    expect((await host.api('PUT', '/live/streams/show/renditions', { mode: 'everything' })).status).toBe(400)
    expect((await host.api('PUT', '/live/streams/gone/renditions', { mode: 'off' })).status).toBe(404)
  })

  it('makes the rungs of a preset below the source: the same frames in the same segments, in one playlist', async () => {
    const chosen = await host.api('PUT', '/live/streams/show/renditions', { mode: 'preset', preset: 'low-latency' })
    expect(chosen.status).toBe(200)
    expect(chosen.body.renditions.map((each: any) => each.id)).toEqual(['v-480p', 'v-360p'])
    await running()
    const lists = await until(async () => {
      const lists = await playlists()
      if (lists.length !== 3) return undefined
      const numbers = lists.map(({ text }) => segments(text))
      const common = [...numbers[0]!.keys()].filter((number) => numbers.every((each) => each.has(number)))
      return common.length >= 3 ? { lists, numbers, common: common.slice(-3, -1) } : undefined
    }, 'three playlists with three common segments')
    expect(checkMultivariant(await multivariant())).toEqual([])
    const decoded = await Promise.all(
      lists.lists.map(async ({ address, text }, index) => {
        const parts = [text.match(/#EXT-X-MAP:URI="([^"]+)"/)![1]!, ...lists.common.map((number) => lists.numbers[index]!.get(number)!)]
        const bytes = await Promise.all(parts.map(async (part) => Buffer.from(await (await fetch(new URL(part, address))).arrayBuffer())))
        const file = join(artifacts, `renditions-${index}.mp4`)
        writeFileSync(file, Buffer.concat(bytes))
        return await readFrames(file)
      }),
    )
    const [source, ...made] = decoded
    expect(source!.length).toBe(120)
    for (const frames of made) {
      expect(frames.map(({ code }) => code?.frame)).toEqual(source!.map(({ code }) => code?.frame))
      const apart = frames.map(({ time }, index) => Math.abs(time - source![index]!.time))
      expect(Math.max(...apart)).toBeLessThan(0.002)
    }
  })

  it('leaves the source alone when the transcoder is killed, and has the ladder back with the next whole segments', async () => {
    const before = segments((await playlists())[0]!.text)
    const waitedMs = await killWorker(host, 'transcode-worker', async () => (await renditions()).state === 'running')
    expect(waitedMs).toBeGreaterThan(0)
    expect(waitedMs).toBeLessThanOrEqual(500)
    const newest = Math.max(...before.keys())
    await until(async () => {
      const lists = await playlists()
      return lists.length === 3 && lists.every(({ text }) => Math.max(...segments(text).keys()) >= newest + 3) ? true : undefined
    }, 'new whole segments of every rendition')
    const own = segments((await playlists())[0]!.text)
    for (let number = newest; number <= newest + 3; number++) expect(own.has(number)).toBe(true)
  })

  it('follows a changed preset while it runs, and stops when asked to', async () => {
    const made = await host.api('POST', '/live/presets', {
      name: 'One small',
      codec: 'h264',
      speed: 'fastest',
      bFrames: 3,
      rungs: [{ height: 240, kbps: 300 }],
    })
    expect(made.status).toBe(201)
    await host.api('PUT', '/live/streams/show/renditions', { mode: 'preset', preset: made.body.id })
    expect((await running()).renditions.map((each: any) => each.height)).toEqual([240])
    expect((await host.api('DELETE', `/live/presets/${made.body.id}`)).status).toBe(409)
    await host.api('PATCH', `/live/presets/${made.body.id}`, { rungs: [{ height: 360, kbps: 500 }] })
    expect((await running()).renditions.map((each: any) => each.height)).toEqual([360])
    await host.api('PUT', '/live/streams/show/renditions', { mode: 'off' })
    expect(await renditions()).toMatchObject({ state: 'off', renditions: [] })
    await until(async () => ((await playlists()).length === 1 ? true : undefined), 'one playlist')
    expect((await host.api('DELETE', `/live/presets/${made.body.id}`)).status).toBe(204)
  })

  it('measures the encoders of this machine once, and says why others are not there', async () => {
    const { items } = (await host.api('GET', '/live/encoders')).body
    const x264 = items.find(({ name }) => name === 'libx264')!
    expect(x264).toMatchObject({ found: true, codec: 'h264', kind: 'software' })
    expect(x264.speed).toBeGreaterThan(0.2)
    for (const each of items) expect(each.found ? each.speed! > 0 : each.reason!.length > 0).toBe(true)
    const kept = JSON.parse(readFileSync(join(host.dataDir, 'encoders.json'), 'utf8'))
    expect(kept.encoders).toEqual(items)
  })
})

describe('a source over the limit of its key', () => {
  it('is replaced by an image within it, and its publisher stays', async () => {
    const clip = await testClip('renditions-540p', { width: 960, height: 540, frames: 60 * 30, videoKbps: 1500 })
    const host = await startHost({ name: 'renditions-cap' })
    const key = await host.key('loud', { limits: { maxVideoKbps: 500 }, onOverLimit: 'transcode' })
    const publisher = publishFile(clip, `${host.rtmp}/${key}`)
    try {
      await until(async () => {
        const { status, body } = await host.api('GET', '/live/streams/loud/renditions')
        return status === 200 && body.capped && (body.renditions[0]?.frameRate ?? 0) > 0 ? true : undefined
      }, 'the source is capped')
      const kbps = await until(async () => {
        const master = await (await fetch(`${host.http}/live/loud/index.m3u8`)).text()
        const address = new URL(master.match(/#EXT-X-STREAM-INF:[^\n]*\n([^\n#]+)/)![1]!, `${host.http}/live/loud/`)
        const text = await (await fetch(address)).text()
        // A short first segment is mostly its keyframe: the mean is what counts.
        const made = [...text.slice(text.lastIndexOf('#EXT-X-MAP')).matchAll(/#EXTINF:([\d.]+),[^\n]*\n(?:#[^\n]*\n)*([^#\n]+)/g)]
        if (!text.includes('#EXT-X-DISCONTINUITY\n') || made.length < 4) return undefined
        let bytes = 0
        let seconds = 0
        for (const [, duration, file] of made) {
          bytes += (await (await fetch(new URL(file as string, address))).arrayBuffer()).byteLength
          seconds += Number(duration)
        }
        return (bytes * 8) / 1000 / seconds
      }, 'some segments that are made')
      expect(kbps).toBeLessThan(800)
      expect((await host.api('GET', '/live/streams/loud')).body.publisher).not.toBe(null)
    } finally {
      await publisher.stop()
      await host.stop()
    }
  })
})

describe('what WebRTC plays of a stream', () => {
  it('has every frame once, no B-frames, keyframes where the source has them, and Opus of 20 ms', async () => {
    const clip = await madeClip('bframes-aac-12s.flv', [
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-bf',
      '3',
      '-g',
      '60',
      '-c:a',
      'aac',
      '-ar',
      '44100',
    ])
    const playing = playFile(clip)
    const source = take(playing.stream)
    const transcoder = new StreamTranscoder({ stream: playing.stream, log: quietLog })
    const realtime = take(new RealtimeStream({ source: playing.stream, transcoder, log: quietLog, preset: () => 'superfast' }))
    try {
      // How long the process takes to come is the machine's affair: the film is long enough.
      const shown = () => realtime.packets.filter((packet) => packet.track.kind === 'video')
      await until(() => shown().length > 90 && shown().filter((packet) => packet.key).length > 1, 'pictures of two groups')
      playing.stop()
      await realtime.ended
      const pictures = realtime.packets.filter((packet) => packet.track.kind === 'video')
      const sound = realtime.packets.filter((packet) => packet.track.kind === 'audio')
      expect(realtime.tracks.map((track) => track.codec).sort()).toEqual(['h264', 'opus'])
      expect(pictures[0]!.key).toBe(true)
      expect(pictures.every((packet) => packet.pts === packet.dts)).toBe(true)
      const first = pictures[0]!.pts
      const keys = (packets: typeof pictures) => packets.filter((packet) => packet.key && packet.pts > first).map((packet) => packet.pts)
      expect(keys(pictures)).toEqual(keys(source.packets.filter((packet) => packet.track.kind === 'video')).slice(0, keys(pictures).length))
      expect(keys(pictures).length).toBeGreaterThanOrEqual(1)
      expect(sound.slice(1).every((packet, index) => packet.pts - sound[index]!.pts === 960)).toBe(true)
      const form = elementaryForm(pictures[0]!.track)!
      const file = join(artifacts, 'realtime.h264')
      writeFileSync(file, Buffer.concat(pictures.map((packet) => form.frame({ ...packet, duration: packet.duration } as never))))
      const numbers = (await readFrames(file)).map(({ code }) => code!.frame)
      expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index))
      expect(numbers.length).toBeGreaterThan(60)
    } finally {
      realtime.leave()
      await transcoder.stop()
    }
  })

  it('is the source itself where it has no B-frames, without a process for the video', async () => {
    const clip = await madeClip('plain-7s.flv', ['-t', '3', '-c', 'copy'])
    const playing = playFile(clip)
    const source = take(playing.stream)
    const transcoder = new StreamTranscoder({ stream: playing.stream, log: quietLog })
    const realtime = take(new RealtimeStream({ source: playing.stream, transcoder, log: quietLog, preset: () => 'superfast' }))
    await realtime.ended
    await transcoder.stop()
    const data = (packets: typeof source.packets) => packets.filter((packet) => packet.track.kind === 'video').map((packet) => packet.data)
    expect(data(realtime.packets)).toEqual(data(source.packets))
  })
})
