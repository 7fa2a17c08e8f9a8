import type { DataMessage } from '../../sfu-engine.ts'
import type { Source } from './source.ts'

/** ms between two keyframe requests to a publisher, however many viewers ask. */
const keyframePauseMs = 500

/** What a WebRTC room knows about a viewer. */
export interface RoomViewer {
  readonly sessionId: string
  sendData(message: DataMessage): void
  /** Called each second; `clockKnown`: the sender's clock is known of all sources. */
  second(nowMs: number, wallMs: number, clockKnown: boolean): void
}

/** One run of media: its sources and those who watch. Where the media come from fills `sources` and `askKeyframe`. */
export class Room {
  readonly name: string
  /** Encodings of the video, best first; one without simulcast. */
  readonly video: Source[] = []
  audio: Source | undefined
  readonly viewers = new Set<RoomViewer>()
  readonly #askKeyframe: ((source: Source) => void) | undefined
  readonly #asked = new Map<Source, number>()

  constructor(name: string, askKeyframe?: (source: Source) => void) {
    this.name = name
    this.#askKeyframe = askKeyframe
  }

  requestKeyframe(source: Source | undefined, nowMs: number): void {
    if (source === undefined || source === this.audio || this.#askKeyframe === undefined) return
    if (nowMs - (this.#asked.get(source) ?? Number.NEGATIVE_INFINITY) < keyframePauseMs) return
    this.#asked.set(source, nowMs)
    this.#askKeyframe(source)
  }

  /** To every viewer with a data channel. */
  sendData(message: DataMessage): void {
    for (const viewer of this.viewers) viewer.sendData(message)
  }

  /** Sends every viewer its sender reports, and measures the encodings. Called each second. */
  second(nowMs: number, wallMs: number): void {
    for (const source of this.video) source.measure(nowMs)
    this.audio?.measure(nowMs)
    const sources = this.audio === undefined ? this.video : [...this.video, this.audio]
    // The sender's clock counts if it is known for all: half of it would pull audio and video apart.
    const known = sources.every((each) => !each.began || !Number.isNaN(each.ntpMs))
    for (const viewer of this.viewers) viewer.second(nowMs, wallMs, known)
  }
}

/** Wall clock and RTP timestamp of a source that belong together. */
export function clockOf(source: Source, known: boolean, nowMs: number, wallMs: number): { ntpMs: number; timestamp: number } {
  if (known && !Number.isNaN(source.ntpMs)) return { ntpMs: source.ntpMs, timestamp: source.ntpTimestamp }
  return { ntpMs: wallMs - (nowMs - source.timestampMs), timestamp: source.timestamp }
}
