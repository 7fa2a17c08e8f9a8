import { createServer, type Server } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { baseClip, clipFrames, madeClip } from './helpers/clips.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { startLateAudioServer } from './helpers/late-audio-server.ts'
import { flashesFromBeeps, frameOf, observe } from './helpers/media-observer.ts'
import { type Publisher, publishFile } from './helpers/publish.ts'
import { hasRtspServer, startRtspServer } from './helpers/rtsp-server.ts'
import { skipBecause } from './helpers/skip.ts'
import { createSourceBench } from './helpers/studio-source.ts'
import { until } from './helpers/until.ts'

/** Streams as sources of the studio: of our own host by name, and by URL. */

let host: RunningHost
let bench: ReturnType<typeof createSourceBench>
let key: string
let clip: string
const publishers: Publisher[] = []

beforeAll(async () => {
  host = await startHost({ name: 'studio-media-live' })
  bench = createSourceBench({ fps: 60, liveUrl: async (stream) => `${host.rtmp}/${stream}` })
  key = await host.key('show')
  clip = await baseClip()
})
afterEach(async () => {
  await bench.close()
  for (const publisher of publishers.splice(0)) await publisher.stop()
})
afterAll(() => host.stop())

async function publish(): Promise<Publisher> {
  const publisher = publishFile(clip, `${host.rtmp}/${key}`, { loop: true })
  publishers.push(publisher)
  await host.until('show', ({ state, reconnecting }) => state === 'active' && reconnecting !== true)
  return publisher
}

const shown = (picture: Parameters<typeof frameOf>[0]): boolean => frameOf(picture) !== undefined

describe('a live stream', () => {
  it('of this host is seen in order with its audio, outlives its publisher, and is there again when they return', async () => {
    const publisher = await publish()
    const source = await bench.open('stream', { stream: 'show' })
    await source.untilFrame(shown)
    // Nothing is ever out of order; hardly anything is left out, all is heard and in step: each once, for a busy machine leaves out some.
    const proved = new Set<string>()
    await until(
      async () => {
        const { frames, audio } = await observe(source, 2000)
        const seen = frames.filter(({ frame }) => frame !== undefined)
        let [counted, holes] = [seen[0]?.frame ?? 0, 0]
        for (const { frame } of seen.slice(1)) {
          const step = (frame! - (counted % clipFrames) + clipFrames) % clipFrames
          expect(step, 'no video is shown twice, none out of order').toBeGreaterThan(0)
          expect(step, 'none out of order').toBeLessThan(clipFrames / 2)
          holes += step - 1
          counted += step
        }
        if (counted - (seen[0]?.frame ?? 0) > 40 && holes < 12) proved.add('seen')
        if (audio.reduce((frames, { samples }) => frames + samples.length / 2, 0) > 1.5 * 48_000) proved.add('heard')
        if (Math.min(...flashesFromBeeps(frames, audio)) < 5) proved.add('in step')
        return proved.size === 3
      },
      () => `of all it is only ${[...proved]}`,
      100_000,
    )

    await publisher.stop()
    expect((await source.untilState('waiting')).problem).toContain('Nothing comes')
    await until(
      () => source.frame() === undefined,
      () => 'its last picture stays',
    )
    await publish()
    await source.untilState('running')
    await source.untilFrame(shown)
  })

  it('whose audio comes later than its video is heard, in step with it', async () => {
    const args = ['-c', 'copy', '-flvflags', 'no_duration_filesize']
    const server = await startLateAudioServer(await madeClip('media-live.flv', args), 700)
    try {
      const source = await bench.open('stream', { address: server.url })
      await source.untilFrame(shown)
      const proved = new Set<string>()
      await until(
        async () => {
          const { frames, audio } = await observe(source, 2000)
          if (audio.reduce((sum, { samples }) => sum + samples.length / 2, 0) > 1.8 * 48_000) proved.add('heard')
          if (Math.min(...flashesFromBeeps(frames, audio)) < 20) proved.add('in step')
          return proved.size === 2
        },
        () => `of all it is only ${[...proved]}`,
        50_000,
      )
    } finally {
      server.stop()
    }
  })

  it.each([
    ['RTMP', () => `${host.rtmp}/show`, 'h264'],
    ['HTTP-FLV', () => `${host.http}/live/show.flv`, 'h264'],
    ['SRT', () => `srt://127.0.0.1:${host.ready.srtPort}?streamid=play:show`, 'h264'],
    ['HLS', () => `${host.http}/live/show/hls.m3u8`, 'h264'],
  ])('comes by %s', async (_, address, videoCodec) => {
    await publish()
    await until(
      async () => (await fetch(`${host.http}/live/show/hls.m3u8`)).ok,
      () => 'there is no playlist',
    )
    const source = await bench.open('stream', { address: address() })
    await source.untilFrame(shown)
    expect((await source.untilState('running')).details).toMatchObject({ videoCodec, audioCodec: 'aac', width: 640, height: 360 })
    await until(
      () => source.audio.written > 24_000,
      () => `${source.audio.written} frames of sound`,
    )
  })

  it('comes by RTSP, and starts again when the camera does', async (context) => {
    if (!hasRtspServer()) skipBecause(context, 'GStreamer has no RTSP server here')
    const server = await startRtspServer(await madeClip('media-rtsp.mp4', ['-c', 'copy', '-t', '3']))
    try {
      const source = await bench.open('stream', { address: server.url })
      await source.untilFrame(shown)
      // The camera's film is over after three seconds.
      await source.untilReport(({ details }) => (details?.reconnects as number) > 0)
      await source.untilFrame(shown)
    } finally {
      server.stop()
    }
  })

  it('of a guest is played by the name of its invitation', async () => {
    await publish()
    const source = await bench.open('guest', { guest: 'show', bufferMs: 50 })
    await source.untilFrame(shown)
    expect((await source.untilState('running')).details).toMatchObject({ audioCodec: 'aac' })
    source.source.update({ guest: '' })
    expect((await source.untilState('failed')).problem).toContain('Nobody was invited')
    await until(
      () => source.frame() === undefined,
      () => 'the last frame of the guest stays',
    )
  })

  it('says what is wrong with a URL, without its secrets, and tries again by itself', async () => {
    const problem = async (settings: object, state: 'failed' | 'waiting') =>
      (await (await bench.open('stream', settings)).untilState(state)).problem
    expect(await problem({}, 'failed')).toContain('named yet')
    expect(await problem({ address: 'file:///etc/passwd' }, 'failed')).toContain('none of rtmp')
    const server = await listener()
    const { port } = server.address() as { port: number }
    const refusing = await bench.open('stream', { address: `rtsp://127.0.0.1:${port}/camera`, user: 'me', password: 'a word' })
    const { problem: said } = await refusing.untilState('waiting')
    expect(said).toContain('trying again')
    expect(said).not.toContain('word')
    await until(
      () => connections > 2,
      () => `${connections} attempts`,
    )
    server.close()
  })
})

let connections = 0

/** Takes connections and closes them at once. */
async function listener(): Promise<Server> {
  const server = createServer((socket) => {
    connections++
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
