import type { AudioStore, FrameStore, MediaStores } from '../../../media/worker/stores/media-stores.ts'
import type { WantedStores } from '../../control/engine/messages.ts'
import type { SharedStores } from '../../control/engine/studio-engine.ts'
import { type MixedBlock, mixRate } from '../mixer/mixer.ts'

export interface ActiveSharesDependencies {
  readonly stores: MediaStores
  readonly hasSource: (source: string) => boolean
  readonly frameStore: (source: string) => FrameStore | undefined
  readonly audioStore: (source: string) => AudioStore | undefined
  readonly onShared: (of: string, stores: SharedStores | null) => void
}

/** What other programs of this machine take as it is: stores that sources have anyway, and tracks of the mixer in stores of their own. */
export class ActiveShares {
  readonly #dependencies: ActiveSharesDependencies
  #wanted: readonly WantedStores[] = []
  /** By number. */
  readonly #tracks = new Map<number, AudioStore>()
  /** As it was reported last, by name. */
  readonly #reported = new Map<string, string>()

  constructor(dependencies: ActiveSharesDependencies) {
    this.#dependencies = dependencies
  }

  set(wanted: readonly WantedStores[]): void {
    this.#wanted = wanted
    const names = new Set(wanted.map(({ of }) => of))
    for (const of of this.#reported.keys()) if (!names.has(of)) this.#reported.delete(of)
    const tracks = new Set(wanted.flatMap(({ of, taken }) => (taken ? (trackOf(of) ?? []) : [])))
    for (const [track, store] of this.#tracks) {
      if (tracks.has(track)) continue
      store.close()
      this.#tracks.delete(track)
    }
    for (const track of tracks) if (!this.#tracks.has(track)) this.#tracks.set(track, this.#dependencies.stores.createAudioStore(mixRate))
    this.follow()
  }

  /** Reports what is there now and was not before: sources start, are removed and replaced. */
  follow(): void {
    for (const { of, taken } of this.#wanted) {
      // Who takes it again is sent where it is then.
      if (!taken) this.#reported.delete(of)
      const stores = taken ? this.#storesOf(of) : undefined
      if (stores === undefined) continue
      const reported = JSON.stringify(stores)
      if (this.#reported.get(of) === reported) continue
      this.#reported.set(of, reported)
      this.#dependencies.onShared(of, stores)
    }
  }

  /** Sources that are taken. */
  get sources(): readonly string[] {
    return this.#wanted.flatMap(({ of, taken }) => (taken ? (sourceOf(of) ?? []) : []))
  }

  /** Tracks that are taken, 1 to 6. */
  get tracks(): readonly number[] {
    return [...this.#tracks.keys()]
  }

  offerAudio(block: MixedBlock): void {
    for (const [track, store] of this.#tracks) {
      const samples = block.tracks[track - 1]
      if (samples !== undefined) store.write(samples, block.timeUs)
    }
  }

  close(): void {
    for (const store of this.#tracks.values()) store.close()
    this.#tracks.clear()
  }

  /** Null: it is not there; undefined: not yet. */
  #storesOf(of: string): SharedStores | null | undefined {
    const track = trackOf(of)
    if (track !== undefined) return { frames: null, audio: this.#tracks.get(track)?.address ?? null }
    const source = sourceOf(of)
    const { hasSource, frameStore, audioStore } = this.#dependencies
    if (source === undefined || !hasSource(source)) return null
    const [frames, audio] = [frameStore(source)?.address ?? null, audioStore(source)?.address ?? null]
    return frames === null && audio === null ? undefined : { frames, audio }
  }
}

function sourceOf(of: string): string | undefined {
  return of.startsWith('source:') ? of.slice('source:'.length) : undefined
}

function trackOf(of: string): number | undefined {
  return of.startsWith('track:') ? Number(of.slice('track:'.length)) : undefined
}
