import type { AudioTrack, Track, VideoTrack } from '../../../../formats/track.ts'
import type { MediaPart, MediaSegment, PackagedRendition, PackagedStream } from '../../../packaging/packaged-stream.ts'

/** A packaged stream without media, for the tests of playback: its parts are made by calls, its bytes say what they are. */

type Growing<T> = { -readonly [Key in keyof T]: T[Key] }

interface SyntheticRendition extends Growing<PackagedRendition> {
  segments: (Growing<MediaSegment> & { parts: MediaPart[] })[]
  inits: Map<number, { data: Uint8Array; track: Track }>
}

export const syntheticVideo: VideoTrack = {
  id: 'v0',
  kind: 'video',
  codec: 'h264',
  codecString: 'avc1.64001f',
  timescale: 90_000,
  width: 1280,
  height: 720,
  frameRate: 30,
  config: new Uint8Array(),
}

export const syntheticAudio: AudioTrack = {
  id: 'a0',
  kind: 'audio',
  codec: 'aac',
  codecString: 'mp4a.40.2',
  timescale: 44_100,
  sampleRate: 44_100,
  channels: 2,
  samplesPerPacket: 1024,
  config: new Uint8Array(),
}

/** Segments of two seconds in parts of half a second (audio needs a little more for whole frames); it is cut at the last whole AAC frame before each video cut. */
export class SyntheticStream implements PackagedStream {
  readonly streamId = 'stream-1'
  readonly name: string
  readonly epoch = 'e1'
  readonly targetDurationS = 2
  readonly partTargetMs = 520
  readonly originTimeMs = Date.UTC(2030, 0, 1)
  clockOffsetMs = 0
  lagMs = 0
  away = false
  ended = false
  readonly renditions: SyntheticRendition[] = []
  readonly #listeners = new Set<() => void>()
  readonly #window: number
  #parts = 0
  #seam = false
  #seams = 0

  constructor(options: { name?: string; tracks?: readonly Track[]; windowSegments?: number } = {}) {
    this.name = options.name ?? 'show'
    this.#window = options.windowSegments ?? 10
    for (const track of options.tracks ?? [syntheticVideo, syntheticAudio]) this.renditions.push(emptyRendition(track))
  }

  get ready(): boolean {
    return this.renditions.every((rendition) => rendition.segments.some((segment) => segment.parts.length > 0))
  }

  get listeners(): number {
    return this.#listeners.size
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  findSegment(renditionId: string, sequence: number): MediaSegment | undefined {
    const rendition = this.renditions.find((each) => each.id === renditionId)
    return rendition?.segments.find((segment) => segment.sequence === sequence)
  }

  /** The next segment starts after a seam, with new initialization segments. */
  seam(): void {
    this.#seam = true
  }

  /** The publisher breaks off, and is expected back: it is with the next part. */
  leave(): void {
    this.away = true
    this.#changed()
  }

  /** Makes the next part of every rendition. */
  part(): void {
    this.away = false
    const at = this.#parts++
    const first = at % 4 === 0
    if (first && this.#seam) {
      this.#seams += 1
      for (const rendition of this.renditions)
        rendition.inits.set(this.#seams, { data: Buffer.from(`init ${rendition.id} ${this.#seams}`), track: rendition.track })
    }
    for (const rendition of this.renditions) {
      if (first) this.#open(rendition, at)
      const segment = rendition.segments.at(-1)
      if (!segment) continue
      const startTicks = cut(rendition.track, at)
      const durationTicks = cut(rendition.track, at + 1) - startTicks
      const data = Buffer.from(`${rendition.id} ${segment.sequence}.${segment.parts.length};`)
      segment.parts.push({
        index: segment.parts.length,
        serial: rendition.edge.serial,
        startTicks,
        durationTicks,
        independent: first || rendition.track.kind === 'audio',
        data,
      })
      segment.durationTicks += durationTicks
      segment.byteLength += data.length
      segment.complete = at % 4 === 3
      const serial = rendition.edge.serial + 1
      rendition.edge = segment.complete
        ? { sequence: segment.sequence + 1, parts: 0, serial }
        : { sequence: segment.sequence, parts: segment.parts.length, serial }
    }
    if (first) this.#seam = false
    this.#changed()
  }

  /** Ends the segment before its next part: the hinted part will be the next segment's first. */
  turnOver(): void {
    while (this.#parts % 4 !== 0) this.#parts += 1
    for (const rendition of this.renditions) {
      const segment = rendition.segments.at(-1)
      if (!segment) continue
      segment.complete = true
      rendition.edge = { ...rendition.edge, sequence: segment.sequence + 1, parts: 0 }
    }
    this.#changed()
  }

  end(): void {
    for (const rendition of this.renditions) for (const segment of rendition.segments) segment.complete = true
    this.ended = true
    this.#changed()
  }

  #open(rendition: SyntheticRendition, at: number): void {
    const startTicks = cut(rendition.track, at)
    rendition.segments.push({
      sequence: at / 4,
      startTicks,
      durationTicks: 0,
      programDateTimeMs: this.originTimeMs + (startTicks / rendition.track.timescale) * 1000,
      discontinuity: this.#seam,
      discontinuitySequence: this.#seams,
      choice: 0,
      initId: this.#seams,
      parts: [],
      independent: true,
      complete: false,
      byteLength: 0,
    })
    if (rendition.segments.length > this.#window) rendition.segments.shift()
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }
}

function emptyRendition(track: Track): SyntheticRendition {
  return {
    id: track.id,
    track,
    away: false,
    memberFrom: 0,
    inits: new Map([[0, { data: Buffer.from(`init ${track.id} 0`), track }]]),
    segments: [],
    averageBandwidth: track.kind === 'video' ? 2_000_000 : 128_000,
    peakBandwidth: track.kind === 'video' ? 2_500_000 : 130_000,
    steadyBandwidth: track.kind === 'video' ? 2_500_000 : 130_000,
    frameRate: track.kind === 'video' ? 30 : undefined,
    edge: { sequence: 0, parts: 0, serial: 0 },
  }
}

/** Where part `at` starts: on the half second for video, on the last whole frame at or before it for audio. */
function cut(track: Track, at: number): number {
  const ticks = (at * track.timescale) / 2
  if (track.kind === 'video') return ticks
  const frame = track.samplesPerPacket ?? 1
  return Math.floor(ticks / frame) * frame
}
