import { randomText } from '../../../platform/random-id.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import type { StateStore } from '../state-store.ts'

/** An output that is wanted: from its start to its stop by a person, over restarts of the host. */
export interface WantedOutput {
  /** When a person, a macro or `autostart` started it, ms since 1970. */
  readonly sinceMs: number
  /** Joins all that it makes from its start to its stop. */
  readonly session: string
  readonly paused: boolean
  /** It does not move until a person looks: code of the error. */
  readonly failed: string | null
}

/** What is kept over a restart of the host. */
interface Kept {
  /** When a host was last seen that had these outputs, ms since 1970. */
  readonly aliveAtMs: number
  /** How often it was continued since a host last ran for a while. */
  readonly returns: number
  readonly running: Readonly<Record<string, WantedOutput>>
  /** Outputs with `autostart` that a person stopped. */
  readonly stopped: readonly string[]
}

/** What to start when a host comes back to its show. */
export interface Return {
  /** Is to go on. */
  readonly goesOn: ReadonlySet<string>
  /** Was stopped by a person: `autostart` does not start it. */
  readonly stopped: ReadonlySet<string>
  /** Ran and stays off: why, by id. */
  readonly leftOff: ReadonlyMap<string, string>
}

const key = 'outputs'
/** How often it is noted that the host lives, ms. */
export const beatMs = 15_000
/** A clock that was set back by less is not wondered at, ms. */
const setBackMs = 60_000
/** Hosts that end soon after they came back: after this many, nothing is started by itself. */
const maxReturns = 5

/** Which outputs are wanted, known again after a restart of the host. */
export class WantedOutputs {
  readonly #store: StateStore
  readonly #now: () => number
  readonly #running = new Map<string, WantedOutput>()
  readonly #stopped = new Set<string>()
  /** Of the host that ran before. */
  #before: Kept | undefined
  #returns = 0
  #timer: NodeJS.Timeout | undefined
  #ended = false

  /** `now`: ms since 1970. */
  constructor(store: StateStore, now: () => number) {
    this.#store = store
    this.#now = now
    this.#before = store.get(key) as Kept | undefined
  }

  /** An output starts, or starts again. */
  want(id: string): WantedOutput {
    const known = this.#running.get(id)
    const wanted = known === undefined ? { sinceMs: this.#now(), session: randomText(12), paused: false, failed: null } : known
    this.#stopped.delete(id)
    this.#running.set(id, wanted)
    if (known === undefined) this.#keep()
    return wanted
  }

  /** What has changed of an output that is wanted. */
  note(id: string, change: Partial<Pick<WantedOutput, 'paused' | 'failed'>>): void {
    const wanted = this.#running.get(id)
    if (wanted === undefined) return
    const next = { ...wanted, ...change }
    if (next.paused === wanted.paused && next.failed === wanted.failed) return
    this.#running.set(id, next)
    this.#keep()
  }

  /** A person stopped it, or it could not start. `remember`: `autostart` must not start it when the host comes back. */
  unwant(id: string, remember: boolean): void {
    const known = this.#running.delete(id)
    const reported = remember ? !this.#stopped.has(id) : this.#stopped.delete(id)
    if (remember) this.#stopped.add(id)
    if (known || reported) this.#keep()
  }

  /** Another collection, or none, takes the place of what ran before: answers what was wanted then. */
  forgetBefore(): readonly string[] {
    const ids = Object.keys(this.#before?.running ?? {})
    this.#before = undefined
    return ids
  }

  /**
   * The host is back with the collection that it had: what ran goes on where the host was away for `withinMs` at most. To be called
   * once; what goes on is wanted from here on.
   */
  takeUp(withinMs: number): Return {
    const before = this.#before
    this.#before = undefined
    const leftOff = new Map<string, string>()
    if (before === undefined) return { goesOn: new Set(), stopped: new Set(), leftOff }
    const why = this.#whyNot(before, withinMs)
    for (const [id, wanted] of Object.entries(before.running)) {
      if (why !== undefined) leftOff.set(id, why)
      else if (wanted.failed !== null) leftOff.set(id, `it had failed when the host ended (${wanted.failed})`)
      else this.#running.set(id, wanted)
    }
    if (why === undefined) for (const id of before.stopped) this.#stopped.add(id)
    this.#returns = this.#running.size === 0 ? 0 : before.returns + 1
    const goesOn = new Set(this.#running.keys())
    this.#keep()
    return { goesOn, stopped: new Set(this.#stopped), leftOff }
  }

  /** Resolves when all of it is on the disk, or cannot be written. */
  written(): Promise<void> {
    return this.#store.written()
  }

  /** The host ends: what is wanted stays so for its next start, unless a person ended it. */
  end(byPerson: boolean): void {
    if (this.#ended) return
    if (byPerson) {
      this.#running.clear()
      this.#stopped.clear()
    }
    this.#returns = 0
    this.#keep()
    this.#ended = true
    clearInterval(this.#timer)
  }

  #whyNot({ aliveAtMs, returns }: Kept, withinMs: number): string | undefined {
    const awayMs = this.#now() - aliveAtMs
    if (withinMs === 0) return 'outputs do not go on by themselves here (setting studioResumeWithinMs)'
    if (awayMs < -setBackMs) return `the clock is before ${new Date(aliveAtMs).toISOString()}, when the host was last seen`
    if (awayMs > withinMs) return `the host was away for ${lengthText(awayMs)}, since ${new Date(aliveAtMs).toISOString()}`
    if (returns >= maxReturns) return `the host ended ${returns} times soon after it had come back`
    return undefined
  }

  #keep(): void {
    if (this.#ended) return
    const empty = this.#running.size === 0 && this.#stopped.size === 0
    const kept: Kept = {
      aliveAtMs: this.#now(),
      returns: this.#returns,
      running: Object.fromEntries(this.#running),
      stopped: [...this.#stopped],
    }
    this.#store.set(key, empty ? undefined : kept)
    if (empty) {
      clearInterval(this.#timer)
      this.#timer = undefined
      return
    }
    this.#timer ??= repeat(beatMs, () => {
      this.#returns = 0
      this.#keep()
    })
  }
}

function lengthText(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  if (minutes < 1) return `${Math.round(ms / 1000)} s`
  if (minutes < 120) return `${minutes} min`
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} hours` : `${Math.round(minutes / 1440)} days`
}
