import { type Ticks, ticks, ticksToMs } from '../../../../formats/media-time.ts'
import type { Track } from '../../../../formats/track.ts'
import type { IngestPacket } from '../../../../media/ingest-packet.ts'
import { repeat } from '../../../../platform/timing/repeat.ts'
import type { Publication } from '../publisher.ts'

/** A stream as its slate must fit it. */
export interface SlateFor {
  readonly name: string
  readonly title: string
  readonly tracks: readonly Track[]
  /** Measured, if the tracks do not say. */
  readonly frameRate: number | undefined
}

/** Frames of one closed GOP and one packet of silence, to be repeated. */
export interface SlateLoop {
  readonly tracks: readonly Track[]
  readonly frames: readonly IngestPacket[]
  /** Frames per second, as a fraction. */
  readonly rate: readonly [numerator: number, denominator: number]
  readonly silence: SlateSilence | undefined
}

export interface SlateSilence {
  readonly trackId: string
  /** Ticks per second of `ticks`. */
  readonly timescale: number
  /** How long it lasts. */
  readonly ticks: Ticks
  readonly data: Uint8Array
}

/** Where slates come from. */
export interface SlateSource {
  /** Max duration of the stream's slate; undefined: it has none. */
  lasts(stream: string): 'window' | 'unlimited' | undefined
  /** Rejects with `slate.*`. */
  prepare(stream: SlateFor): Promise<SlateLoop>
}

const BEAT_MS = 40

export interface SlateShowDependencies {
  readonly loop: Promise<SlateLoop>
  /** Wait before it is shown, ms. */
  readonly afterMs: number
  readonly monotonic: () => number
  /** Opens the way into the stream; `behindMs` is how far the timeline lags behind now. */
  readonly begin: () => { readonly publication: Publication; readonly behindMs: number }
  readonly failed: (error: unknown) => void
}

/** Sends the packets of a slate until it is stopped: packets that were encoded once go out again and again with new times. */
export class SlateShow {
  readonly #dependencies: SlateShowDependencies
  #timer: NodeJS.Timeout | undefined
  #stopped = false
  #frame = 0
  #silences = 0

  constructor(dependencies: SlateShowDependencies) {
    this.#dependencies = dependencies
    this.#timer = setTimeout(() => {
      dependencies.loop.then((loop) => {
        if (!this.#stopped) this.#show(loop)
      }, dependencies.failed)
    }, dependencies.afterMs)
    dependencies.loop.catch(() => undefined)
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  #show(loop: SlateLoop): void {
    const { publication, behindMs } = this.#dependencies.begin()
    for (const track of loop.tracks) publication.setTrack(track)
    // what the timeline lacks up to now is made up for at once
    const sinceMs = this.#dependencies.monotonic() - behindMs
    this.#emit(loop, publication, behindMs)
    this.#timer = repeat(BEAT_MS, () => this.#emit(loop, publication, this.#dependencies.monotonic() - sinceMs))
  }

  #emit({ frames, rate: [timescale, frameTicks], silence }: SlateLoop, publication: Publication, untilMs: number): void {
    for (;;) {
      const dts = ticks(this.#frame * frameTicks)
      const atMs = ticksToMs(dts, timescale)
      if (this.#stopped || atMs > untilMs) return
      const { trackId, key, data } = frames[this.#frame % frames.length] as IngestPacket
      publication.write({ trackId, timescale, dts, composition: ticks(0), key, data })
      this.#frame++
      if (silence !== undefined) this.#emitSilence(silence, publication, atMs)
    }
  }

  #emitSilence(silence: SlateSilence, publication: Publication, untilMs: number): void {
    const { trackId, timescale, data } = silence
    for (;;) {
      const dts = ticks(this.#silences * silence.ticks)
      if (this.#stopped || ticksToMs(dts, timescale) > untilMs) return
      publication.write({ trackId, timescale, dts, composition: ticks(0), key: true, data })
      this.#silences++
    }
  }
}
