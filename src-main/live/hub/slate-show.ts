import type { Track } from '../../formats/track.ts'
import type { IngestPacket } from '../../media/ingest-packet.ts'
import { repeat } from '../../platform/repeat.ts'
import type { Publication } from './publisher.ts'

/** A stream as its slate must fit it. */
export interface SlateFor {
  readonly name: string
  readonly title: string
  readonly tracks: readonly Track[]
  /** Measured, where the tracks do not tell. */
  readonly frameRate: number | undefined
}

/** Pictures of one closed group and one packet of silence, to be repeated. */
export interface SlateLoop {
  readonly tracks: readonly Track[]
  readonly pictures: readonly IngestPacket[]
  readonly frameMs: number
  readonly silence: IngestPacket | undefined
  readonly silenceMs: number
}

/** Where slates come from. */
export interface SlateSource {
  /** How long the stream's slate may last; undefined: it has none. */
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

/** Shows a slate until it is stopped: packets that were encoded once go out again and again with new times. */
export class SlateShow {
  readonly #dependencies: SlateShowDependencies
  #timer: NodeJS.Timeout | undefined
  #stopped = false
  #frame = 0
  #sounds = 0

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

  #emit({ pictures, frameMs, silence, silenceMs }: SlateLoop, publication: Publication, untilMs: number): void {
    while (!this.#stopped && this.#frame * frameMs <= untilMs) {
      const dtsMs = this.#frame * frameMs
      const { trackId, key, data } = pictures[this.#frame % pictures.length] as IngestPacket
      publication.write({ trackId, dtsMs, compositionMs: 0, key, data })
      this.#frame++
      while (silence !== undefined && this.#sounds * silenceMs <= dtsMs) {
        publication.write({ trackId: silence.trackId, dtsMs: this.#sounds * silenceMs, compositionMs: 0, key: true, data: silence.data })
        this.#sounds++
      }
    }
  }
}
