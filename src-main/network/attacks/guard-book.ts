import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import type { EventBus } from '../../platform/events/events.ts'
import { randomText } from '../../platform/random-id.ts'
import { Turns } from '../../platform/timing/turns.ts'
import { networkText } from '../limits/network-set.ts'
import {
  type AttackSettings,
  defaultAttackSettings,
  type GuardReport,
  type GuardRules,
  type NodeAlarm,
  type NodeBlock,
} from './attack-schemas.ts'
import type { GuardStore, ListedNetwork } from './guard-store.ts'
import { type ListName, maxListed, readNetworkList } from './network-list.ts'

/** An attack that a node reported. Times are ISO 8601. */
export interface Attack extends NodeAlarm {
  readonly id: string
  readonly node: string
  readonly startedAt: string
  readonly endedAt: string | null
}

/** What a node blocks for a while by itself. */
export interface Blocked {
  readonly network: string
  readonly node: string
  readonly perSecond: number
  readonly expiresAt: string
}

/** The connection of a node, as far as this goes. */
export interface GuardConnection {
  guard(rules: GuardRules): void
  lift(network: string): void
}

export interface GuardBookDependencies {
  readonly store: GuardStore
  readonly events: Pick<EventBus, 'publish'>
  readonly audit: AuditLog
  /** Name of a node for people. */
  readonly nameOf: (node: string) => string
  /** ms since 1970. */
  readonly now: () => number
}

interface NodeState {
  readonly connection: GuardConnection
  readonly attacks: Map<string, Attack>
  blocks: readonly (NodeBlock & { readonly expiresAt: string })[]
  takenAtMs: number
}

/** Attacks that are kept for people to look at. */
const maxKept = 200
/** An alarm of the same route within this time is the same attack, ms. */
const sameMs = 60_000
/** New attacks of one node in an hour: one that reports more is not believed. */
const maxAnHour = 60
/** Reports of a node are taken so often, ms. */
const minReportMs = 500

/** The origin's half of what is done against attacks: lists for all nodes, and what nodes report. */
export class GuardBook {
  readonly #dependencies: GuardBookDependencies
  readonly #turns = new Turns(20, 'changes of lists', 'network.busy')
  readonly #lists: Readonly<Record<ListName, Map<string, ListedNetwork>>>
  readonly #nodes = new Map<string, NodeState>()
  /** New attacks of each node in this hour. */
  readonly #started = new Map<string, { readonly hour: number; readonly count: number }>()
  /** Newest last. */
  #attacks: Attack[] = []
  #settings: AttackSettings
  /** Another one after a restart: nodes accept the former one as well. */
  readonly #challengeSecret = randomText(32)

  private constructor(dependencies: GuardBookDependencies, settings: AttackSettings, lists: Record<ListName, readonly ListedNetwork[]>) {
    this.#dependencies = dependencies
    this.#settings = settings
    const byNetwork = (list: readonly ListedNetwork[]) => new Map(list.map((each) => [each.network, each]))
    this.#lists = { allow: byNetwork(lists.allow), deny: byNetwork(lists.deny) }
  }

  static async open(dependencies: GuardBookDependencies): Promise<GuardBook> {
    const { store } = dependencies
    const lists = { allow: await store.list('allow'), deny: await store.list('deny') }
    return new GuardBook(dependencies, (await store.settings()) ?? defaultAttackSettings, lists)
  }

  get settings(): AttackSettings {
    return this.#settings
  }

  get rules(): GuardRules {
    const [allow, deny] = [[...this.#lists.allow.keys()], [...this.#lists.deny.keys()]]
    return { settings: this.#settings, allow, deny, challengeSecret: this.#challengeSecret }
  }

  changeSettings(settings: AttackSettings, actor: string): Promise<AttackSettings> {
    return this.#turns.next(async () => {
      const { store, audit } = this.#dependencies
      await store.saveSettings(settings)
      this.#settings = settings
      audit.record({ kind: 'command', message: 'what is done about attacks was changed', actor, data: { ...settings } })
      this.#changed()
      return settings
    })
  }

  /** Oldest first. */
  list(name: ListName): readonly ListedNetwork[] {
    return [...this.#lists[name].values()]
  }

  /**
   * Adds the networks of a text, one a line.
   * @param minutes for how long; undefined: until they are removed
   * Throws `network.list_invalid` and `network.list_full`.
   */
  import(
    name: ListName,
    text: string,
    minutes: number | undefined,
    actor: string,
  ): Promise<{ readonly added: number; readonly total: number }> {
    const networks = readNetworkList(text)
    return this.#turns.next(async () => {
      const { store, audit, now } = this.#dependencies
      const list = this.#lists[name]
      const added = networks.filter((network) => !list.has(network)).length
      if (list.size + added > maxListed)
        throw new AppError('network.list_full', `The list has ${list.size} networks, and ${added} more would be over ${maxListed}`)
      const addedAt = new Date(now()).toISOString()
      const expiresAt = minutes === undefined ? null : new Date(now() + minutes * 60_000).toISOString()
      const listed = networks.map((network) => ({ network, addedAt: list.get(network)?.addedAt ?? addedAt, expiresAt }))
      await store.add(name, listed)
      for (const each of listed) list.set(each.network, each)
      audit.record({
        kind: 'command',
        message: `IP addresses were added to the list "${name}"`,
        actor,
        data: { count: networks.length, first: networks[0] ?? null, expiresAt },
      })
      this.#changed()
      return { added, total: list.size }
    })
  }

  /** Removes a network, or all. Throws `network.list_invalid` for what is not on the list. */
  remove(name: ListName, network: string | undefined, actor: string): Promise<void> {
    return this.#turns.next(async () => {
      const list = this.#lists[name]
      const known = network === undefined ? undefined : (networkText(network) ?? network)
      if (known !== undefined && !list.has(known))
        throw new AppError('network.list_invalid', `${known.slice(0, 80)} is not on the list "${name}"`)
      const gone = known === undefined ? [...list.keys()] : [known]
      await this.#dependencies.store.remove(name, gone)
      for (const each of gone) list.delete(each)
      const message = `IP addresses were removed from the list "${name}"`
      this.#dependencies.audit.record({ kind: 'command', message, actor, data: { count: gone.length, first: gone[0] ?? null } })
      this.#changed()
    })
  }

  /** Newest first. */
  attacks(): readonly Attack[] {
    return this.#attacks.toReversed()
  }

  /** What is blocked by nodes themselves now. */
  blocked(): readonly Blocked[] {
    const now = new Date(this.#dependencies.now()).toISOString()
    return [...this.#nodes].flatMap(([node, { blocks }]) =>
      blocks
        .filter(({ expiresAt }) => expiresAt > now)
        .map(({ network, perSecond, expiresAt }) => ({ network, node, perSecond, expiresAt })),
    )
  }

  /** Ends a block at all nodes that have it; each keeps it away for as long as a block lasts. Throws `network.not_blocked`. */
  lift(network: string, actor: string): void {
    const { audit, events } = this.#dependencies
    const nodes = [...this.#nodes.values()].filter(({ blocks }) => blocks.some((block) => block.network === network))
    if (nodes.length === 0) throw new AppError('network.not_blocked', `No node blocks ${network.slice(0, 64)}`)
    for (const node of nodes) {
      node.connection.lift(network)
      node.blocks = node.blocks.filter((block) => block.network !== network)
    }
    audit.record({ kind: 'command', message: `the block of ${network} was lifted`, actor })
    events.publish('network.attacks.updated', { attacks: this.#running() })
  }

  /** Sentences about attacks that go on, for alerts. */
  problems(): readonly string[] {
    const { nameOf } = this.#dependencies
    return this.#attacks
      .filter(({ endedAt }) => endedAt === null)
      .map(({ node, route, perSecond, usualPerSecond, pattern }) => {
        const where = route === '*' ? '' : ` below ${route}`
        const what = pattern.map(({ value, share }) => `${value} (${Math.round(share * 100)} %)`).join(', ')
        const usual = `${Math.round(usualPerSecond)} are usual`
        return `${nameOf(node)} has ${Math.round(perSecond)} requests a second${where}, ${usual}${what === '' ? '' : `: ${what}`}`
      })
  }

  /** Takes the connection of a node, and returns the function to call when it is closed. */
  attach(node: string, connection: GuardConnection): () => void {
    const state: NodeState = { connection, attacks: new Map(), blocks: [], takenAtMs: Number.NEGATIVE_INFINITY }
    // what the node says next is about the same attacks
    for (const attack of this.#attacks) if (attack.node === node) state.attacks.set(attack.route, attack)
    this.#nodes.set(node, state)
    return () => {
      if (this.#nodes.get(node) !== state) return
      this.#nodes.delete(node)
      for (const attack of state.attacks.values()) if (attack.endedAt === null) this.#end(state, attack)
    }
  }

  /** What a node says of itself. It can change nothing at other nodes. */
  report(node: string, { alarms, blocks }: GuardReport): void {
    const { now } = this.#dependencies
    const state = this.#nodes.get(node)
    if (state === undefined || now() - state.takenAtMs < minReportMs) return
    state.takenAtMs = now()
    state.blocks = blocks.map((block) => ({ ...block, expiresAt: new Date(now() + block.leftS * 1000).toISOString() }))
    for (const alarm of alarms) this.#take(node, state, alarm)
    for (const attack of [...state.attacks.values()])
      if (attack.endedAt === null && !alarms.some(({ route }) => route === attack.route)) this.#end(state, attack)
    this.#dependencies.events.publish('network.attacks.updated', { attacks: this.#running() })
  }

  /** Removes from lists what has expired. */
  async sweep(): Promise<void> {
    const now = new Date(this.#dependencies.now()).toISOString()
    for (const name of ['allow', 'deny'] as const) {
      const list = this.#lists[name]
      const expired = (): string[] =>
        [...list.values()].filter(({ expiresAt }) => expiresAt !== null && expiresAt <= now).map(({ network }) => network)
      if (expired().length === 0) continue
      await this.#turns.behind(async () => {
        const gone = expired()
        await this.#dependencies.store.remove(name, gone)
        for (const network of gone) list.delete(network)
        this.#changed()
      })
    }
  }

  #take(node: string, state: NodeState, alarm: NodeAlarm): void {
    const { now, audit, nameOf } = this.#dependencies
    const known = state.attacks.get(alarm.route)
    const isSame = known !== undefined && (known.endedAt === null || now() - Date.parse(known.endedAt) < sameMs)
    const hour = Math.floor(now() / 3_600_000)
    const before = this.#started.get(node)
    const count = before?.hour === hour ? before.count : 0
    if (!isSame && count >= maxAnHour) return
    if (!isSame) this.#started.set(node, { hour, count: count + 1 })
    const attack: Attack = isSame
      ? { ...known, ...alarm, endedAt: null }
      : { ...alarm, id: `attack-${randomText(8)}`, node, startedAt: new Date(now()).toISOString(), endedAt: null }
    state.attacks.set(alarm.route, attack)
    if (isSame) this.#replace(attack)
    else {
      this.#attacks = [...this.#attacks, attack].slice(-maxKept)
      const message = `many more requests than usual at the node "${nameOf(node)}"`
      audit.record({ kind: 'error', message, sessionId: node, data: { ...alarm } })
    }
  }

  #end(state: NodeState, attack: Attack): void {
    const ended = { ...attack, endedAt: new Date(this.#dependencies.now()).toISOString() }
    state.attacks.set(attack.route, ended)
    this.#replace(ended)
    // routes of attacks that are over
    if (state.attacks.size > maxKept) for (const [route, { endedAt }] of state.attacks) if (endedAt !== null) state.attacks.delete(route)
  }

  #replace(attack: Attack): void {
    this.#attacks = this.#attacks.map((each) => (each.id === attack.id ? attack : each))
  }

  #running(): number {
    return this.#attacks.filter(({ endedAt }) => endedAt === null).length
  }

  #changed(): void {
    const { rules } = this
    for (const { connection } of this.#nodes.values()) connection.guard(rules)
    this.#dependencies.events.publish('network.attacks.updated', { attacks: this.#running() })
  }
}
