import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AV_PIX_FMT_YUV420P, AVCOL_PRI_BT709, AVCOL_RANGE_MPEG, AVCOL_SPC_BT709, AVCOL_TRC_BT709 } from 'node-av/constants'
import { Frame } from 'node-av/lib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Packet, VideoCodec } from '../src-main/formats/track.ts'
import { openFrameEncoder } from '../src-main/media/worker/ffmpeg/frame-encoder.ts'
import { readFrames } from './helpers/decode.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { live, openShow, type Show } from './helpers/show.ts'
import { until, untilStill } from './helpers/until.ts'
import { workersOf } from './helpers/workers.ts'

/** What encoders are asked for is what files hold; who wants the same shares one encoder. */

let host: RunningHost
let show: Show
const folder = mkdtempSync(join(tmpdir(), 'ami-encodings-'))

interface Probed {
  readonly codec_name: string
  readonly codec_type: string
  readonly width?: number
  readonly height?: number
  readonly has_b_frames?: number
  readonly color_range?: string
  readonly color_space?: string
  readonly avg_frame_rate?: string
  readonly profile?: string
}

function probe(file: string): { video: Probed; audio: Probed } {
  const { stdout } = spawnSync('ffprobe', ['-v', 'error', '-show_streams', '-of', 'json', file], { encoding: 'utf8' })
  const { streams } = JSON.parse(stdout) as { streams: Probed[] }
  const of = (type: string): Probed => streams.find((each) => each.codec_type === type) as Probed
  return { video: of('video'), audio: of('audio') }
}

const encodings = async (): Promise<{ codec: string; width: number; frames: number }[]> =>
  (await host.api('GET', '/studio/statistics')).body.encodings

/** Threads of the studio's process that run before everything else on the machine (Linux). */
function foremostThreads(): number {
  const [pid] = workersOf(host, 'studio-worker')
  const { stdout } = spawnSync('ps', ['-L', '-o', 'rtprio=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout.split('\n').filter((priority) => priority.trim() === '99').length
}

/** Records with an encoding until it has made enough frames; answers the file. */
async function record(id: string, video: object, more: object = {}, settings: object = {}, enough = 75): Promise<string> {
  await show.add(id, 'recording', { folder, name: id, ...settings }, { video: { bitrateKbps: 800, keyframeMs: 1000, ...video }, ...more })
  await show.start(id)
  const { statistics } = await show.until(id, live, 80_000)
  try {
    // However long it takes: a busy machine leaves frames out.
    await until(
      async () => (await encodings()).some(({ width, frames }) => width > 0 && frames >= enough),
      `${id} has no ${enough} frames`,
      80_000,
    )
    expect(foremostThreads(), `${id} leaves the machine to others`).toBe(0)
  } finally {
    await show.stop(id)
  }
  await show.until(id, ({ state }) => state === 'off')
  return statistics.file as string
}

beforeAll(async () => {
  host = await startHost()
  show = await openShow(host)
  await until(async () => (await host.api('GET', '/studio/sources/card')).body.item.report?.state === 'running', 'there is no test picture')
})
afterAll(async () => {
  await host?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('encodings', () => {
  it('are H.264 with B-frames, a profile, a smaller size and other colours where that is asked for', async () => {
    const file = await record('h264', {
      codec: 'h264',
      encoder: 'libx264',
      preset: 'superfast',
      profile: 'main',
      bFrames: 2,
      height: 180,
      rateControl: 'vbr',
      colorSpace: 'bt601',
      colorRange: 'full',
    })
    const { video, audio } = probe(file)
    expect(video).toMatchObject({
      codec_name: 'h264',
      profile: 'Main',
      width: 320,
      height: 180,
      color_range: 'pc',
      color_space: 'smpte170m',
    })
    expect(video.has_b_frames).toBeGreaterThan(0)
    expect(audio.codec_name).toBe('aac')
    const frames = await readFrames(file)
    expect(frames.filter(({ code }) => code !== undefined).length).toBeGreaterThan(30)
  })

  it('are AV1 with Opus, and HEVC by quality at half the frames', async () => {
    const av1 = probe(
      await record('av1', { codec: 'av1', encoder: 'libsvtav1', preset: '13' }, { audio: [{ codec: 'opus' }] }, { container: 'mkv' }),
    )
    expect([av1.video.codec_name, av1.audio.codec_name]).toEqual(['av1', 'opus'])
    const file = await record(
      'hevc',
      {
        codec: 'hevc',
        encoder: 'libx265',
        preset: 'ultrafast',
        rateControl: 'crf',
        crf: 30,
        frameDivisor: 2,
      },
      {},
      {},
      40,
    )
    expect(probe(file).video.codec_name).toBe('hevc')
    const frames = await readFrames(file)
    const steps = frames.slice(1).map(({ time }, index) => Math.round((time - (frames[index] as { time: number }).time) * 30))
    // A busy machine leaves out more of them, but makes none between.
    expect(steps.filter((step) => step % 2 !== 0)).toEqual([])
    expect(steps.filter((step) => step === 2).length).toBeGreaterThan(4)
  })

  it('are shared by all who want the same, and end with the last of them', async () => {
    const video = { codec: 'h264', encoder: 'libx264', preset: 'ultrafast', bitrateKbps: 900, keyframeMs: 1000 }
    for (const id of ['one', 'two']) {
      await show.add(id, 'recording', { folder, name: id }, { video })
      await show.start(id)
      await show.until(id, ({ state }) => state === 'live')
    }
    const codecs = async (): Promise<string> =>
      (await encodings())
        .map(({ codec }) => codec)
        .sort()
        .join(' ')
    await until(async () => (await codecs()) === 'aac h264', 'both are encoded once')
    await show.stop('one')
    await show.until('one', ({ state }) => state === 'off')
    expect(await untilStill(codecs, 1200, 'what is encoded')).toBe('aac h264')
    await show.stop('two')
    await until(async () => (await codecs()) === '', 'nothing is encoded any more')
  })

  it('say what is wrong where an encoder does not exist, and touch no other output', async () => {
    const file = record('good', { encoder: 'libx264', preset: 'ultrafast' })
    await show.add('bad', 'recording', { folder, name: 'bad' }, { video: { codec: 'h264', encoder: 'h264_nvenc', bitrateKbps: 900 } })
    await host.api('POST', '/studio/outputs/bad/start', {})
    const { error } = await show.until('bad', ({ state }) => state === 'failed' || state === 'retrying')
    expect(error!.message).toMatch(/nvenc/i)
    await show.stop('bad')
    expect((await readFrames(await file)).length).toBeGreaterThan(30)
  })

  it.each([
    ['libx264', 'h264', 'ultrafast'],
    ['libx265', 'hevc', 'ultrafast'],
    ['libsvtav1', 'av1', '13'],
  ] as const)('of %s take another bitrate while they work, with every frame there', async (encoder, codec, preset) => {
    const worker = openNoise(encoder, codec, preset, 1600)
    const at1600 = await worker.make(60)
    worker.encoder.setBitrate(300)
    // Some are opened again for it, which takes as long as it takes.
    let at300 = at1600
    for (let second = 0; second < 40 && at300 > at1600 / 2; second++) {
      await sleep(50)
      at300 = await worker.make(30)
    }
    expect(at300).toBeLessThan(at1600 / 2)
    worker.encoder.setBitrate(1600)
    let again = at300
    for (let second = 0; second < 40 && again < at1600 * 0.7; second++) {
      await sleep(50)
      again = await worker.make(30)
    }
    expect(again).toBeGreaterThan(at1600 * 0.7)
    const { frames, packets } = await worker.end()
    expect(packets.map(({ pts }) => pts)).toEqual(Array.from({ length: frames }, (_, frame) => frame * 3000))
    expect(packets.every(({ dts }, index) => index === 0 || dts > packets[index - 1]!.dts)).toBe(true)
  })
})

/** An encoder that is fed with noise of 160x90 at 30 fps, a keyframe asked for each second. */
function openNoise(encoder: string, codec: VideoCodec, preset: string, kbps: number) {
  const colors = { colorRange: AVCOL_RANGE_MPEG, colorSpace: AVCOL_SPC_BT709, colorPrimaries: AVCOL_PRI_BT709, colorTrc: AVCOL_TRC_BT709 }
  const size = { width: 160, height: 90, frameRate: 30 }
  const spec = {
    id: 'v0',
    codec,
    encoder,
    preset,
    lowLatency: true,
    profile: 'high',
    bFrames: 0,
    ...size,
    kbps,
    threads: 2,
    colors,
  } as const
  const opened = openFrameEncoder(spec)
  const packets: Packet[] = []
  let frames = 0
  let seed = 1
  return {
    encoder: opened,
    /** Encodes this many frames; answers the mean bytes of one. */
    async make(count: number): Promise<number> {
      const before = packets.length
      for (let made = 0; made < count; made++) {
        const picture = new Frame()
        picture.alloc()
        Object.assign(picture, { width: size.width, height: size.height, format: AV_PIX_FMT_YUV420P })
        picture.getBuffer(0)
        const [luma, ...chroma] = picture.data as Buffer[]
        for (let at = 0; at < luma!.length; at++) {
          seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
          luma![at] = 64 + (seed >>> 25)
        }
        for (const plane of chroma) plane.fill(128)
        await opened.encode(picture, frames * 3000, frames % 30 === 0, (packet) => packets.push(packet))
        frames++
        picture.free()
      }
      return packets.slice(before).reduce((sum, { data }) => sum + data.length, 0) / Math.max(1, packets.length - before)
    },
    async end() {
      await opened.finish((packet) => packets.push(packet))
      opened.close()
      return { frames, packets }
    },
  }
}
