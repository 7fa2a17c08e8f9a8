import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import type { WarmOrder, WarmProgress, WarmRequest } from './warm-schemas.ts'

/** The connection of a node, as far as warming goes. */
export interface WarmConnection {
  warm(id: number, urls: readonly string[], perSecond: number): void
  stopWarming(id: number): void
}

/** A node whose cache can be filled now. */
export interface WarmNode {
  readonly id: string
  readonly name: string
  readonly connection: WarmConnection | undefined
}

/** What a node says of an order; `fault` where it has ended with one. */
export interface WarmReport extends WarmProgress {
  readonly id: number
  readonly isEnded: boolean
  readonly fault?: string | undefined
}

export interface WarmBookDependencies {
  /** Nodes that are enabled. */
  readonly nodes: () => readonly WarmNode[]
  readonly audit: AuditLog
  /** ms since 1970. */
  readonly now: () => number
}

type NodeProgress = { -readonly [Key in keyof WarmOrder['nodes'][number]]: WarmOrder['nodes'][number][Key] }

interface Kept extends Omit<WarmOrder, 'nodes'> {
  readonly nodes: NodeProgress[]
  heardMs: number
}

/** Orders that are remembered, and that run at once. */
const maxKept = 20
const maxRunning = 4
/** Nodes report each second: one that says nothing for so long does not do it, ms. */
const silenceMs = 20_000

/** Orders to nodes to fetch what viewers will ask for, and how far each has come. In memory: they end with the host. */
export class WarmBook {
  readonly #dependencies: WarmBookDependencies
  readonly #orders = new Map<number, Kept>()
  #last = 0

  constructor(dependencies: WarmBookDependencies) {
    this.#dependencies = dependencies
  }

  /** Newest first. */
  list(): WarmOrder[] {
    this.#sweep()
    return [...this.#orders.values()].reverse().map(shown)
  }

  /** Throws `network.warming_not_found`. */
  get(id: number): WarmOrder {
    this.#sweep()
    return shown(this.#get(id))
  }

  /** Throws `network.warm_invalid` and `network.busy`. */
  start({ urls, nodes: wanted, perSecond }: WarmRequest, actor: string): WarmOrder {
    this.#sweep()
    for (const url of urls) {
      const isPath = url.startsWith('/') && !url.startsWith('//')
      const isHttp = /^https?:\/\//.test(url) && URL.canParse(url)
      if (!isPath && !isHttp) throw new AppError('network.warm_invalid', `"${url.slice(0, 200)}" is neither /PATH nor https://HOST/PATH`)
      if (/[\s\\]|\p{Cc}/u.test(url)) throw new AppError('network.warm_invalid', `"${url.slice(0, 200)}" has characters that no URL has`)
    }
    if ([...this.#orders.values()].filter(isRunning).length >= maxRunning)
      throw new AppError('network.busy', `${maxRunning} orders to fill caches run already`)
    const nodes = this.#dependencies.nodes().filter(({ id, connection }) => connection && (wanted === undefined || wanted.includes(id)))
    if (nodes.length === 0) throw new AppError('network.warm_invalid', 'None of these nodes is connected')
    const order: Kept = {
      ...{ id: ++this.#last, startedAt: new Date(this.#dependencies.now()).toISOString(), urls: urls.length },
      nodes: nodes.map(({ id, name }) => ({
        ...{ id, name, state: 'running', reason: null, total: urls.length, done: 0, failed: 0, bytes: 0 },
      })),
      heardMs: performance.now(),
    }
    this.#orders.set(order.id, order)
    const [oldest] = [...this.#orders.values()].filter((each) => !isRunning(each))
    if (this.#orders.size > maxKept && oldest !== undefined) this.#orders.delete(oldest.id)
    for (const { connection } of nodes) connection?.warm(order.id, urls, perSecond)
    this.#dependencies.audit.record({
      kind: 'command',
      message: `nodes fill their caches: order ${order.id}`,
      actor,
      data: { urls: urls.length },
    })
    return shown(order)
  }

  /** Throws `network.warming_not_found`. */
  cancel(id: number): WarmOrder {
    const order = this.#get(id)
    const running = new Set(order.nodes.filter(({ state }) => state === 'running').map((node) => node.id))
    for (const node of order.nodes) if (node.state === 'running') node.state = 'cancelled'
    for (const node of this.#dependencies.nodes()) if (running.has(node.id)) node.connection?.stopWarming(id)
    return shown(order)
  }

  /** Takes what a node says; of orders that it was not given nothing is taken. */
  report(node: string, { id, total, done, failed, bytes, isEnded, fault }: WarmReport): void {
    const order = this.#orders.get(id)
    const progress = order?.nodes.find((each) => each.id === node && each.state === 'running')
    if (order === undefined || progress === undefined) return
    order.heardMs = performance.now()
    Object.assign(progress, { total, done: Math.min(done, total), failed: Math.min(failed, done), bytes })
    if (!isEnded) return
    progress.state = fault === undefined ? 'done' : 'failed'
    progress.reason = fault ?? null
  }

  /** The node has disconnected: it stops by itself. */
  leave(node: string): void {
    for (const { nodes } of this.#orders.values()) {
      for (const each of nodes) if (each.id === node && each.state === 'running') Object.assign(each, failure('the node has disconnected'))
    }
  }

  #sweep(): void {
    for (const order of this.#orders.values()) {
      if (performance.now() - order.heardMs < silenceMs) continue
      for (const each of order.nodes) if (each.state === 'running') Object.assign(each, failure('the node does not report'))
    }
  }

  #get(id: number): Kept {
    const order = this.#orders.get(id)
    if (order === undefined) throw new AppError('network.warming_not_found', `There is no order ${id}`)
    return order
  }
}

const failure = (reason: string): Pick<NodeProgress, 'state' | 'reason'> => ({ state: 'failed', reason })

const isRunning = ({ nodes }: Kept): boolean => nodes.some(({ state }) => state === 'running')

function shown({ id, startedAt, urls, nodes }: Kept): WarmOrder {
  return { id, startedAt, urls, nodes: nodes.map((node) => ({ ...node })) }
}
