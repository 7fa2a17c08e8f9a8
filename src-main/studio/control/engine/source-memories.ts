import type { SourceMemory } from '../../../media/source-report.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import type { Collection } from '../../document/collection.ts'

export interface SourceMemoriesDependencies {
  /** What was written last, by this host or the one before it; undefined: nothing. */
  readonly read: () => unknown
  readonly write: (kept: unknown) => void
  /** For how long the host may have been away for sources to go on where they would be, ms; 0: never. */
  readonly resumeWithinMs: () => number
  /** Milliseconds since 1970; `Date.now` where absent. */
  readonly now?: () => number
}

/** What is kept over a restart of the host. */
interface Kept {
  readonly collection: string
  /** When a host that had these sources last ran, ms since 1970. */
  readonly aliveAtMs: number
  readonly sources: readonly KeptSource[]
}

interface KeptSource {
  readonly id: string
  readonly kind: string
  readonly memory: SourceMemory
}

/** Changes are written at most so often, ms. */
const writeEveryMs = 1000
/** How often it is noted that the host runs, ms. */
const beatMs = 15_000
/** A clock that was set back by less does not matter, ms. */
const setBackMs = 60_000

/** What sources keep for the process that follows one that died: in the host, which survives that, and over a crash of the host itself. */
export class SourceMemories {
  readonly #dependencies: SourceMemoriesDependencies
  readonly #now: () => number
  readonly #kept = new Map<string, KeptSource>()
  #kinds: ReadonlyMap<string, string> = new Map()
  #collection: string | undefined
  #writeTimer: NodeJS.Timeout | undefined
  #beatTimer: NodeJS.Timeout | undefined
  #wroteAtMs = Number.NEGATIVE_INFINITY

  constructor(dependencies: SourceMemoriesDependencies) {
    this.#dependencies = dependencies
    this.#now = dependencies.now ?? Date.now
  }

  get all(): Record<string, SourceMemory> {
    return Object.fromEntries([...this.#kept.values()].map(({ id, memory }) => [id, memory]))
  }

  /** The show as it is now: the memory of what is gone, or is of another kind, goes too. */
  follow(collection: Collection): void {
    if (this.#collection === undefined) for (const each of this.#readBefore(collection.id)) this.#kept.set(each.id, each)
    this.#collection = collection.id
    this.#kinds = new Map(collection.sources.map(({ id, kind }) => [id, kind]))
    for (const { id, kind } of [...this.#kept.values()]) if (this.#kinds.get(id) !== kind) this.set(id, undefined)
    this.#beatTimer ??= repeat(beatMs, () => this.#changed())
  }

  /** What a source of the show keeps from now on; undefined: nothing. */
  set(id: string, memory: SourceMemory | undefined): void {
    if (this.#collection === undefined) return
    const kind = this.#kinds.get(id)
    if (memory !== undefined && kind !== undefined) this.#kept.set(id, { id, kind, memory })
    else if (!this.#kept.delete(id)) return
    this.#changed()
  }

  /** The show ends. `goesOn`: the host comes back with it. */
  end(goesOn: boolean): void {
    if (this.#collection === undefined) return
    if (!goesOn) this.#kept.clear()
    this.#write()
    clearInterval(this.#beatTimer)
    this.#beatTimer = undefined
    this.#collection = undefined
    this.#kept.clear()
  }

  #readBefore(collection: string): readonly KeptSource[] {
    const before = this.#dependencies.read() as Kept | undefined
    if (before?.collection !== collection) return []
    const awayMs = this.#now() - before.aliveAtMs
    const withinMs = this.#dependencies.resumeWithinMs()
    return withinMs > 0 && awayMs >= -setBackMs && awayMs <= withinMs ? before.sources : []
  }

  #changed(): void {
    if (this.#writeTimer !== undefined) return
    const waitMs = this.#wroteAtMs + writeEveryMs - performance.now()
    if (waitMs <= 0) this.#write()
    else this.#writeTimer = setTimeout(() => this.#write(), waitMs).unref()
  }

  #write(): void {
    clearTimeout(this.#writeTimer)
    this.#writeTimer = undefined
    this.#wroteAtMs = performance.now()
    if (this.#collection === undefined) return
    const kept: Kept = { collection: this.#collection, aliveAtMs: this.#now(), sources: [...this.#kept.values()] }
    // What is not there need not be taken away again with every beat.
    if (this.#kept.size > 0 || this.#dependencies.read() !== undefined) this.#dependencies.write(this.#kept.size === 0 ? undefined : kept)
  }
}
