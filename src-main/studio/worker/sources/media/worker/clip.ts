import { AV_NOPTS_VALUE, AVERROR_EOF } from 'node-av/constants'
import { Packet, type Stream } from 'node-av/lib'
import type { ReachPolicy } from '../../../../../platform/outbound/reach.ts'
import type { PlayItem } from '../messages.ts'
import { AudioDecoder, type DecodedAudio } from './audio-decoder.ts'
import { audioRate } from './audio-rate.ts'
import { audioCutUs, clipLengthUs } from './clip-length.ts'
import type { FileStamp } from './file-stamp.ts'
import { type DecodedFrame, FrameDecoder } from './frame-decoder.ts'
import { itemRequest } from './item-request.ts'
import type { MediaEngine } from './media-engine.ts'
import { MediaFault } from './media-fault.ts'
import { type MediaInput, openInput } from './media-input.ts'
import { PacketQueue } from './packet-queue.ts'

/** What one track may hold while the other is looked for: badly interleaved files, bytes and µs. */
const maxBytes = 48 * 1024 * 1024
const maxUs = 20_000_000
/** A file that is this much shorter than it says breaks off, µs. */
const shortfallUs = 1_000_000
/** Packets that are looked through for a keyframe. */
const maxPassed = 1500
/** How far before the wanted moment reading starts where a file's index led behind it, µs. */
const stepsBackUs = [0, 2_000_000, 6_000_000, 15_000_000, Number.POSITIVE_INFINITY]
/** Audio is decoded from this long before the wanted moment on: some decoders need what came before, µs. */
const audioLeadUs = 100_000

/** What is reported of a file. */
export interface ClipFacts {
  readonly durationUs: number | undefined
  readonly width: number | null
  readonly height: number | null
  readonly videoCodec: string | null
  readonly audioCodec: string | null
  readonly frameRate: number | null
  readonly problem: string | undefined
}

/**
 * A stretch of one file, opened: video and audio from any moment on, exact to the frame and the sample. Times are those of the stretch: 0
 * is where it is cut in. One call at a time.
 */
export class Clip {
  readonly item: PlayItem
  /** Undefined for URLs. */
  readonly stamp: FileStamp | undefined
  readonly facts: ClipFacts
  /** So much of it was played before it was opened, µs. */
  playedUs = 0
  readonly #input: MediaInput
  readonly #engine: MediaEngine
  readonly #videoDecoder: FrameDecoder | undefined
  readonly #audioDecoder: AudioDecoder | undefined
  readonly #videoQueue = new PacketQueue()
  readonly #audioQueue = new PacketQueue()
  /** Of the file's own time: where the stretch starts and ends, µs. */
  readonly #inUs: number
  readonly #outUs: number
  #eof = false
  #readFault: string | undefined
  #videoDraining = false
  #audioDraining = false
  #videoEnded: boolean
  #audioEnded: boolean
  /** The earliest time of the next frame and sample, of the file's own time. */
  #fromUs: number
  #ready: DecodedAudio[] = []
  #first: DecodedFrame | undefined
  /** Ends of the video and the audio as far as they are known, µs of the stretch. */
  #videoEndUs = 0
  #audioEndUs = 0
  #demuxedVideoUs = 0
  #demuxedAudioUs = 0

  private constructor(item: PlayItem, stamp: FileStamp | undefined, input: MediaInput, engine: MediaEngine) {
    this.item = item
    this.stamp = stamp
    this.#input = input
    this.#engine = engine
    this.#videoDecoder = input.videoStream && new FrameDecoder(input.videoStream, engine, false)
    this.#audioDecoder = input.audioStream && new AudioDecoder(input.audioStream, false)
    this.#videoEnded = this.#videoDecoder === undefined
    this.#audioEnded = this.#audioDecoder === undefined
    this.#inUs = input.startUs + item.trimInMs * 1000
    this.#outUs = item.trimOutMs === null ? Number.POSITIVE_INFINITY : input.startUs + item.trimOutMs * 1000
    this.#fromUs = this.#inUs
    const end = Math.min(this.#outUs - input.startUs, input.durationUs ?? Number.POSITIVE_INFINITY)
    const durationUs = end - item.trimInMs * 1000
    this.facts = {
      durationUs: Number.isFinite(durationUs) ? Math.max(0, durationUs) : undefined,
      width: input.width,
      height: input.height,
      videoCodec: input.videoCodec,
      audioCodec: input.audioCodec,
      frameRate: input.frameRate,
      problem: input.problem,
    }
  }

  /** Opens a file and goes to a moment of the stretch. Throws MediaFault. */
  static async open(item: PlayItem, soundTrack: number, atUs: number, engine: MediaEngine, reach: ReachPolicy): Promise<Clip> {
    const { stamp, request } = await itemRequest(item, soundTrack, reach)
    const input = await openInput(request, engine)
    let clip: Clip
    try {
      clip = new Clip(item, stamp, input, engine)
      if (input.durationUs !== undefined && item.trimInMs * 1000 >= input.durationUs) {
        throw new MediaFault(
          'refused',
          `It is ${Math.round(input.durationUs / 1000)} ms long and is to start (trimInMs) at ${item.trimInMs}`,
        )
      }
    } catch (error) {
      await input.close()
      throw error
    }
    if (clip.#inUs > input.startUs || atUs > 0) await clip.seek(atUs)
    return clip
  }

  get hasVideo(): boolean {
    return this.#videoDecoder !== undefined
  }

  get hasAudio(): boolean {
    return this.#audioDecoder !== undefined
  }

  get videoEnded(): boolean {
    return this.#videoEnded && this.#first === undefined
  }

  get audioEnded(): boolean {
    return this.#audioEnded
  }

  /** How long the stretch is, once both have ended, µs. */
  get lengthUs(): number {
    const natural = clipLengthUs(this.#videoEndUs, this.#audioEndUs, this.#frameUs)
    return Math.min(Math.max(natural, this.playedUs), this.#outUs - this.#inUs)
  }

  /** What could not be decoded or read so far, for people. Drops it. */
  async takeProblem(): Promise<string | undefined> {
    const videoFaults = this.#videoDecoder?.faults ?? 0
    const audioFaults = this.#audioDecoder?.faults ?? 0
    const code = this.#videoDecoder?.lastFault || this.#audioDecoder?.lastFault || 0
    if (this.#videoDecoder) this.#videoDecoder.faults = 0
    if (this.#audioDecoder) this.#audioDecoder.faults = 0
    const breaks = this.#readFault
    this.#readFault = undefined
    if (breaks !== undefined) return `It breaks off: ${breaks}`
    const { durationUs } = this.facts
    if (this.#videoEnded && this.#audioEnded && durationUs !== undefined && durationUs - this.lengthUs > shortfallUs) {
      return `It breaks off after ${(this.lengthUs / 1e6).toFixed(1)} of ${(durationUs / 1e6).toFixed(1)} seconds`
    }
    if (videoFaults + audioFaults === 0) return undefined
    const what = [videoFaults > 0 ? `${videoFaults} frames` : '', audioFaults > 0 ? `${audioFaults} pieces of audio` : ''].filter(
      (each) => each !== '',
    )
    return `${what.join(' and ')} of it cannot be decoded: ${await this.#engine.words(code)}`
  }

  /**
   * Goes to a moment of the stretch: the frame that is seen then comes next, and the audio from then on.
   * @param gaveUp asked between steps: true ends the search early
   */
  async seek(us: number, gaveUp: () => boolean = () => false): Promise<void> {
    const target = Math.min(this.#inUs + us, this.#outUs)
    for (const back of stepsBackUs) {
      const from = Math.max(this.#input.startUs, target - back - (this.#videoDecoder ? 0 : audioLeadUs))
      this.#restartDecoders(target)
      const begin = from <= this.#input.startUs
      const sought = await this.#input.seek(begin ? Math.min(0, from) : from)
      // What cannot be sought is read from where it is: image pipes, and broken indexes.
      if (sought < 0 && begin) return
      if (this.#videoDecoder === undefined || begin || gaveUp()) return
      const landed = await this.#firstFrameUs()
      if (landed !== undefined && landed <= target + this.#frameUs / 2) return
    }
  }

  /** Decodes the first frame already: from a keyframe to a cut in the middle it is a long way. */
  async prime(): Promise<void> {
    this.#first = await this.nextFrame()
  }

  /** The next frame, or undefined at the end. */
  async nextFrame(gaveUp: () => boolean = () => false): Promise<DecodedFrame | undefined> {
    const decoder = this.#videoDecoder
    if (decoder === undefined) return undefined
    const first = this.#first
    if (first !== undefined) {
      this.#first = undefined
      return first
    }
    while (!this.#videoEnded) {
      const decoded = await decoder.next(this.#fromUs)
      if (decoded === 'passed') {
        if (gaveUp()) return undefined
        continue
      }
      if (decoded !== undefined) {
        if (decoded.ptsUs >= this.#outUs - 1) {
          decoder.release(decoded)
          this.#videoEnded = true
          break
        }
        const ptsUs = Math.max(0, decoded.ptsUs - this.#inUs)
        const endUs = Math.min(decoded.ptsUs + decoded.durationUs, this.#outUs) - this.#inUs
        this.#videoEndUs = Math.max(this.#videoEndUs, endUs)
        return { frame: decoded.frame, ptsUs, durationUs: endUs - ptsUs }
      }
      if (this.#videoDraining) {
        this.#videoEnded = true
        break
      }
      const packet = await this.#take(this.#videoQueue)
      this.#videoDraining = packet === undefined
      await decoder.push(packet)
      packet?.free()
      if (gaveUp()) return undefined
    }
    return undefined
  }

  /** Audio in its order, `joint` being what was cut off after the end; undefined at the end. Positions are those of the stretch. */
  async nextAudio(): Promise<(DecodedAudio & { readonly joint?: Float32Array }) | undefined> {
    const decoder = this.#audioDecoder
    if (decoder === undefined) return undefined
    while (!this.#audioEnded) {
      const ready = this.#ready.shift()
      if (ready !== undefined) {
        const placed = await this.#placed(ready)
        if (placed !== undefined) return placed
        continue
      }
      if (this.#audioDraining) {
        this.#audioEnded = true
        break
      }
      const packet = await this.#take(this.#audioQueue)
      this.#audioDraining = packet === undefined
      this.#ready = decoder.decode(packet)
      packet?.free()
    }
    return undefined
  }

  /** The video is this much too late, µs: frames that others do not need are left out. */
  hurry(lateUs: number): void {
    this.#videoDecoder?.hurry(lateUs)
  }

  release(decoded: DecodedFrame): void {
    this.#videoDecoder?.release(decoded)
  }

  /** No call may be active. */
  async close(): Promise<void> {
    this.#restartDecoders(0)
    this.#videoDecoder?.close()
    this.#audioDecoder?.close()
    await this.#input.close()
  }

  get #frameUs(): number {
    return this.#videoDecoder?.frameUs ?? 40_000
  }

  /** Cuts audio to the stretch and to its video. */
  async #placed({ samples, position }: DecodedAudio): Promise<(DecodedAudio & { readonly joint?: Float32Array }) | undefined> {
    const begin = Math.round((this.#inUs * audioRate) / 1e6)
    const from = Math.round((this.#fromUs * audioRate) / 1e6)
    const skip = Math.max(0, from - position)
    if (2 * skip >= samples.length) return undefined
    const at = position + skip - begin
    const endUs = ((at + samples.length / 2 - skip) * 1e6) / audioRate
    const limitUs = await this.#audioLimitUs(endUs)
    const limit = Math.round((limitUs * audioRate) / 1e6)
    const kept = Math.min(samples.length / 2 - skip, limit - at)
    if (kept <= 0) {
      this.#audioEnded = true
      return undefined
    }
    this.#audioEndUs = Math.max(this.#audioEndUs, ((at + kept) * 1e6) / audioRate)
    const isCut = kept < samples.length / 2 - skip
    if (isCut) this.#audioEnded = true
    return {
      samples: samples.subarray(2 * skip, 2 * (skip + kept)),
      position: at,
      ...(isCut && { joint: samples.subarray(2 * (skip + kept)) }),
    }
  }

  /** Where audio must end, of the stretch: known once the file was read to the end of its video. */
  async #audioLimitUs(audioEndUs: number): Promise<number> {
    const out = this.#outUs - this.#inUs
    if (this.#videoDecoder === undefined) return out
    // A few more video packets show whether this audio still belongs to them.
    while (!this.#eof && audioEndUs > this.#demuxedVideoUs && this.#videoQueue.length < 100) await this.#read()
    if (!this.#eof) return out
    return Math.min(out, audioCutUs(this.#demuxedVideoUs, Math.max(audioEndUs, this.#demuxedAudioUs), this.#frameUs))
  }

  async #take(queue: PacketQueue): Promise<Packet | undefined> {
    while (queue.length === 0 && !this.#eof) {
      const other = queue === this.#videoQueue ? this.#audioQueue : this.#videoQueue
      // A track that ends long before the other, or is behind it in the file: it counts as ended.
      if (other.bytes > maxBytes || other.spanUs > maxUs) return undefined
      await this.#read()
    }
    return queue.shift()
  }

  /** Reads one packet into its queue. */
  async #read(): Promise<void> {
    const packet = new Packet()
    packet.alloc()
    const read = await this.#input.read(packet)
    if (read < 0) {
      packet.free()
      this.#eof = true
      if (read !== AVERROR_EOF) this.#readFault = await this.#engine.words(read)
      return
    }
    const { videoStream, audioStream } = this.#input
    if (packet.streamIndex === videoStream?.index) {
      this.#demuxedVideoUs = Math.max(this.#demuxedVideoUs, endOf(packet, videoStream, this.#frameUs) - this.#inUs)
      this.#videoQueue.push(packet, timeOf(packet.dts, videoStream))
    } else if (packet.streamIndex === audioStream?.index) {
      this.#demuxedAudioUs = Math.max(this.#demuxedAudioUs, endOf(packet, audioStream, 0) - this.#inUs)
      this.#audioQueue.push(packet, timeOf(packet.dts, audioStream))
    } else packet.free()
  }

  /** Reads until it is known where the video starts: at a keyframe, which files without an index do not lead to. */
  async #firstFrameUs(): Promise<number | undefined> {
    const stream = this.#input.videoStream as Stream
    for (let passed = 0; passed < maxPassed; passed++) {
      while (this.#videoQueue.length === 0 && !this.#eof) await this.#read()
      if (this.#videoQueue.startsWithKey || this.#eof) break
      this.#videoQueue.shift()?.free()
    }
    const first = this.#videoQueue.nextUs
    return first === undefined || Number.isNaN(first) ? undefined : first + stream.codecpar.videoDelay * this.#frameUs
  }

  #restartDecoders(fromUs: number): void {
    this.#videoQueue.clear()
    this.#audioQueue.clear()
    this.#videoDecoder?.flush()
    this.#audioDecoder?.flush()
    this.#ready = []
    if (this.#first) this.release(this.#first)
    this.#first = undefined
    this.#eof = this.#videoDraining = this.#audioDraining = false
    this.#videoEnded = this.#videoDecoder === undefined
    this.#audioEnded = this.#audioDecoder === undefined
    this.#fromUs = fromUs
    this.#videoEndUs = this.#audioEndUs = this.#demuxedVideoUs = this.#demuxedAudioUs = 0
  }
}

function timeOf(ticks: bigint, { timeBase }: Stream): number {
  return ticks === AV_NOPTS_VALUE ? Number.NaN : (Number(ticks) * timeBase.num * 1e6) / timeBase.den
}

function endOf(packet: Packet, stream: Stream, otherwiseUs: number): number {
  const pts = timeOf(packet.pts === AV_NOPTS_VALUE ? packet.dts : packet.pts, stream)
  if (Number.isNaN(pts)) return 0
  return pts + (packet.duration > 0n ? timeOf(packet.duration, stream) : otherwiseUs)
}
