import type { Collection, Source } from '../../../document/collection.ts'
import { leftOutKind } from '../../../document/kinds/left-out-kind.ts'
import type { StateStore } from '../../state-store.ts'

export interface SafeModeDependencies {
  readonly store: Pick<StateStore, 'get' | 'set'>
  /** The host was started with the option `safeMode`. */
  readonly forced: boolean
  /** ms since 1970. */
  readonly now: () => number
  readonly onChange: () => void
}

interface CrashCount {
  readonly count: number
  readonly lastMs: number
}

const modeKey = 'safe-mode'
const crashesKey = 'source-crashes'
/** Processes of a source that ended by themselves, after which safe mode leaves it out. */
const manyCrashes = 3
/** After so long without a crash a source starts with a clean record, ms. */
const rememberMs = 60 * 60_000
/** Losses of the studio's process within so long count together, ms. */
const lossWindowMs = 10 * 60_000

/**
 * The studio without what may have brought it down: browser sources, and sources whose processes crashed. Entered by a person or an
 * option, and left by a person; known again after a restart of the host.
 */
export class SafeMode {
  readonly #dependencies: SafeModeDependencies
  readonly #crashes: Map<string, CrashCount>
  readonly #replaced = new WeakMap<Source, Source>()
  /** When the studio's process was lost, ms since 1970, the newest last. */
  #losses: readonly number[] = []
  #on: boolean

  constructor(dependencies: SafeModeDependencies) {
    const { store, forced } = dependencies
    this.#dependencies = dependencies
    this.#on = forced || store.get(modeKey) === true
    this.#crashes = new Map(Object.entries((store.get(crashesKey) ?? {}) as Readonly<Record<string, CrashCount>>))
  }

  get on(): boolean {
    return this.#on
  }

  set(on: boolean): void {
    if (this.#on === on) return
    this.#on = on
    this.#dependencies.store.set(modeKey, on ? true : undefined)
    if (!on) this.#crashes.clear()
    this.#keepCrashes()
    this.#dependencies.onChange()
  }

  /** A process of a source ended by itself `times` times. */
  noteCrash(source: string, times = 1): void {
    const { now } = this.#dependencies
    for (const [id, { lastMs }] of this.#crashes) if (now() - lastMs > rememberMs) this.#crashes.delete(id)
    const count = (this.#crashes.get(source)?.count ?? 0) + times
    this.#crashes.set(source, { count, lastMs: now() })
    this.#keepCrashes()
    if (this.#on && count >= manyCrashes) this.#dependencies.onChange()
  }

  /** The studio's process was lost. */
  noteLoss(): void {
    this.#losses = [...this.#losses, this.#dependencies.now()].slice(-manyCrashes)
    if (this.losesOften) this.#dependencies.onChange()
  }

  /** The studio's process was lost three times in ten minutes. */
  get losesOften(): boolean {
    const [first, ...more] = this.#losses
    return first !== undefined && more.length + 1 === manyCrashes && this.#dependencies.now() - first < lossWindowMs
  }

  leavesOut({ id, kind }: Pick<Source, 'id' | 'kind'>): boolean {
    return this.#on && (kind === 'browser' || (this.#crashes.get(id)?.count ?? 0) >= manyCrashes)
  }

  /** The collection as the engine is to have it. What is not left out is the very same object, and what is left out stays one. */
  apply(collection: Collection): Collection {
    if (!collection.sources.some((source) => this.leavesOut(source))) return collection
    return { ...collection, sources: collection.sources.map((source) => (this.leavesOut(source) ? this.#replacement(source) : source)) }
  }

  #replacement(source: Source): Source {
    const known = this.#replaced.get(source) ?? { ...source, kind: leftOutKind, settings: {} }
    this.#replaced.set(source, known)
    return known
  }

  #keepCrashes(): void {
    this.#dependencies.store.set(crashesKey, this.#crashes.size === 0 ? undefined : Object.fromEntries(this.#crashes))
  }
}
