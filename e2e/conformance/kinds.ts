import { fork } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { launchBrowser } from '../helpers/browser.ts'
import { baseClip, clipFrames, ffmpeg, madeClip } from '../helpers/clips.ts'
import { type FlvTag, isHeader, readFlv } from '../helpers/flv.ts'
import type { RunningHost } from '../helpers/host.ts'
import { asLadder, repeated } from '../helpers/multitrack.ts'
import { artifacts } from '../helpers/paths.ts'
import { publishFile, testClip } from '../helpers/publish.ts'
import { RtmpPublisher } from '../helpers/rtmp-client.ts'
import { publishFromPage } from '../helpers/webrtc-page.ts'

const clipMs = (clipFrames / 30) * 1000
/** Clips are published this many times over: longer than any run. */
const rounds = 40

/** A kind of stream, published until `signal` aborts. */
export interface Kind {
  readonly name: string
  /** Its video pauses, or is away, at times: segments without parts are right there. */
  readonly pauses?: boolean
  publish(host: RunningHost, signal: AbortSignal): Promise<void>
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })))

const pause = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal }).catch(() => undefined)

const rtmpUrlOf = async (host: RunningHost, name: string): Promise<string> => `${host.rtmp}/${await host.key(name)}`

/** A key whose stream waits for the publisher's return. */
const patientKey = (host: RunningHost, name: string): Promise<string> => host.key(name, { restartWindowMs: 10_000 })

async function byFfmpeg(url: string, file: string, signal: AbortSignal, args: readonly string[] = []): Promise<void> {
  const publisher = publishFile(file, url, { loop: true, args })
  await aborted(signal)
  await publisher.stop()
}

/** Publishes with Enhanced RTMP what the installed ffmpeg cannot put into FLV. */
async function enhanced(host: RunningHost, name: string, file: string, signal: AbortSignal): Promise<void> {
  const long = join(artifacts, `long-${file}`)
  await ffmpeg(['-loglevel', 'error', '-stream_loop', '15', '-i', join(artifacts, file), '-c', 'copy', '-strict', '-2', long])
  const helper = join(import.meta.dirname, '../helpers/remux.ts')
  const child = fork(helper, [long, `${host.rtmp}/${await host.key(name)}`], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  await aborted(signal)
  child.kill('SIGKILL')
}

async function byTags(host: RunningHost, name: string, tags: readonly FlvTag[], signal: AbortSignal): Promise<void> {
  const publisher = await RtmpPublisher.publish(host.rtmpPort, await host.key(name))
  const playing = publisher.play(tags)
  await aborted(signal)
  publisher.break()
  await playing
}

const small = { width: 640, height: 360, frames: clipFrames, videoKbps: 600 } as const

const codec = (name: string, file: string, make: () => Promise<unknown>): Kind => ({
  name,
  async publish(host, signal) {
    await make()
    await enhanced(host, name, file, signal)
  },
})

const sizes = () => Promise.all([testClip('conformance-360p', small), testClip('conformance-180p', { ...small, width: 320, height: 180 })])

/** Makes the clips that several kinds publish: two at a time may not make the same one. */
export async function makeSharedClips(): Promise<void> {
  await baseClip()
  await sizes()
}

async function ladder(host: RunningHost, stream: string, choice: object): Promise<void> {
  const reply = await host.api('PUT', `/live/streams/${stream}/renditions`, choice)
  if (reply.status !== 200) throw new Error(`no ladder: ${JSON.stringify(reply.body)}`)
}

/** Every kind of stream that the host packages. */
export const kinds: readonly Kind[] = [
  { name: 'h264-aac', publish: async (host, signal) => byFfmpeg(await rtmpUrlOf(host, 'h264-aac'), await baseClip(), signal) },
  {
    name: 'b-frames',
    async publish(host, signal) {
      const x264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-g', '30', '-b:v', '400k', '-c:a', 'copy']
      await byFfmpeg(await rtmpUrlOf(host, 'b-frames'), await madeClip('gop-1s.flv', x264), signal)
    },
  },
  {
    name: 'long-gop',
    async publish(host, signal) {
      const x264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-g', '250', '-keyint_min', '250', '-sc_threshold', '0', '-c:a', 'copy']
      await byFfmpeg(await rtmpUrlOf(host, 'long-gop'), await madeClip('conformance-gop.flv', x264), signal)
    },
  },
  { name: 'audio-only', publish: async (host, signal) => byFfmpeg(await rtmpUrlOf(host, 'audio-only'), await baseClip(), signal, ['-vn']) },
  { name: 'video-only', publish: async (host, signal) => byFfmpeg(await rtmpUrlOf(host, 'video-only'), await baseClip(), signal, ['-an']) },
  {
    name: 'mono-44100',
    publish: async (host, signal) => {
      const clip = await madeClip('conformance-mono.flv', ['-c:v', 'copy', '-c:a', 'aac', '-ac', '1', '-ar', '44100'])
      await byFfmpeg(await rtmpUrlOf(host, 'mono-44100'), clip, signal)
    },
  },
  {
    name: 'quiet-vbr',
    publish: async (host, signal) => {
      const clip = await madeClip('conformance-quiet.flv', ['-c:v', 'copy', '-af', 'volume=0.002', '-c:a', 'aac', '-q:a', '0.4'])
      await byFfmpeg(await rtmpUrlOf(host, 'quiet-vbr'), clip, signal)
    },
  },
  codec('hevc-aac', 'hevc-aac.mkv', () =>
    madeClip('hevc-aac.mkv', [
      '-c:v',
      'libx265',
      '-preset',
      'ultrafast',
      '-vf',
      'scale=320:180',
      '-x265-params',
      'bframes=0:info=0:keyint=60:log-level=error',
      '-c:a',
      'copy',
    ]),
  ),
  codec('av1-opus', 'av1-opus.mkv', () =>
    madeClip('av1-opus.mkv', ['-c:v', 'libsvtav1', '-preset', '10', '-crf', '30', '-g', '60', '-c:a', 'libopus', '-b:a', '128k']),
  ),
  codec('vp9-flac', 'vp9-flac.mkv', () => {
    const vp9 = ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '900k', '-g', '60']
    return madeClip('vp9-flac.mkv', [...vp9, '-c:a', 'flac', '-strict', '-2'])
  }),
  codec('h264-ac3', 'h264-ac3.mkv', () => madeClip('h264-ac3.mkv', ['-c:v', 'copy', '-c:a', 'ac3'])),
  codec('h264-eac3', 'h264-eac3.mkv', () => madeClip('h264-eac3.mkv', ['-c:v', 'copy', '-c:a', 'eac3'])),
  codec('h264-mp3', 'h264-mp3.mkv', () => madeClip('h264-mp3.mkv', ['-c:v', 'copy', '-c:a', 'libmp3lame', '-ar', '44100'])),
  {
    name: 'variable-rate',
    pauses: true,
    async publish(host, signal) {
      // Every fifth second has only its video: a slide that is shown for four seconds.
      const tags = repeated(readFlv(await baseClip()), clipMs, rounds)
      const seen = tags.filter((tag) => tag.type !== 9 || isHeader(tag) || Math.floor(tag.timestampMs / 1000) % 5 === 0)
      await byTags(host, 'variable-rate', seen, signal)
    },
  },
  {
    name: 'multitrack',
    async publish(host, signal) {
      await byTags(host, 'multitrack', repeated(asLadder((await sizes()).map(readFlv)), clipMs, rounds), signal)
    },
  },
  {
    name: 'size-change',
    async publish(host, signal) {
      const [first, second] = (await sizes()).map(readFlv) as [FlvTag[], FlvTag[]]
      const later = (tags: readonly FlvTag[], ms: number) => tags.map((tag) => ({ ...tag, timestampMs: tag.timestampMs + ms }))
      const tags = Array.from({ length: rounds }, (_, index) => later(index % 2 === 0 ? first : second, index * clipMs)).flat()
      await byTags(
        host,
        'size-change',
        tags.filter(({ type }) => type !== 18),
        signal,
      )
    },
  },
  {
    name: 'ladder',
    async publish(host, signal) {
      // a stream is known from its first publisher on
      const url = `${host.rtmp}/${await host.key('ladder')}`
      const first = publishFile(await baseClip(), url, { loop: true })
      await host.until('ladder', (stream) => stream.state === 'active')
      await ladder(host, 'ladder', { mode: 'preset', preset: 'talk' })
      await first.stop()
      await host.until('ladder', (stream) => stream.state === 'ended')
      await byFfmpeg(url, await baseClip(), signal)
    },
  },
  {
    name: 'ladder-joins',
    pauses: true,
    async publish(host, signal) {
      const publisher = publishFile(await baseClip(), `${host.rtmp}/${await host.key('ladder-joins')}`, { loop: true })
      for (let on = true; !signal.aborted; on = !on) {
        await pause(20_000, signal)
        if (!signal.aborted) await ladder(host, 'ladder-joins', on ? { mode: 'preset', preset: 'talk' } : { mode: 'off' })
      }
      await publisher.stop()
    },
  },
  {
    name: 'reconnect',
    async publish(host, signal) {
      const url = `${host.rtmp}/${await patientKey(host, 'reconnect')}`
      while (!signal.aborted) {
        const publisher = publishFile(await baseClip(), url, { loop: true })
        await pause(18_000, signal)
        await publisher.stop()
        await pause(3000, signal)
      }
    },
  },
  {
    name: 'slate',
    async publish(host, signal) {
      const url = `${host.rtmp}/${await patientKey(host, 'slate')}`
      while (!signal.aborted) {
        const publisher = publishFile(await baseClip(), url, { loop: true })
        await host.until('slate', (stream) => stream.state === 'active')
        await host.api('PATCH', '/live/streams/slate/slate', { slate: 'default' })
        await pause(18_000, signal)
        await publisher.stop()
        await pause(6000, signal)
      }
    },
  },
  {
    name: 'failover',
    async publish(host, signal) {
      const key = await patientKey(host, 'failover')
      const backup = publishFile(await baseClip(), `${host.rtmp}/${key}?backup=1`, { loop: true })
      while (!signal.aborted) {
        const primary = publishFile(await baseClip(), `${host.rtmp}/${key}`, { loop: true })
        await pause(14_000, signal)
        await primary.stop()
        await pause(6000, signal)
      }
      await backup.stop()
    },
  },
  {
    name: 'srt',
    async publish(host, signal) {
      const url = `srt://127.0.0.1:${Number(host.ready.srtPort)}?streamid=${await host.key('srt')}`
      const publisher = publishFile(await baseClip(), url, { loop: true, format: 'mpegts' })
      await aborted(signal)
      await publisher.stop()
    },
  },
  {
    name: 'whip',
    async publish(host, signal) {
      const browser = await launchBrowser()
      try {
        const page = await browser.newPage({ viewport: { width: 800, height: 600 } })
        await page.goto(`${host.http}/watch/nobody`)
        const sent = await publishFromPage(page, `${host.http}/live/whip/whip`, await host.key('whip'))
        if (sent.status !== 201) throw new Error(`WHIP answers ${sent.status}: ${sent.body}`)
        await aborted(signal)
      } finally {
        await browser.close()
      }
    },
  },
]
