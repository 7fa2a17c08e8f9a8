import { ReplicaStream } from '../delivery/replica.ts'
import type { RunRecord } from '../delivery/run-wire.ts'

interface Waiting {
  readonly timer: NodeJS.Timeout
  readonly then: () => void
}

/**
 * What the origin reported of runs. Runs are kept across connections: who waits for a part goes on waiting, and what is here is not
 * sent again.
 */
export class EdgeRuns {
  readonly #skewMs: () => number
  /** By epoch, the newest last. */
  readonly #runs = new Map<string, ReplicaStream>()
  /** By the number that the run has on this connection. */
  readonly #numbers = new Map<number, ReplicaStream>()
  /** Streams of which the origin has listed the runs. */
  readonly #listed = new Set<string>()
  readonly #waiting = new Map<string, Set<Waiting>>()
  #waitingCount = 0

  /** @param skewMs what is added to this machine's monotonic clock to get the origin's */
  constructor(skewMs: () => number) {
    this.#skewMs = skewMs
  }

  /** Requests that wait for a first list of runs. */
  get waiting(): number {
    return this.#waitingCount
  }

  /** How many streams have a run here. */
  get streams(): number {
    return new Set([...this.#runs.values()].map(({ name }) => name)).size
  }

  /** The newest run of that name, or the run of that epoch. */
  find(name: string, epoch?: string): ReplicaStream | undefined {
    if (epoch !== undefined) {
      const run = this.#runs.get(epoch)
      return run?.name === name ? run : undefined
    }
    let found: ReplicaStream | undefined
    for (const run of this.#runs.values()) if (run.name === name) found = run
    return found
  }

  /** Takes a record of the origin. Throws where it is malformed. */
  take(record: RunRecord, data: Uint8Array): void {
    if (record.type === 'runs') {
      for (const run of this.#of(record.name)) if (!record.epochs.includes(run.epoch)) this.#runs.delete(run.epoch)
      this.#listed.add(record.name)
      this.#wake(record.name)
    } else if (record.type === 'run') {
      const run = this.#runs.get(record.epoch) ?? new ReplicaStream(record, this.#skewMs)
      this.#runs.delete(record.epoch)
      this.#runs.set(record.epoch, run)
      this.#numbers.set(record.run, run)
    } else if (record.type === 'gone') {
      const run = this.#numbers.get(record.run)
      this.#numbers.delete(record.run)
      if (run !== undefined) this.#runs.delete(run.epoch)
    } else this.#numbers.get(record.run)?.take(record, data)
  }

  /** By epoch: what is here of a stream. */
  held(name: string): Readonly<Record<string, ReplicaStream['held']>> {
    return Object.fromEntries(this.#of(name).map((run) => [run.epoch, run.held]))
  }

  /** Deletes what is here of a stream. */
  drop(name: string): void {
    for (const run of this.#of(name)) this.#runs.delete(run.epoch)
    for (const [number, run] of this.#numbers) if (run.name === name) this.#numbers.delete(number)
    this.#listed.delete(name)
    this.#wake(name)
  }

  /** Numbers of runs are new. */
  renumber(): void {
    this.#numbers.clear()
  }

  isListed(name: string): boolean {
    return this.#listed.has(name)
  }

  /** Calls back when the runs of a stream are listed, or after `maxMs`. Returns the function that stops waiting. */
  whenListed(name: string, maxMs: number, then: () => void): () => void {
    const all = this.#waiting.get(name) ?? new Set()
    this.#waiting.set(name, all)
    const waiting: Waiting = { then, timer: setTimeout(() => this.#end(name, waiting), maxMs) }
    all.add(waiting)
    this.#waitingCount++
    return () => this.#remove(name, waiting)
  }

  stop(): void {
    for (const [name, all] of this.#waiting) for (const waiting of all) this.#remove(name, waiting)
    this.#runs.clear()
  }

  #of(name: string): ReplicaStream[] {
    return [...this.#runs.values()].filter((run) => run.name === name)
  }

  #wake(name: string): void {
    for (const waiting of this.#waiting.get(name) ?? []) this.#end(name, waiting)
  }

  #end(name: string, waiting: Waiting): void {
    if (this.#remove(name, waiting)) waiting.then()
  }

  #remove(name: string, waiting: Waiting): boolean {
    const all = this.#waiting.get(name)
    if (all?.delete(waiting) !== true) return false
    clearTimeout(waiting.timer)
    this.#waitingCount--
    if (all.size === 0) this.#waiting.delete(name)
    return true
  }
}
