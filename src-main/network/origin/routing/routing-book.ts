import type { ViewerNode } from '../../../media/viewer-nodes.ts'
import type { AuditLog } from '../../../platform/audit.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import { Turns } from '../../../platform/timing/turns.ts'
import type { SettingStore } from '../../setting-store.ts'
import type { NetworkNode } from '../nodes/node-schemas.ts'
import type { ListKeys } from './list-keys.ts'
import type { NodeHealth } from './node-health.ts'
import { loadOf, weightOf } from './node-weight.ts'
import { defaultRouting, type ListedNode, type RoutingSettings, type SignedNodes } from './routing-schemas.ts'

/** A list is signed again after this time, ms. */
const againMs = 60_000
/** Players accept a list for this time, ms: their clocks may be wrong by minutes. */
const validMs = 3_600_000

export interface RoutingBookDependencies {
  readonly store: SettingStore<RoutingSettings>
  readonly keys: ListKeys
  readonly nodes: () => readonly NetworkNode[]
  readonly health: NodeHealth
  readonly events: Pick<EventBus, 'publish'>
  readonly audit: AuditLog
  /** ms since 1970. */
  readonly now: () => number
}

/** Which nodes viewers are sent to, and the list of them that players get. */
export class RoutingBook {
  readonly #dependencies: RoutingBookDependencies
  readonly #turns = new Turns(20, 'changes of routing', 'network.busy')
  readonly #listeners = new Set<() => void>()
  #settings: RoutingSettings
  #healthy: readonly ListedNode[] = []
  #listed: readonly ListedNode[] = []
  #viewerNodes: readonly ViewerNode[] = []
  #text = ''
  #signed: SignedNodes
  #signedMs: number

  private constructor(dependencies: RoutingBookDependencies, settings: RoutingSettings) {
    this.#dependencies = dependencies
    this.#settings = settings
    this.#signedMs = dependencies.now()
    this.#signed = this.#sign()
    this.refresh()
  }

  static async open(dependencies: RoutingBookDependencies): Promise<RoutingBook> {
    return new RoutingBook(dependencies, (await dependencies.store.read()) ?? defaultRouting)
  }

  get settings(): RoutingSettings {
    return this.#settings
  }

  /** For players, as it is now. */
  get signed(): SignedNodes {
    return this.#signed
  }

  /** When it was signed, ms since 1970. */
  get issuedAt(): number {
    return this.#signedMs
  }

  /** Where new viewers are sent; none while routing is off. */
  get viewerNodes(): readonly ViewerNode[] {
    return this.#viewerNodes
  }

  /** Nodes that are not gone, with their weights, whether viewers are sent there by this host or not. */
  get healthy(): readonly ListedNode[] {
    return this.#healthy
  }

  /** Base URLs of all nodes that have one, also of those that are away now; none while routing is off. */
  get urls(): readonly string[] {
    return this.#settings.enabled ? this.#dependencies.nodes().flatMap(({ publicUrl }) => publicUrl ?? []) : []
  }

  change(settings: RoutingSettings, actor: string): Promise<RoutingSettings> {
    return this.#turns.next(async () => {
      const { store, events, audit } = this.#dependencies
      await store.write(settings)
      this.#settings = settings
      this.refresh()
      audit.record({ kind: 'command', message: 'routing of viewers was changed', actor, data: { ...settings } })
      events.publish('network.routing.updated', settings)
      return settings
    })
  }

  /** Signs with a new key; players that know the former one learn of it from the next list. */
  rotateKey(actor: string): Promise<{ readonly keys: readonly string[] }> {
    return this.#turns.next(async () => {
      const { keys, audit } = this.#dependencies
      keys.rotate()
      this.#publish()
      audit.record({ kind: 'command', message: 'the key that signs lists of nodes was replaced', actor })
      return { keys: keys.publicKeys }
    })
  }

  /** Calls back when there is another list. Returns the function that ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Looks at the nodes: called once a second, and when one of them comes, goes or changes. */
  refresh(): void {
    const { nodes, health, now } = this.#dependencies
    health.update(nodes(), performance.now())
    const there = nodes().filter(({ id, enabled, publicUrl }) => enabled && publicUrl !== null && !health.isGone(id))
    this.#healthy = listOf(there, this.#settings.shiftPercent)
    this.#listed = this.#settings.enabled ? this.#healthy : []
    // a node that drains learns of it whether viewers are sent to it or not
    const draining = nodes().flatMap(({ id, draining }) => (draining ? id : []))
    const text = JSON.stringify([this.#listed, draining])
    if (text === this.#text && now() - this.#signedMs < againMs) return
    this.#text = text
    this.#viewerNodes = this.#listed.filter(({ weight }) => weight > 0).map(({ url, weight }) => ({ url, weight }))
    this.#publish()
  }

  #publish(): void {
    this.#signedMs = this.#dependencies.now()
    this.#signed = this.#sign()
    for (const listener of this.#listeners) listener()
  }

  #sign(): SignedNodes {
    const { keys } = this.#dependencies
    const issuedAt = this.#signedMs
    return keys.sign(JSON.stringify({ version: 1, issuedAt, expiresAt: issuedAt + validMs, keys: keys.publicKeys, nodes: this.#listed }))
  }
}

/** A node whose connection is lost keeps its players, and gets no new ones. Where all are busy, the least busy get viewers all the same. */
function listOf(there: readonly NetworkNode[], shiftPercent: number): readonly ListedNode[] {
  const listed = there.map(({ id, publicUrl, draining, connected, traffic }) => ({
    ...{ id, url: publicUrl ?? '', region: traffic?.region ?? null, draining },
    weight: draining || !connected ? 0 : weightOf(loadOf(traffic), shiftPercent),
  }))
  if (listed.some(({ weight }) => weight > 0)) return listed
  const serving = there.filter(({ draining, connected }) => !draining && connected)
  const least = Math.min(...serving.map(({ traffic }) => loadOf(traffic)))
  const best = new Set(serving.filter(({ traffic }) => loadOf(traffic) === least).map(({ id }) => id))
  return listed.map((node) => (best.has(node.id) ? { ...node, weight: 1 } : node))
}
