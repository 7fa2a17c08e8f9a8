import {
  AV_DISPOSITION_ATTACHED_PIC,
  AV_NOPTS_VALUE,
  AVDISCARD_ALL,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
  AVSEEK_FLAG_BACKWARD,
} from 'node-av/constants'
import { avGetCodecName, Dictionary, FormatContext, InputFormat, type Packet, type Stream } from 'node-av/lib'
import { type NetworkPolicy, OutboundFault } from '../../../../../platform/outbound/network-policy.ts'
import { quarterTurnsOf } from './frame-rotator.ts'
import { judgedInput } from './judged/judged-input.ts'
import type { MediaEngine } from './media-engine.ts'
import { MediaFault } from './media-fault.ts'

/** Largest side of a frame that a store takes, pixels. */
const largestSide = 8192

export interface InputRequest {
  /** A path, a URL, or what `format` understands. */
  readonly address: string
  /** FFmpeg's name of the input, where it is not to be guessed. */
  readonly format?: string
  readonly options: Readonly<Record<string, string>>
  /** Where the URL, and what it leads to, may be, if an editor named it. */
  readonly network?: NetworkPolicy
  /** 1 is the first. */
  readonly soundTrack: number
  /** How long one reading may take, ms, where that is longer than anything else may. */
  readonly readMs?: number
  /** Formats that are not played, by FFmpeg's names. */
  readonly refused?: RegExp
  /** How much is read to find out what is inside, µs and bytes; FFmpeg's own choice where absent. */
  readonly probe?: { readonly us: number; readonly bytes: number }
}

/** An opened file or stream, with the tracks that are played. */
export interface MediaInput {
  /** Reads the next packet of any track into `packet`; negative at the end and on failure. */
  read(packet: Packet): Promise<number>
  /** Goes to a keyframe at or before a time of the file, µs; negative where that cannot be. */
  seek(us: number): Promise<number>
  readonly videoStream: Stream | undefined
  readonly audioStream: Stream | undefined
  /** Time of its first moment, µs. */
  readonly startUs: number
  /** µs; undefined where it has none or does not tell. */
  readonly durationUs: number | undefined
  /** Of its frames as they are seen, pixels. */
  readonly width: number | null
  readonly height: number | null
  readonly format: string
  readonly videoCodec: string | null
  readonly audioCodec: string | null
  readonly frameRate: number | null
  /** What is left out, and why. */
  readonly problem: string | undefined
  /** Makes a `read` that waits for the network come back. */
  interrupt(): void
  close(): Promise<void>
}

/** FFmpeg frees a dictionary that it was given; the binding's finalizer would again. Kept for the life of the process, it does not. */
const given: Dictionary[] = []

/** Opens and looks what is inside. Throws MediaFault. */
export async function openInput(request: InputRequest, engine: MediaEngine): Promise<MediaInput> {
  const { address, options, network } = request
  if (network === undefined) return openAsItIs(request, engine)
  const judged = await judgedInput(address, options, network).catch((error: Error) => {
    throw new MediaFault(error instanceof OutboundFault ? 'refused' : 'missing', error.message)
  })
  try {
    const input = await openAsItIs({ ...request, address: judged.address, options: judged.options }, engine)
    return {
      ...input,
      async close() {
        judged.stop()
        await input.close()
      },
    }
  } catch (error) {
    judged.stop()
    // Of a connection that we rejected FFmpeg knows only that it failed.
    const rejection = judged.takeRejection()
    throw rejection === undefined ? error : new MediaFault('refused', rejection)
  }
}

async function openAsItIs(request: InputRequest, engine: MediaEngine): Promise<MediaInput> {
  const format = request.format === undefined ? null : InputFormat.findInputFormat(request.format)
  if (request.format !== undefined && format === null)
    throw new MediaFault('refused', `The media engine cannot read ${request.format} here`)
  const context = new FormatContext()
  context.allocContext()
  if (request.probe) {
    context.maxAnalyzeDuration = BigInt(request.probe.us)
    context.probesize = BigInt(request.probe.bytes)
  }
  const options = Dictionary.fromObject(request.options)
  given.push(options)
  const opened = await engine.asked(context.openInput(request.address, format, options))
  if (opened < 0) throw new MediaFault('broken', await engine.words(opened))
  try {
    const name = context.iformat?.name ?? ''
    if (request.refused?.test(name)) throw new MediaFault('refused', `It is a list of other files (${name}): only an admin may name one`)
    const found = await engine.asked(context.findStreamInfo(null))
    if (found < 0) throw new MediaFault('broken', await engine.words(found))
    return describe(context, request, engine)
  } catch (error) {
    await context.closeInput()
    throw error
  }
}

function describe(context: FormatContext, request: InputRequest, engine: MediaEngine): MediaInput {
  const streams = context.streams
  const isVideo = (stream: Stream): boolean => stream.codecpar.codecType === AVMEDIA_TYPE_VIDEO
  const isCover = (stream: Stream): boolean => (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) !== 0
  const best = context.findBestStream(AVMEDIA_TYPE_VIDEO)
  let videoStream = best >= 0 ? streams[best] : streams.find((stream) => isVideo(stream) && !isCover(stream))
  const audioStreams = streams.filter((stream) => stream.codecpar.codecType === AVMEDIA_TYPE_AUDIO)
  const audioStream = audioStreams[Math.min(request.soundTrack, audioStreams.length) - 1]
  let problem: string | undefined
  if (videoStream) {
    const { width, height } = videoStream.codecpar
    if (width > largestSide || height > largestSide) {
      problem = `Its frames of ${width}x${height} are larger than the ${largestSide}x${largestSide} that are possible: scale it down`
      videoStream = undefined
    }
  }
  if (audioStreams.length > 0 && request.soundTrack > audioStreams.length) {
    problem ??= `It has ${audioStreams.length} audio track${audioStreams.length === 1 ? '' : 's'}, not ${request.soundTrack}: the last is heard`
  }
  if (!videoStream && !audioStream) throw new MediaFault('refused', problem ?? 'It has neither video nor audio')
  for (const stream of streams)
    if (stream.index !== videoStream?.index && stream.index !== audioStream?.index) stream.discard = AVDISCARD_ALL
  const known = (ticks: bigint): number | undefined => (ticks === AV_NOPTS_VALUE ? undefined : Number(ticks))
  const durationUs = known(context.duration)
  const isTurned = videoStream !== undefined && quarterTurnsOf(videoStream) % 180 !== 0
  const { width = null, height = null } = videoStream?.codecpar ?? {}
  const rate = videoStream && !isCover(videoStream) ? videoStream.avgFrameRate : undefined
  return {
    read: (packet) => engine.asked(context.readFrame(packet), request.readMs),
    seek: (us) => engine.asked(context.seekFrame(-1, BigInt(Math.round(us)), AVSEEK_FLAG_BACKWARD)),
    videoStream,
    audioStream,
    startUs: known(context.startTime) ?? 0,
    durationUs: durationUs !== undefined && durationUs > 0 ? durationUs : undefined,
    width: isTurned ? height : width,
    height: isTurned ? width : height,
    format: context.iformat?.name ?? '',
    videoCodec: videoStream ? avGetCodecName(videoStream.codecpar.codecId) : null,
    audioCodec: audioStream ? avGetCodecName(audioStream.codecpar.codecId) : null,
    frameRate: rate && rate.num > 0 && rate.den > 0 ? rate.num / rate.den : null,
    problem,
    interrupt: () => context.interrupt(),
    close: () => context.closeInput(),
  }
}
