import type { WantedStores } from './messages.ts'
import type { StoresListener, TakenStores } from './studio-engine.ts'

interface Taker<T> {
  readonly listener: StoresListener<T>
  taken: boolean
}

interface Shared<T> {
  stores: T | undefined
  fault: string | undefined
  readonly takers: Set<Taker<T>>
}

/** Who takes what the process keeps in shared memory: one store for all who take the same. */
export class StoreSubscriptions<T> {
  readonly #onWanted: () => void
  readonly #missing: (of: string) => string
  readonly #byName = new Map<string, Shared<T>>()

  /** `onWanted` is called when what is wanted changed; `missing` says that something is not there. */
  constructor(onWanted: () => void, missing: (of: string) => string) {
    this.#onWanted = onWanted
    this.#missing = missing
  }

  get wanted(): readonly WantedStores[] {
    return [...this.#byName].map(([of, { takers }]) => ({ of, taken: [...takers].some(({ taken }) => taken) }))
  }

  add(of: string, listener: StoresListener<T>): TakenStores {
    let shared = this.#byName.get(of)
    if (shared === undefined) {
      shared = { stores: undefined, fault: undefined, takers: new Set() }
      this.#byName.set(of, shared)
    }
    const at = shared
    const taker: Taker<T> = { listener, taken: false }
    at.takers.add(taker)
    if (at.takers.size === 1) this.#onWanted()
    // Later subscribers learn what the others were sent.
    const known = at.fault !== undefined || at.stores !== undefined
    queueMicrotask(() => {
      if (!known || !at.takers.has(taker)) return
      if (at.fault !== undefined) listener.onFault(at.fault)
      else if (at.stores !== undefined) listener.onStores(at.stores)
    })
    return {
      setTaken: (taken) => {
        if (taker.taken === taken || !at.takers.has(taker)) return
        taker.taken = taken
        this.#onWanted()
      },
      close: () => {
        if (!at.takers.delete(taker)) return
        if (at.takers.size === 0) this.#byName.delete(of)
        this.#onWanted()
      },
    }
  }

  /** Null: it is not there. */
  onStores(of: string, stores: T | null): void {
    const shared = this.#byName.get(of)
    if (shared === undefined) return
    if (stores === null) {
      this.#fail(shared, this.#missing(of))
      return
    }
    shared.fault = undefined
    shared.stores = stores
    for (const { listener } of shared.takers) listener.onStores(stores)
  }

  /** The process is gone, and its memory with it. */
  onGap(): void {
    for (const shared of this.#byName.values()) {
      shared.stores = undefined
      shared.fault = undefined
      for (const { listener } of shared.takers) listener.onGap()
    }
  }

  /** The process cannot run at all. */
  failAll(problem: string): void {
    for (const shared of this.#byName.values()) this.#fail(shared, problem)
  }

  #fail(shared: Shared<T>, problem: string): void {
    shared.stores = undefined
    shared.fault = problem
    for (const { listener } of shared.takers) listener.onFault(problem)
  }
}
