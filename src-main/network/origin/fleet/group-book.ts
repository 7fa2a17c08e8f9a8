import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import { Turns } from '../../../platform/timing/turns.ts'
import type { NetworkNode } from '../nodes/node-schemas.ts'
import { type DifferenceLine, differenceOf } from './difference.ts'
import { checkGroupFile, configurationId, keptSecret, withFormerSecrets, withoutSecrets } from './group-file.ts'
import type { GroupAnswer } from './group-schemas.ts'
import type { GroupStore, StoredGroup } from './group-store.ts'
import type { Rollout } from './rollout-schemas.ts'
import { lostMs, type Rollouts, type Stages } from './rollouts.ts'

const maxGroups = 100
/** How long a node may take to use another configuration, ms: nginx checks it, and others may wait before it. */
const applyMs = 30_000
/** Share of requests with an error that a node may have more than before a change. */
const moreErrors = 0.05
/** Below so many requests a second their errors say nothing. */
const minRequests = 1

export interface GroupBookDependencies {
  readonly store: GroupStore
  readonly nodes: () => readonly NetworkNode[]
  readonly node: (id: string) => NetworkNode | undefined
  /** Group of a node; null for none. */
  readonly groupOf: (id: string) => string | null
  /** Takes all nodes out of a group. */
  readonly ungroup: (id: string, actor: string) => Promise<unknown>
  readonly rollouts: Rollouts
  readonly events: EventBus
  readonly audit: AuditLog
  /** ms since 1970. */
  readonly now: () => number
}

interface Connected {
  /** A node of an older version takes no configuration. */
  readonly isTaking: boolean
  readonly send: (id: string, text: string) => void
  /** Id of what was sent last, or what it had when it came. */
  sent: string
  /** Id of what it uses. */
  used: string
  fault: string | undefined
}

/** Somebody waits until a node uses a configuration. */
interface Waiting {
  readonly id: string
  readonly resolve: () => void
  readonly reject: (error: Error) => void
  /** Ends it where the node does not connect again soon. */
  lost: NodeJS.Timeout | undefined
}

/** Groups of nodes, and what their nodes are configured with. */
export class GroupBook {
  readonly #dependencies: GroupBookDependencies
  readonly #groups: Map<string, StoredGroup>
  readonly #connected = new Map<string, Connected>()
  /** By node. */
  readonly #waiting = new Map<string, Waiting>()
  /** What nodes are tried with that are part of a rollout. */
  readonly #trials = new Map<string, string>()
  readonly #turns = new Turns(64, 'changes of groups', 'network.limit')

  private constructor(dependencies: GroupBookDependencies, groups: readonly StoredGroup[]) {
    this.#dependencies = dependencies
    this.#groups = new Map(groups.map((group) => [group.name, group]))
  }

  static async open(dependencies: GroupBookDependencies): Promise<GroupBook> {
    return new GroupBook(dependencies, await dependencies.store.all())
  }

  list(): readonly GroupAnswer[] {
    return [...this.#groups.values()].sort((a, b) => a.name.localeCompare(b.name)).map((group) => this.#describe(group))
  }

  has(name: string): boolean {
    return this.#groups.has(name)
  }

  /** Throws `network.group_not_found`. */
  find(name: string): GroupAnswer {
    return this.#describe(this.#get(name))
  }

  /** What would change. Throws `config.invalid` with line and column. */
  preview(name: string, given: string): { readonly lines: readonly DifferenceLine[]; readonly changedSecrets: boolean } {
    const text = this.#checked(name, given)
    const former = this.#groups.get(name)?.text ?? ''
    const [before, after] = [withoutSecrets(former), withoutSecrets(text)]
    return { lines: differenceOf(before, after), changedSecrets: before === after && former !== text }
  }

  /**
   * Brings a configuration to the nodes of a group, which is made where it is missing. `changedAt`: of the group that was read before.
   * Throws `config.invalid`, `network.*`.
   */
  rollOut(name: string, given: string, stages: Stages, actor: string, changedAt?: string): Promise<Rollout> {
    const text = this.#checked(name, given)
    const { rollouts } = this.#dependencies
    rollouts.assertIdle()
    return this.#turns.next(async () => {
      if (changedAt !== undefined && this.#groups.get(name)?.changedAt !== changedAt)
        throw new AppError('network.group_changed', `The group "${name}" was changed since ${changedAt}`)
      if (!this.#groups.has(name)) {
        if (this.#groups.size >= maxGroups) throw new AppError('network.limit', `There are ${maxGroups} groups`)
        await this.#save({ name, text: '', former: '', changedAt: this.#time() })
      }
      return this.#start(name, text, stages, actor)
    })
  }

  /** Brings what was used before to the nodes of a group. Throws `network.*`. */
  rollBack(name: string, stages: Stages, actor: string): Rollout {
    return this.#start(name, this.#get(name).former, stages, actor)
  }

  /** Deletes a group; its nodes use what their own files say alone. Throws `network.*`. */
  remove(name: string, actor: string): Promise<void> {
    const { store, events, audit, rollouts, nodes, ungroup } = this.#dependencies
    this.#get(name)
    rollouts.assertIdle()
    return this.#turns.next(async () => {
      for (const { id, group } of nodes()) if (group === name) await ungroup(id, actor)
      await store.remove(name)
      this.#groups.delete(name)
      audit.record({ kind: 'command', message: `the group "${name}" of nodes was deleted`, actor })
      events.publish('network.group.removed', { name })
      this.refresh()
    })
  }

  /** Takes the connection of a node. `has`: what it uses, undefined for one that takes nothing. Returns what to call at its end. */
  attach(id: string, has: string | undefined, send: Connected['send']): () => void {
    const connected: Connected = {
      ...{ isTaking: has !== undefined, send, sent: has ?? '', used: has ?? '', fault: undefined },
    }
    this.#connected.set(id, connected)
    clearTimeout(this.#waiting.get(id)?.lost)
    if (has !== undefined) this.#answered(id, has, undefined)
    this.#follow(id, connected)
    return () => {
      if (this.#connected.get(id) !== connected) return
      this.#connected.delete(id)
      const waiting = this.#waiting.get(id)
      if (waiting === undefined) return
      const lost = new AppError('network.node_not_connected', 'The node lost its connection')
      waiting.lost = setTimeout(() => waiting.reject(lost), lostMs)
    }
  }

  /** A node uses a configuration, or says why not. */
  configured(id: string, configuration: string, fault: string | undefined): void {
    const connected = this.#connected.get(id)
    if (connected === undefined) return
    if (fault === undefined) connected.used = configuration
    if (configuration === connected.sent) connected.fault = fault
    this.#answered(id, configuration, fault)
  }

  /** What a node is to use, and what it uses; null for one that is away or takes nothing. */
  stateOf(id: string): { readonly wanted: string; readonly used: string; readonly fault: string | undefined } | null {
    const connected = this.#connected.get(id)
    if (connected?.isTaking !== true) return null
    return { wanted: configurationId(this.#wanted(id)), used: connected.used, fault: connected.fault }
  }

  /** Sends every node what it is to use now, where that is something else than it has: called when nodes have changed. */
  refresh(): void {
    for (const [id, connected] of this.#connected) this.#follow(id, connected)
  }

  #start(name: string, text: string, stages: Stages, actor: string): Rollout {
    const { nodes, rollouts } = this.#dependencies
    const former = this.#get(name)
    const members = nodes().filter(({ group, enabled }) => group === name && enabled)
    const before = new Map(members.map((node) => [node.id, errorsOf(node)]))
    return rollouts.start(
      {
        ...{ kind: 'configuration', subject: name, stages },
        // Those that are there first: who is away says nothing of a configuration.
        nodes: [...members].sort((a, b) => Number(b.connected) - Number(a.connected)),
        apply: (id, _note, signal) => this.#apply(id, text, signal),
        isAway: (id) => !this.#connected.has(id),
        problem: (id) => this.#problem(id, configurationId(text), before.get(id) ?? 0),
        undo: async (id) => {
          if (this.#connected.has(id)) await this.#apply(id, former.text, AbortSignal.timeout(applyMs))
        },
        finish: async () => {
          await this.#turns.next(() =>
            this.#save({ name, text, former: former.text === text ? former.former : former.text, changedAt: this.#time() }),
          )
          this.#trials.clear()
          this.refresh()
        },
        abandon: async () => {
          this.#trials.clear()
          this.refresh()
        },
      },
      actor,
    )
  }

  async #apply(id: string, text: string, signal: AbortSignal): Promise<boolean> {
    const connected = this.#connected.get(id)
    if (connected === undefined) return false
    if (!connected.isTaking) throw new AppError('network.node_too_old', 'The node takes no configuration: update it first')
    this.#trials.set(id, text)
    const wanted = configurationId(text)
    if (connected.used === wanted && connected.sent === wanted) return true
    const applied = Promise.withResolvers<void>()
    this.#waiting.get(id)?.reject(new AppError('network.configuration_rejected', 'The node was sent another configuration'))
    const waiting: Waiting = { id: wanted, ...applied, lost: undefined }
    this.#waiting.set(id, waiting)
    this.#send(connected, text)
    const late = setTimeout(
      () => applied.reject(new AppError('network.configuration_rejected', `The node did not answer within ${applyMs / 1000} s`)),
      applyMs,
    )
    const abort = (): void => applied.reject(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
    try {
      signal.throwIfAborted()
      await applied.promise
      return true
    } finally {
      clearTimeout(late)
      signal.removeEventListener('abort', abort)
      clearTimeout(waiting.lost)
      if (this.#waiting.get(id) === waiting) this.#waiting.delete(id)
    }
  }

  #answered(id: string, configuration: string, fault: string | undefined): void {
    const waiting = this.#waiting.get(id)
    if (waiting?.id !== configuration) return
    this.#waiting.delete(id)
    if (fault === undefined) waiting.resolve()
    else waiting.reject(new AppError('network.configuration_rejected', fault))
  }

  #problem(id: string, wanted: string, errorsBefore: number): string | undefined {
    const connected = this.#connected.get(id)
    if (connected === undefined) return undefined
    if (connected.used !== wanted) return connected.fault ?? 'the node uses another configuration'
    const errors = errorsOf(this.#dependencies.node(id))
    if (errors > errorsBefore + moreErrors)
      return `${Math.round(errors * 100)} % of its requests have errors, before the change ${Math.round(errorsBefore * 100)} %`
    return undefined
  }

  #follow(id: string, connected: Connected): void {
    const text = this.#wanted(id)
    if (connected.isTaking && configurationId(text) !== connected.sent) this.#send(connected, text)
  }

  #send(connected: Connected, text: string): void {
    connected.sent = configurationId(text)
    connected.fault = undefined
    connected.send(connected.sent, text)
  }

  #wanted(id: string): string {
    const trial = this.#trials.get(id)
    if (trial !== undefined) return trial
    const group = this.#dependencies.groupOf(id)
    return (group && this.#groups.get(group)?.text) || ''
  }

  #checked(name: string, given: string): string {
    const text = withFormerSecrets(given, this.#groups.get(name)?.text ?? '')
    if (text.includes(keptSecret)) throw new AppError('config.invalid', `"${keptSecret}" stays for a secret that was there before alone`)
    checkGroupFile(text)
    return text
  }

  async #save(group: StoredGroup): Promise<void> {
    await this.#dependencies.store.save(group)
    this.#groups.set(group.name, group)
    this.#dependencies.events.publish('network.group.updated', this.#describe(group))
  }

  #time(): string {
    return new Date(this.#dependencies.now()).toISOString()
  }

  #describe({ name, text, former, changedAt }: StoredGroup): GroupAnswer {
    return { name, configuration: withoutSecrets(text), hasFormer: former !== text, changedAt }
  }

  #get(name: string): StoredGroup {
    const group = this.#groups.get(name)
    if (group === undefined) throw new AppError('network.group_not_found', `There is no group "${name}"`)
    return group
  }
}

/** Share of a node's requests with an error. */
function errorsOf(node: NetworkNode | undefined): number {
  const traffic = node?.traffic
  return traffic && traffic.requestsPerS >= minRequests ? traffic.errorRatio : 0
}
