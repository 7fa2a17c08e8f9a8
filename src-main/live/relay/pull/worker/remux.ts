import { setTimeout as sleep } from 'node:timers/promises'
import {
  AV_CODEC_ID_AAC,
  AV_CODEC_ID_AC3,
  AV_CODEC_ID_AV1,
  AV_CODEC_ID_EAC3,
  AV_CODEC_ID_FLAC,
  AV_CODEC_ID_H264,
  AV_CODEC_ID_HEVC,
  AV_CODEC_ID_MP2,
  AV_CODEC_ID_MP3,
  AV_CODEC_ID_MPEG2VIDEO,
  AV_CODEC_ID_OPUS,
  AV_CODEC_ID_VP8,
  AV_CODEC_ID_VP9,
  AV_LOG_ERROR,
  type AVCodecID,
  AVERROR_EOF,
  AVFMT_FLAG_FLUSH_PACKETS,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
  AVSEEK_FLAG_BACKWARD,
} from 'node-av/constants'
import { Dictionary, FFmpegError, FormatContext, Log, Packet, Rational, type Stream } from 'node-av/lib'
import { ffmpegHeaders } from '../../../../platform/outbound/fetched-by-host.ts'
import { openRegularFile } from '../../../../platform/user-files/regular-file.ts'
import type { PullStart } from '../messages.ts'

/** Why a source gives nothing. */
export class RemuxError extends Error {
  readonly reason: 'open' | 'no-media' | 'read'

  constructor(reason: RemuxError['reason'], message: string) {
    super(message)
    this.name = 'RemuxError'
    this.reason = reason
  }
}

export interface RemuxEvents {
  readonly stopping: AbortSignal
  onOpened(format: string): void
  /** A track that the stream cannot carry is left out. */
  onSkipped(what: string): void
}

/** Codecs that a stream carries, as FFmpeg names them. */
const carried = new Set(['h264', 'hevc', 'av1', 'vp9', 'aac', 'opus', 'flac', 'ac3', 'eac3', 'mp3'])
/** Media may run ahead of the clock by this much, ms: what a player buffers. */
const mayLeadMs = 500

/**
 * Options by kind of URL. `rw_timeout` and its like are µs. What an HTTP URL lists may only be on the network, never files of this machine.
 */
function optionsFor({ kind }: PullStart): Record<string, string> {
  const network = 'http,https,tcp,tls,crypto,httpproxy,data'
  switch (kind) {
    case 'rtmp':
      return { rw_timeout: '10000000', rtmp_live: 'live' }
    case 'rtsp':
      return { rtsp_transport: 'tcp', timeout: '10000000', allowed_media_types: 'video+audio' }
    case 'srt':
      return { timeout: '10000000' }
    case 'http':
      return {
        rw_timeout: '10000000',
        headers: ffmpegHeaders,
        protocol_whitelist: network,
        reconnect: '1',
        reconnect_streamed: '1',
        reconnect_delay_max: '2',
      }
    case 'file':
      return { protocol_whitelist: 'file,crypto,data' }
  }
}

/** FFmpeg frees a dictionary that it was given; the binding's finalizer would again. Kept for the life of the process, it does not. */
const given: Dictionary[] = []

function dictionary(options: Record<string, string>): Dictionary {
  const made = Dictionary.fromObject(options)
  given.push(made)
  return made
}

/** Copies all that `target` can carry from a URL, until it ends or `stopping` is aborted. Rejects with RemuxError. */
export async function remux(start: PullStart, target: string, events: RemuxEvents): Promise<void> {
  Log.setLevel(AV_LOG_ERROR)
  if (start.kind === 'file') await requireFile(start.url)
  const input = new FormatContext()
  const opened = await input.openInput(start.url, null, dictionary(optionsFor(start)))
  if (opened < 0) throw new RemuxError('open', new FFmpegError(opened).message)
  const found = await input.findStreamInfo(null)
  if (found < 0) throw new RemuxError('open', new FFmpegError(found).message)

  const output = new FormatContext()
  FFmpegError.throwIfError(output.allocOutputContext2(null, 'flv', target), 'output')
  output.setFlags(AVFMT_FLAG_FLUSH_PACKETS)
  const routes = chooseStreams(input, output, events)
  if (routes.size === 0) throw new RemuxError('no-media', 'The source has no video or audio that a stream can carry')
  await output.openOutput()
  const header = await output.writeHeader(dictionary({ flvflags: 'no_duration_filesize' }))
  if (header < 0) throw new RemuxError('read', new FFmpegError(header).message)
  events.onOpened(input.iformat?.name ?? start.kind)
  await copy(input, output, routes, start, events)
}

/** FFmpeg would wait for a pipe, and read a device without end. Throws RemuxError. */
async function requireFile(path: string): Promise<void> {
  try {
    const { handle } = await openRegularFile(path)
    await handle.close()
  } catch (error) {
    throw new RemuxError('open', (error as Error).message)
  }
}

interface Route {
  readonly from: Stream
  readonly to: Stream
}

function chooseStreams(input: FormatContext, output: FormatContext, { onSkipped }: RemuxEvents): Map<number, Route> {
  const routes = new Map<number, Route>()
  const taken = { video: false, audio: false }
  for (const from of input.streams ?? []) {
    const { codecpar } = from
    const kind = codecpar.codecType === AVMEDIA_TYPE_VIDEO ? 'video' : codecpar.codecType === AVMEDIA_TYPE_AUDIO ? 'audio' : undefined
    if (kind === undefined) continue
    const name = codecName(codecpar.codecId)
    // A variant playlist or a programme with several languages: the first of each kind is taken.
    if (taken[kind] || !carried.has(name)) {
      onSkipped(`${kind} ${name}`)
      continue
    }
    taken[kind] = true
    const to = output.newStream(null)
    codecpar.copy(to.codecpar)
    to.codecpar.codecTag = 0
    routes.set(from.index, { from, to })
  }
  return routes
}

/** What we call a codec; others by their number. */
function codecName(id: AVCodecID): string {
  return codecNames.get(id) ?? `of id ${id}`
}

const codecNames = new Map<AVCodecID, string>([
  [AV_CODEC_ID_H264, 'h264'],
  [AV_CODEC_ID_HEVC, 'hevc'],
  [AV_CODEC_ID_AV1, 'av1'],
  [AV_CODEC_ID_VP9, 'vp9'],
  [AV_CODEC_ID_VP8, 'vp8'],
  [AV_CODEC_ID_MPEG2VIDEO, 'mpeg2video'],
  [AV_CODEC_ID_AAC, 'aac'],
  [AV_CODEC_ID_OPUS, 'opus'],
  [AV_CODEC_ID_FLAC, 'flac'],
  [AV_CODEC_ID_AC3, 'ac3'],
  [AV_CODEC_ID_EAC3, 'eac3'],
  [AV_CODEC_ID_MP3, 'mp3'],
  [AV_CODEC_ID_MP2, 'mp2'],
])

async function copy(
  input: FormatContext,
  output: FormatContext,
  routes: ReadonlyMap<number, Route>,
  start: PullStart,
  { stopping }: RemuxEvents,
): Promise<void> {
  const paced = start.kind === 'file' || start.kind === 'http'
  const packet = new Packet()
  packet.alloc()
  const microseconds = new Rational(1, 1_000_000)
  const clock = { startMs: Number.NaN, firstUs: 0 }
  /** What a loop adds, where the first packet started and where the newest ends, µs. */
  let shiftUs = 0
  let beginUs = Number.NaN
  let endUs = 0
  for (;;) {
    if (stopping.aborted) break
    const read = await input.readFrame(packet)
    if (read < 0) {
      if (read === AVERROR_EOF && start.loop && endUs > 0) {
        shiftUs = endUs - beginUs
        const sought = await input.seekFrame(-1, 0n, AVSEEK_FLAG_BACKWARD)
        if (sought < 0) throw new RemuxError('read', new FFmpegError(sought).message)
        continue
      }
      if (read === AVERROR_EOF) break
      throw new RemuxError('read', new FFmpegError(read).message)
    }
    const route = routes.get(packet.streamIndex)
    if (route !== undefined) {
      packet.rescaleTs(route.from.timeBase, microseconds)
      if (shiftUs > 0) {
        packet.dts += BigInt(shiftUs)
        packet.pts += BigInt(shiftUs)
      }
      const dtsUs = Number(packet.dts)
      if (Number.isNaN(beginUs)) beginUs = dtsUs
      endUs = Math.max(endUs, dtsUs + Math.max(Number(packet.duration), 1000))
      if (paced) await waitFor(dtsUs, clock, stopping)
      packet.rescaleTs(microseconds, route.to.timeBase)
      packet.streamIndex = route.to.index
      const written = await output.interleavedWriteFrame(packet)
      if (written < 0) throw new RemuxError('read', new FFmpegError(written).message)
    }
    packet.unref()
  }
  await output.writeTrailer()
}

/** Keeps a source that can be read at any speed at the speed of life. */
async function waitFor(dtsUs: number, clock: { startMs: number; firstUs: number }, stopping: AbortSignal): Promise<void> {
  const nowMs = performance.now()
  if (Number.isNaN(clock.startMs)) {
    clock.startMs = nowMs
    clock.firstUs = dtsUs
  }
  const aheadMs = (dtsUs - clock.firstUs) / 1000 - (nowMs - clock.startMs)
  if (aheadMs > mayLeadMs + 20) await sleep(aheadMs - mayLeadMs, undefined, { signal: stopping }).catch(() => undefined)
}
