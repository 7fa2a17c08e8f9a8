import type { Frame } from 'node-av/lib'
import { ticksToMs } from '../../../../formats/media-time.ts'
import type { Packet, Track } from '../../../../formats/track.ts'
import type { VideoOutput } from '../../../../media/encoders/video-output.ts'
import { openVideoEncoder, type VideoEncoder } from '../../../../media/encoders/worker/video-encoder.ts'
import { openVideoDecoder, type VideoDecoder } from '../../../../media/worker/ffmpeg/video-decoder.ts'
import type { AudioOutput, InputNote, TranscodeOutput, TranscodeReport } from '../messages.ts'
import { type OpusConverter, openOpusConverter } from './opus-converter.ts'

/** Where what is made goes. */
export interface TranscodeSink {
  track(channel: number, track: Track): void
  packet(channel: number, packet: Packet): void
  /** This output cannot be made; the others go on. */
  failed(channel: number, id: string, message: string): void
}

/** Media that may wait to be decoded, ms: beyond it all is dropped up to the newest keyframe. */
const maxQueueMs = 6000

interface Lane {
  readonly spec: VideoOutput
  encoder: VideoEncoder | undefined
  /** False until the first frame that it may start with. */
  begun: boolean
  frames: number
  bytes: number
  busyMs: number
}

type Entry = Packet | 'seam' | 'live'

/** Decodes one source's video once, and makes the requested renditions from it and from its audio. */
export class Transcode {
  readonly #sink: TranscodeSink
  readonly #tracks = new Map<string, Track>()
  #lanes: readonly Lane[] = []
  #audioLanes: readonly { readonly spec: AudioOutput; converter: OpusConverter | undefined }[] = []
  #decoder: VideoDecoder | undefined
  #decodes: Track | undefined
  #live = false
  /** Frames that wait; audio never waits. */
  #queue: Entry[] = []
  #running = false
  #closed = false
  #decodeMs = 0
  #workMs = 0
  #reportedAt = performance.now()
  #frameMs = 1000 / 30
  #lastPts = Number.NaN

  constructor(sink: TranscodeSink) {
    this.#sink = sink
  }

  setTrack(track: Track): void {
    this.#tracks.set(track.id, track)
    for (const lane of this.#audioLanes) {
      if (lane.spec.source !== track.id) continue
      lane.converter?.close()
      lane.converter = undefined
    }
  }

  note(note: InputNote): void {
    if (note.type === 'outputs') this.#setOutputs(note.outputs)
    else this.#enqueue(note.type)
  }

  push(packet: Packet): void {
    if (packet.track.kind === 'audio') this.#convert(packet)
    else if (this.#lanes.length > 0) this.#enqueue(packet)
  }

  /** What happened since it was last asked. */
  report(): TranscodeReport {
    const first = this.#queue.find(isPacket)
    const last = this.#queue.findLast(isPacket)
    const report = {
      behindMs: first && last ? ticksToMs(last.dts - first.dts, first.track.timescale) : 0,
      decodeMs: Math.round(this.#decodeMs),
      load: Math.min(1, this.#workMs / Math.max(1, performance.now() - this.#reportedAt)),
      outputs: this.#lanes.map(({ spec, frames, bytes, busyMs }) => ({
        channel: spec.channel,
        id: spec.id,
        frames,
        bytes,
        busyMs: Math.round(busyMs),
      })),
    }
    this.#decodeMs = 0
    this.#workMs = 0
    this.#reportedAt = performance.now()
    for (const lane of this.#lanes) {
      lane.frames = 0
      lane.bytes = 0
      lane.busyMs = 0
    }
    return report
  }

  #setOutputs(outputs: readonly TranscodeOutput[]): void {
    const videoOutputs = outputs.filter((output) => output.kind === 'video')
    const kept = new Map(this.#lanes.map((lane) => [JSON.stringify(lane.spec), lane]))
    const lanes = videoOutputs.map((spec) => {
      const key = JSON.stringify(spec)
      const lane = kept.get(key)
      kept.delete(key)
      return lane ?? { spec, encoder: undefined, begun: false, frames: 0, bytes: 0, busyMs: 0 }
    })
    this.#lanes = lanes
    // A lane that is active this moment is closed by the loop, which sees that it is not listed any more.
    if (!this.#running) for (const lane of kept.values()) lane.encoder?.close()
    else this.#retired.push(...kept.values())
    const audioOutputs = outputs.filter((output) => output.kind === 'audio')
    const before = this.#audioLanes
    this.#audioLanes = audioOutputs.map((spec) => {
      const known = before.find(
        (lane) =>
          lane.spec.id === spec.id &&
          lane.spec.channel === spec.channel &&
          lane.spec.source === spec.source &&
          lane.spec.kbps === spec.kbps,
      )
      return known ?? { spec, converter: undefined }
    })
    for (const lane of before) if (!this.#audioLanes.includes(lane)) lane.converter?.close()
    if (lanes.length === 0) this.#enqueue('seam')
  }

  readonly #retired: Lane[] = []

  #convert(packet: Packet): void {
    for (const lane of this.#audioLanes) {
      if (lane.spec.source !== packet.track.id) continue
      try {
        if (lane.converter === undefined) {
          const track = this.#tracks.get(packet.track.id)
          if (track?.kind !== 'audio') continue
          lane.converter = openOpusConverter(lane.spec.id, track, lane.spec.kbps)
          this.#sink.track(lane.spec.channel, lane.converter.track)
        }
        lane.converter.convert(packet, this.#giver(lane.spec.channel))
      } catch (error) {
        this.#audioLanes = this.#audioLanes.filter((each) => each !== lane)
        this.#sink.failed(lane.spec.channel, lane.spec.id, (error as Error).message)
      }
    }
  }

  readonly #givers = new Map<number, (packet: Packet) => void>()

  /** One function for each channel, made once. */
  #giver(channel: number): (packet: Packet) => void {
    const known = this.#givers.get(channel)
    if (known) return known
    const fresh = (packet: Packet): void => this.#sink.packet(channel, packet)
    this.#givers.set(channel, fresh)
    return fresh
  }

  #enqueue(entry: Entry): void {
    this.#queue.push(entry)
    if (typeof entry !== 'string' && entry.key && this.#queue.length > 30) this.#shorten(entry)
    if (!this.#running) void this.#run()
  }

  /** Too far behind: the frames before the newest keyframe are dropped. */
  #shorten(newest: Packet): void {
    const first = this.#queue.find(isPacket) as Packet
    if (ticksToMs(newest.dts - first.dts, newest.track.timescale) > maxQueueMs) this.#queue = ['seam', 'live', newest]
  }

  async #run(): Promise<void> {
    this.#running = true
    while (!this.#closed) {
      const entry = this.#queue.shift()
      if (entry === undefined) break
      if (entry === 'live') this.#live = true
      else if (entry === 'seam') {
        await this.#seam()
        if (this.#lanes.length === 0) this.#live = false
      } else {
        const before = performance.now()
        await this.#transcodeFrame(entry)
        this.#workMs += performance.now() - before
      }
      while (this.#retired.length > 0) this.#retired.pop()?.encoder?.close()
    }
    this.#running = false
    if (this.#closed) this.#free()
  }

  /** Lets out what decoder and encoders hold, and starts again. */
  async #seam(): Promise<void> {
    const decoder = this.#decoder
    this.#decoder = undefined
    this.#decodes = undefined
    if (decoder) {
      await decoder.finish().catch(() => undefined)
      await this.#drain(decoder)
      decoder.close()
    }
    for (const lane of this.#lanes) {
      const encoder = lane.encoder
      lane.encoder = undefined
      lane.begun = false
      await encoder?.finish(this.#emitter(lane)).catch(() => undefined)
      encoder?.close()
    }
  }

  async #transcodeFrame(packet: Packet): Promise<void> {
    if (packet.track !== this.#decodes) {
      if (!packet.key) return
      await this.#seam()
      try {
        this.#decoder = openVideoDecoder(packet.track as never)
      } catch (error) {
        for (const lane of this.#lanes) this.#sink.failed(lane.spec.channel, lane.spec.id, (error as Error).message)
        this.#lanes = []
        return
      }
      this.#decodes = packet.track
    }
    const decoder = this.#decoder as VideoDecoder
    const before = performance.now()
    await decoder.push(packet)
    this.#decodeMs += performance.now() - before
    await this.#drain(decoder)
  }

  async #drain(decoder: VideoDecoder): Promise<void> {
    for (;;) {
      const before = performance.now()
      const decoded = await decoder.next()
      this.#decodeMs += performance.now() - before
      if (decoded === undefined) return
      const stepMs = (decoded.pts - this.#lastPts) / 90
      this.#lastPts = decoded.pts
      if (stepMs > 1 && stepMs < 1000) this.#frameMs += (stepMs - this.#frameMs) / 8
      const lanes = this.#lanes
      await Promise.all(lanes.map((lane) => this.#encode(lane, decoded)))
    }
  }

  async #encode(lane: Lane, { frame, pts, key }: { frame: Frame; pts: number; key: boolean }): Promise<void> {
    const began = lane.begun
    if (!began) {
      if (lane.spec.start === 'now' ? !this.#live : !key) return
      // Its first decoding time would be before the start of the stream.
      if (lane.spec.bFrames > 0 && pts < 45_000) return
    }
    const before = performance.now()
    try {
      const takes = lane.encoder?.takes
      if (takes && (takes.width !== frame.width || takes.height !== frame.height || takes.format !== frame.format)) {
        await lane.encoder?.finish(this.#emitter(lane))
        lane.encoder?.close()
        lane.encoder = undefined
      }
      const fresh = lane.encoder === undefined
      if (lane.encoder === undefined) {
        lane.encoder = openVideoEncoder(lane.spec, frame, Math.min(120, 1000 / this.#frameMs))
        this.#sink.track(lane.spec.channel, lane.encoder.track)
      }
      lane.begun = true
      lane.frames++
      await lane.encoder.encode(frame, pts, key || fresh, this.#emitter(lane))
    } catch (error) {
      this.#lanes = this.#lanes.filter((each) => each !== lane)
      lane.encoder?.close()
      this.#sink.failed(lane.spec.channel, lane.spec.id, (error as Error).message)
    }
    lane.busyMs += performance.now() - before
  }

  #emitter(lane: Lane): (packet: Packet) => void {
    return (packet) => {
      lane.bytes += packet.data.length
      this.#sink.packet(lane.spec.channel, packet)
    }
  }

  close(): void {
    this.#closed = true
    if (!this.#running) this.#free()
  }

  #free(): void {
    this.#queue = []
    this.#decoder?.close()
    for (const lane of [...this.#lanes, ...this.#retired]) lane.encoder?.close()
    for (const lane of this.#audioLanes) lane.converter?.close()
  }
}

function isPacket(entry: Entry): entry is Packet {
  return typeof entry !== 'string'
}
