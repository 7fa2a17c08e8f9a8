import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { flashTimes, readBeeps, readFrames, recordStream } from './helpers/decode.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { artifacts } from './helpers/paths.ts'
import { publishFile, publishTestStream, testClip } from './helpers/publish.ts'

describe('a stream comes in over RTMP and ffmpeg watches it', () => {
  let host: RunningHost
  let clip: string

  beforeAll(async () => {
    clip = await testClip('clip-h264-aac', { frames: 900, videoKbps: 1200 })
    host = await startHost({ name: 'publish-and-play' })
  })
  afterAll(() => host?.stop())

  /** Plays `seconds` of an address and holds picture and sound against what was drawn. */
  async function watch(name: string, url: string, seconds: number): Promise<void> {
    const file = join(artifacts, `${name}.mkv`)
    await recordStream(url, file, seconds)
    const frames = await readFrames(file)
    expect(frames.length).toBeGreaterThan(seconds * 30 * 0.8)
    expect(frames.filter((frame) => frame.code === undefined)).toEqual([])
    const numbers = frames.map((frame) => frame.code!.frame)
    const steps = numbers.slice(1).map((number, index) => number - numbers[index]!)
    expect(new Set(steps), 'each frame follows the one before it').toEqual(new Set([1]))
    const beeps = await readBeeps(file)
    const offsets = flashTimes(frames).flatMap((flash) => {
      const beep = beeps.find((time) => Math.abs(time - flash) < 0.5)
      return beep === undefined ? [] : [(beep - flash) * 1000]
    })
    expect(offsets.length, 'flashes with a beep').toBeGreaterThanOrEqual(seconds - 3)
    for (const offset of offsets) expect(Math.abs(offset), 'sound against picture in ms').toBeLessThan(40)
  }

  it.each([
    ['hls', 'index.m3u8'],
    ['dash', 'manifest.mpd'],
  ])('over %s: frames advance, none repeats, sound and picture agree within 40 ms', async (protocol, file) => {
    const secret = await host.key(`cam-${protocol}`)
    const publisher = publishFile(clip, `${host.rtmp}/${secret}`)
    try {
      await host.until(`cam-${protocol}`, (stream) => stream.state === 'active')
      await new Promise((resolve) => setTimeout(resolve, 5000))
      await watch(`play-${protocol}`, `${host.http}/live/cam-${protocol}/${file}`, 8)
    } finally {
      await publisher.stop()
    }
  })

  it('over RTMP: frames advance, none repeats, sound and picture agree within 40 ms', async () => {
    const secret = await host.key('cam-rtmp')
    const publisher = publishFile(clip, `${host.rtmp}/${secret}`)
    try {
      await host.until('cam-rtmp', (stream) => stream.state === 'active')
      await watch('play-rtmp', `${host.rtmp}/cam-rtmp`, 6)
    } finally {
      await publisher.stop()
    }
  })

  it('takes HEVC with AAC and AV1 with Opus over Enhanced RTMP', async () => {
    for (const [video, audio] of [
      ['hevc', 'aac'],
      ['av1', 'opus'],
    ] as const) {
      const secret = await host.key(`cam-${video}`)
      const publisher = await publishTestStream({
        url: `${host.rtmp}/${secret}`,
        video,
        audio,
        width: 640,
        height: 360,
        videoKbps: 600,
      })
      try {
        const stream = await host.until(`cam-${video}`, (state) => state.tracks.length === 2)
        expect(stream.tracks.map((track: { codec: string }) => track.codec).sort()).toEqual([audio, video].sort())
      } finally {
        await publisher.stop()
      }
    }
  })

  it('a publisher that drops and returns within the window continues the same stream', async () => {
    const secret = await host.key('returning')
    const first = publishFile(clip, `${host.rtmp}/${secret}`)
    const before = await host.until('returning', (stream) => stream.state === 'active')
    await new Promise((resolve) => setTimeout(resolve, 4000))
    await first.stop('SIGKILL')
    await host.until('returning', (stream) => stream.reconnecting === true)
    const second = publishFile(clip, `${host.rtmp}/${secret}`)
    try {
      const after = await host.until('returning', (stream) => stream.state === 'active' && stream.reconnecting === false)
      expect(after.id).toBe(before.id)
      expect(after.startedAt).toBe(before.startedAt)
      await new Promise((resolve) => setTimeout(resolve, 4000))
      const multivariant = await (await fetch(`${host.http}/live/returning/index.m3u8`)).text()
      const media = multivariant.split('\n').find((line) => line.endsWith('.m3u8') && !line.startsWith('#'))!
      const playlist = await (await fetch(new URL(media, `${host.http}/live/returning/index.m3u8`))).text()
      expect(playlist).toContain('#EXT-X-DISCONTINUITY\n')
    } finally {
      await second.stop()
    }
  })
})
