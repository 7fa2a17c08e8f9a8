import { ReplicaStream } from '../delivery/replica.ts'
import type { RunRecord } from '../delivery/run-wire.ts'
import { ListedNames } from './listed-names.ts'

interface Follower {
  readonly name: string
  readonly begin: (run: ReplicaStream) => () => void
  readonly leaving: Map<ReplicaStream, () => void>
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
  readonly #listed = new ListedNames()
  /** By whoever follows the runs of a stream: what is called when a run is dropped. */
  readonly #followers = new Set<Follower>()

  /** @param skewMs what is added to this machine's monotonic clock to get the origin's */
  constructor(skewMs: () => number) {
    this.#skewMs = skewMs
  }

  /** Requests that wait for a first list of runs. */
  get waiting(): number {
    return this.#listed.waiting
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
      for (const run of this.#of(record.name)) if (!record.epochs.includes(run.epoch)) this.#delete(run)
      this.#listed.add(record.name)
    } else if (record.type === 'run') {
      const known = this.#runs.get(record.epoch)
      const run = known ?? new ReplicaStream(record, this.#skewMs)
      this.#runs.delete(record.epoch)
      this.#runs.set(record.epoch, run)
      this.#numbers.set(record.run, run)
      if (known === undefined) for (const each of this.#followers) if (each.name === run.name) each.leaving.set(run, each.begin(run))
    } else if (record.type === 'gone') {
      const run = this.#numbers.get(record.run)
      this.#numbers.delete(record.run)
      if (run !== undefined) this.#delete(run)
    } else this.#numbers.get(record.run)?.take(record, data)
  }

  /** By epoch: what is here of a stream. */
  held(name: string): Readonly<Record<string, ReplicaStream['held']>> {
    return Object.fromEntries(this.#of(name).map((run) => [run.epoch, run.held]))
  }

  /** Deletes what is here of a stream. */
  drop(name: string): void {
    for (const run of this.#of(name)) this.#delete(run)
    for (const [number, run] of this.#numbers) if (run.name === name) this.#numbers.delete(number)
    this.#listed.delete(name)
  }

  /**
   * Calls back with every run of a stream that is here, and with every one that comes; what the listener answers is called when that run is
   * dropped. Returns the function that stops it.
   */
  onRun(name: string, begin: Follower['begin']): () => void {
    const follower: Follower = { name, begin, leaving: new Map() }
    this.#followers.add(follower)
    for (const run of this.#of(name)) follower.leaving.set(run, begin(run))
    return () => {
      this.#followers.delete(follower)
      for (const leave of follower.leaving.values()) leave()
      follower.leaving.clear()
    }
  }

  /** Numbers of runs are new. */
  renumber(): void {
    this.#numbers.clear()
  }

  isListed(name: string): boolean {
    return this.#listed.has(name)
  }

  /** Calls back when the runs of a stream are listed, or after `maxMs` where it is given. Returns the function that stops waiting. */
  whenListed(name: string, maxMs: number | undefined, then: () => void): () => void {
    return this.#listed.whenListed(name, maxMs, then)
  }

  stop(): void {
    this.#listed.stop()
    this.#runs.clear()
  }

  #delete(run: ReplicaStream): void {
    this.#runs.delete(run.epoch)
    for (const { leaving } of this.#followers) {
      leaving.get(run)?.()
      leaving.delete(run)
    }
  }

  #of(name: string): ReplicaStream[] {
    return [...this.#runs.values()].filter((run) => run.name === name)
  }
}
