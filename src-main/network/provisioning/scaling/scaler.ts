import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import { Turns } from '../../../platform/timing/turns.ts'
import { readOriginUrl } from '../../agent/joining/origin-connection.ts'
import type { NetworkNode } from '../../origin/nodes/node-schemas.ts'
import { loadOf } from '../../origin/routing/node-weight.ts'
import type { SettingStore } from '../../setting-store.ts'
import type { CloudMachines } from '../providers/cloud-machines.ts'
import { type Choice, decide, type ScaledMachine } from './decide.ts'
import { LoadWindow } from './load-window.ts'
import type { Decision, ScalingSettings, ScalingState } from './scaling-schemas.ts'

const maxDecisions = 100
/** A machine whose node is away for so long is replaced, ms. */
const lostMs = 30 * 60_000
/** Orders that failed are repeated after this time, ms, and twice as long each time. */
const [firstRetryMs, lastRetryMs] = [120_000, 3_600_000]
/** Nodes that are away for less are not replaced, ms: hosts and lines start again. */
const belowFloorMs = 120_000
const hourMs = 3_600_000

export interface ScalerDependencies {
  readonly store: SettingStore<ScalingSettings>
  readonly defaults: ScalingSettings
  readonly machines: Pick<CloudMachines, 'list' | 'order' | 'destroy' | 'priceOf' | 'limitOf'>
  readonly nodes: () => readonly NetworkNode[]
  readonly events: Pick<EventBus, 'publish'>
  readonly audit: AuditLog
  /** ms since 1970. */
  readonly now: () => number
}

/** Orders machines while nodes are busy, and destroys them when they have been idle for hours. One decision at a time. */
export class Scaler {
  readonly #dependencies: ScalerDependencies
  readonly #window = new LoadWindow()
  readonly #turns = new Turns(20, 'changes of scaling', 'network.busy')
  #settings: ScalingSettings
  /** Newest first. */
  #decisions: readonly Decision[] = []
  #acting: Promise<void> | undefined
  #serving = 0
  #waiting = 0
  #retryAtMs = 0
  #retryMs = firstRetryMs
  /** Since when there are fewer nodes than the floor, ms since 1970. */
  #belowSinceMs: number | undefined
  /** Ids of machines for load that are to become nodes still. */
  readonly #expected = new Set<string>()
  /** Since when nodes of machines are away, ms since 1970, by id of the machine. */
  readonly #awaySinceMs = new Map<string, number>()

  private constructor(dependencies: ScalerDependencies, settings: ScalingSettings) {
    this.#dependencies = dependencies
    this.#settings = settings
  }

  static async open(dependencies: ScalerDependencies): Promise<Scaler> {
    return new Scaler(dependencies, (await dependencies.store.read()) ?? dependencies.defaults)
  }

  get state(): ScalingState {
    const mean = this.#window.mean(this.#dependencies.now()) ?? 0
    return {
      ...{ settings: this.#settings, nodes: this.#serving, waiting: this.#waiting, loadPercent: Math.round(mean * 100) },
      decisions: [...this.#decisions],
    }
  }

  /** True where orders go to this provider. */
  uses(provider: string): boolean {
    return this.#settings.enabled && this.#settings.provider === provider
  }

  /** Throws `network.scaling_invalid` and `network.provider_*`. */
  change(settings: ScalingSettings, actor: string): Promise<ScalingState> {
    return this.#turns.next(async () => {
      const { store, machines, audit } = this.#dependencies
      const invalid = (why: string): AppError => new AppError('network.scaling_invalid', why)
      if (settings.floor > settings.ceiling) throw invalid(`The floor ${settings.floor} is above the ceiling ${settings.ceiling}`)
      if (settings.downPercent >= settings.upPercent)
        throw invalid(`Machines would be destroyed at ${settings.downPercent} % load and ordered at ${settings.upPercent} %`)
      if (settings.enabled) {
        if (settings.regions.length === 0) throw invalid('It needs a region')
        if (settings.publicUrl === '') throw invalid('It needs the pattern of a public URL: viewers are not sent to nodes without one')
        readOriginUrl(settings.origin)
        for (const region of settings.regions) await machines.priceOf({ provider: settings.provider, size: settings.size, region })
      }
      await store.write(settings)
      this.#settings = settings
      this.#retryAtMs = 0
      this.#retryMs = firstRetryMs
      audit.record({ kind: 'command', message: 'scaling of nodes was changed', actor })
      this.#announce()
      return this.state
    })
  }

  /** Looks at the load, decides and acts: called every few seconds. Resolves when what was decided has been asked for. */
  tick(): Promise<void> {
    // The one before still orders or drains: its decision comes first.
    if (this.#acting !== undefined) return this.#acting
    const { now, nodes } = this.#dependencies
    const known = nodes().filter(({ enabled }) => enabled)
    const present = known.filter(({ connected, publicUrl }) => connected && publicUrl !== null)
    const serving = present.filter(({ draining }) => !draining)
    if (serving.length !== this.#serving) this.#window.restartMean(now())
    this.#serving = serving.length
    const sum = serving.reduce((all, { traffic }) => all + loadOf(traffic), 0)
    this.#window.add(now(), sum, serving.length, this.#settings.idleHours * hourMs)
    // Who drains is back soon. Where all are away it is this host that cannot be reached.
    const isShort = present.length < this.#settings.floor && (known.length === 0 || known.some(({ connected }) => connected))
    this.#belowSinceMs = isShort ? (this.#belowSinceMs ?? now()) : undefined
    if (!this.#settings.enabled) return Promise.resolve()
    // Where it has no nodes there is nothing to wait for.
    const isBelowFloor = this.#belowSinceMs !== undefined && (known.length === 0 || now() - this.#belowSinceMs >= belowFloorMs)
    this.#acting = this.#act(new Set(serving.map(({ id }) => id)), isBelowFloor).finally(() => {
      this.#acting = undefined
    })
    return this.#acting
  }

  async #act(serving: ReadonlySet<string>, isBelowFloor: boolean): Promise<void> {
    const { now, machines } = this.#dependencies
    const settings = this.#settings
    const all = machines.list()
    const count = (...states: readonly string[]): number => all.filter(({ state }) => states.includes(state)).length
    this.#waiting = count('ordering', 'booting')
    this.#followOrders()
    const scaled = this.#scaled(serving.size > 0)
    // Nobody knows what came of an order that failed until it has ended.
    const failed = all.filter(({ state, by, provider }) => state === 'failed' && by === 'scaling' && provider === settings.provider).length
    const view = {
      ...{ serving: serving.size, moving: count('ordering', 'booting', 'draining', 'destroying') + failed, isBelowFloor },
      standing: all.filter(({ state, by, nodeId }) => state === 'ready' && by === 'scaling' && !serving.has(nodeId ?? '')).length,
      ...{ machines: scaled, limit: undefined },
      ...{ mean: this.#window.mean(now()), peak: this.#window.peak(now(), settings.idleHours) },
    }
    let choice = decide(view, settings)
    if (choice?.action === 'add') {
      if (now() < this.#retryAtMs) return
      try {
        const { provider, size, regions } = settings
        const { perHour } = await machines.priceOf({ provider, size, region: regions[0] ?? '' })
        choice = decide({ ...view, limit: machines.limitOf(provider, perHour) }, settings)
      } catch (error) {
        return this.#failed(error as Error)
      }
    }
    if (choice === undefined) return
    if (choice.action === 'none' || settings.dryRun) return this.#note(choice, null)
    try {
      if (choice.action === 'add') await this.#order(choice.count, settings)
      else await machines.destroy(choice.machine.id, settings.drainS, 'scaling')
      this.#note(choice, null)
    } catch (error) {
      this.#failed(error as Error)
    }
  }

  async #order(count: number, settings: ScalingSettings): Promise<void> {
    const { provider, size, regions, origin, httpPort, httpsPort, cache, cacheSize, publicUrl, group } = settings
    const { machines } = this.#dependencies
    for (let ordered = 0; ordered < count; ordered++) {
      const there = (region: string): number =>
        machines.list().filter((machine) => machine.region === region && machine.state !== 'ended').length
      const region = regions.toSorted((a, b) => there(a) - there(b))[0] ?? ''
      try {
        const { id } = await machines.order(
          { provider, size, region, httpPort, httpsPort, cache, cacheSize, publicUrl, group },
          readOriginUrl(origin).origin,
          ...(['scaling', 'scaling'] as const),
        )
        this.#expected.add(id)
      } catch (error) {
        // The limit is reached with those that were ordered.
        if (ordered === 0) throw error
        return
      }
    }
  }

  /** What came of machines that were ordered: an order is answered long before anybody knows whether it leads to a node. */
  #followOrders(): void {
    const machines = this.#dependencies.machines.list().filter(({ by }) => by === 'scaling')
    for (const { id, state } of machines) if (state === 'ordering' || state === 'booting') this.#expected.add(id)
    for (const id of this.#expected) {
      const machine = machines.find((each) => each.id === id)
      if (machine?.state === 'ordering' || machine?.state === 'booting') continue
      this.#expected.delete(id)
      if (machine?.state === 'ready') this.#retryMs = firstRetryMs
      // Who has it destroyed or removed meanwhile has a reason of their own.
      else if ((machine?.state === 'failed' || machine?.state === 'ended') && machine.error !== null) this.#failed(machine.error)
    }
  }

  /** Machines of this host that can be destroyed again. */
  #scaled(isAnyConnected: boolean): readonly ScaledMachine[] {
    const { machines, nodes, now } = this.#dependencies
    const byId = new Map(nodes().map((node) => [node.id, node]))
    const ready = machines.list().filter(({ state, by }) => state === 'ready' && by === 'scaling')
    for (const id of this.#awaySinceMs.keys()) if (!ready.some((machine) => machine.id === id)) this.#awaySinceMs.delete(id)
    return ready.map(({ id, name, nodeId, orderedAt }) => {
      const node = nodeId === null ? undefined : byId.get(nodeId)
      // Where all are away it is this host that cannot be reached.
      if (node?.connected === true || !isAnyConnected) this.#awaySinceMs.delete(id)
      else if (!this.#awaySinceMs.has(id)) this.#awaySinceMs.set(id, now())
      const awayMs = now() - (this.#awaySinceMs.get(id) ?? now())
      return { id, name, load: loadOf(node?.traffic ?? null), isLost: awayMs >= lostMs, orderedAtMs: Date.parse(orderedAt) }
    })
  }

  #failed(cause: Error | AppError | NonNullable<Decision['error']>): void {
    const { now } = this.#dependencies
    if (now() < this.#retryAtMs) return
    this.#retryAtMs = now() + this.#retryMs
    this.#retryMs = Math.min(this.#retryMs * 2, lastRetryMs)
    const isUnknown = cause instanceof Error && !(cause instanceof AppError)
    const { code, message, remedy } = isUnknown ? new AppError('internal', undefined, { cause }) : cause
    this.#note({ action: 'none', why: 'failed' }, { code, message, remedy })
  }

  #note(choice: NonNullable<Choice> | { readonly action: 'none'; readonly why: 'failed' }, error: Decision['error']): void {
    const { now, audit } = this.#dependencies
    const mean = this.#window.mean(now()) ?? 0
    const peak = this.#window.peak(now(), this.#settings.idleHours) ?? 0
    const decision: Decision = {
      at: new Date(now()).toISOString(),
      ...{ action: choice.action, why: choice.why, count: choice.action === 'add' ? choice.count : choice.action === 'remove' ? 1 : 0 },
      machine: choice.action === 'remove' ? choice.machine.name : null,
      ...{ nodes: this.#serving, loadPercent: Math.round(mean * 100), peakPercent: Math.round(peak * 100) },
      ...{ dryRun: this.#settings.dryRun, error },
    }
    const [last] = this.#decisions
    const isSame =
      last !== undefined &&
      (['action', 'why', 'count', 'machine', 'nodes', 'dryRun'] as const).every((key) => last[key] === decision[key]) &&
      last.error?.message === error?.message
    // What is only shown, or cannot be done, is the same every few seconds.
    if (isSame && (decision.action === 'none' || decision.dryRun)) return
    this.#decisions = [decision, ...this.#decisions].slice(0, maxDecisions)
    audit.record({
      kind: error === null ? 'state' : 'error',
      message: `scaling: ${decision.action}, ${decision.why}${decision.dryRun ? ' (dry run)' : ''}`,
      ...(error === null ? {} : { code: error.code }),
      // Viewers read it: what providers and their programs say stays in the decision.
      data: { ...decision, error: null },
    })
    this.#announce()
  }

  #announce(): void {
    this.#dependencies.events.publish('network.scaling.updated', this.state)
  }
}
