import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import { Turns } from '../../../platform/timing/turns.ts'
import type { FoundObjects } from '../../front/cache/cache-search.ts'
import type { PurgeHistory, PurgeOutcome } from '../../front/cache/node-cache.ts'
import { checkSelection, type PurgeOrder, type PurgeSelection } from '../../front/cache/purge-order.ts'
import type { PurgeStore, StoredPurge } from './purge-store.ts'

/** A node as purges are sent to it. */
export interface PurgeNode {
  readonly id: string
  readonly name: string
  /** Undefined while it is not connected: it is sent what it missed before it serves again. */
  readonly connection: PurgeConnection | undefined
}

/** The connection of a node, as far as purges go. Both reject where it breaks, or the node cannot do it. */
export interface PurgeConnection {
  purge(order: PurgeOrder): Promise<PurgeOutcome>
  preview(selection: PurgeSelection): Promise<PurgeOutcome>
  /** Objects whose URL or path starts like this. */
  search(prefix: string): Promise<FoundObjects>
}

/** What became of a purge at one node. */
export interface NodePurge {
  readonly id: string
  readonly name: string
  /** `away`: not connected now; it catches up. `failed`: see `reason`; it catches up at its next connection. */
  readonly state: 'done' | 'away' | 'failed'
  readonly objects: number
  readonly bytes: number
  /** From here to the node's answer, ms. */
  readonly ms: number
  readonly reason: string | null
}

export interface PurgeReport {
  /** Null for a dry run, which has none. */
  readonly number: number | null
  readonly nodes: readonly NodePurge[]
}

/** What was found at one node. */
export interface FoundAtNode extends FoundObjects {
  readonly id: string
  readonly name: string
  readonly state: NodePurge['state']
  readonly reason: string | null
}

interface KeptPurge {
  readonly purge: StoredPurge
  /** Of its text, characters. */
  readonly length: number
}

/** Purges that are kept for nodes that are away. */
const maxKept = 1000
/** Characters that all of them may have together; one has less than a request's body. */
const maxKeptText = 8 * 2 ** 20
/** Nodes that are searched at once. */
const maxSearched = 20
/** A node that does not answer within this time is reported, ms. */
const answerMs = 10_000

export interface PurgeBookDependencies {
  readonly store: PurgeStore
  /** Nodes that are enabled. */
  readonly nodes: () => readonly PurgeNode[]
  readonly audit: AuditLog
  /** ms since 1970. */
  readonly now: () => number
}

/** The origin's purges: numbered, kept for nodes that are away, and sent to those that are there. */
export class PurgeBook {
  readonly #dependencies: PurgeBookDependencies
  readonly #kept: KeptPurge[]
  readonly #turns = new Turns(1000, 'purges', 'network.busy')
  #last: number

  private constructor(dependencies: PurgeBookDependencies, stored: readonly StoredPurge[]) {
    this.#dependencies = dependencies
    this.#kept = stored.map((purge) => ({ purge, length: JSON.stringify(purge.order).length }))
    this.#last = stored.at(-1)?.order.number ?? 0
  }

  static async open(dependencies: PurgeBookDependencies): Promise<PurgeBook> {
    return new PurgeBook(dependencies, await dependencies.store.all())
  }

  /** Purges that a node missed which has carried out `last`; all that are kept where it has carried out none. */
  since(last: number | undefined): PurgeHistory {
    const orders = this.#kept.map(({ purge }) => purge.order).filter(({ number }) => last === undefined || number > last)
    return { last: this.#last, orders }
  }

  /** The newest purges, newest first. */
  recent(max: number): readonly StoredPurge[] {
    return this.#kept
      .slice(-max)
      .reverse()
      .map(({ purge }) => purge)
  }

  /**
   * Purges at all nodes. Resolves when each has acknowledged it, is known to be away, or does not answer.
   * Throws `network.purge_invalid` and `network.busy`.
   */
  async purge(selection: PurgeSelection, hard: boolean, actor: string): Promise<PurgeReport> {
    checkSelection(selection)
    const { store, audit, now } = this.#dependencies
    const order = await this.#turns.next(async () => {
      const made: PurgeOrder = { number: this.#last + 1, selection, hard }
      const purge = { order: made, madeAt: new Date(now()).toISOString() }
      await store.add(purge, this.#trim(JSON.stringify(made).length))
      this.#kept.push({ purge, length: JSON.stringify(made).length })
      this.#last = made.number
      return made
    })
    audit.record({ kind: 'command', message: `purge ${order.number} of nodes' caches`, actor, data: { hard, ...counts(selection) } })
    return { number: order.number, nodes: await this.#ask((connection) => connection.purge(order)) }
  }

  /** What a purge would take along at each node. Throws `network.purge_invalid`. */
  async preview(selection: PurgeSelection): Promise<PurgeReport> {
    checkSelection(selection)
    return { number: null, nodes: await this.#ask((connection) => connection.preview(selection)) }
  }

  /** What nodes keep whose URL or path starts like this. Throws `network.purge_invalid`. */
  async search(prefix: string, node: string | undefined): Promise<readonly FoundAtNode[]> {
    checkSelection({ prefixes: [prefix] })
    const nodes = this.#dependencies.nodes().filter(({ id }) => node === undefined || id === node)
    return Promise.all(
      nodes.slice(0, maxSearched).map(async ({ id, name, connection }): Promise<FoundAtNode> => {
        const nothing = { id, name, objects: [], hasMore: false }
        if (connection === undefined) return { ...nothing, state: 'away', reason: null }
        try {
          return { ...nothing, ...(await inTime(connection.search(prefix))), state: 'done', reason: null }
        } catch (error) {
          return { ...nothing, state: 'failed', reason: (error as Error).message }
        }
      }),
    )
  }

  #ask(send: (connection: PurgeConnection) => Promise<PurgeOutcome>): Promise<NodePurge[]> {
    const nothing = { objects: 0, bytes: 0, ms: 0, reason: null }
    return Promise.all(
      this.#dependencies.nodes().map(async ({ id, name, connection }): Promise<NodePurge> => {
        if (connection === undefined) return { id, name, state: 'away', ...nothing }
        const sentAt = performance.now()
        const ms = (): number => Math.round((performance.now() - sentAt) * 10) / 10
        try {
          return { id, name, state: 'done', ...(await inTime(send(connection))), ms: ms(), reason: null }
        } catch (error) {
          return { id, name, state: 'failed', ...nothing, ms: ms(), reason: (error as Error).message }
        }
      }),
    )
  }

  /** Makes space for one more. Returns the number up to which none is kept. */
  #trim(length: number): number {
    let sum = this.#kept.reduce((total, each) => total + each.length, length)
    let before = (this.#kept[0]?.purge.order.number ?? 1) - 1
    while (this.#kept.length > 0 && (this.#kept.length >= maxKept || sum > maxKeptText)) {
      const gone = this.#kept.shift() as KeptPurge
      sum -= gone.length
      before = gone.purge.order.number
    }
    return before
  }
}

function inTime<T>(answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new AppError('network.busy', `It did not answer within ${answerMs / 1000} s`)), answerMs)
    answer.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** How much of each kind was named: the audit log does not repeat thousands of URLs. */
function counts({ urls = [], prefixes = [], patterns = [], tags = [], everything = false }: PurgeSelection): Record<string, unknown> {
  return {
    urls: urls.length,
    prefixes: prefixes.length,
    patterns: patterns.length,
    tags: tags.length,
    everything,
    first: [...urls, ...prefixes, ...patterns, ...tags][0] ?? null,
  } // prettier-ignore
}
