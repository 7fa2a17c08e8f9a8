import { randomBytes } from 'node:crypto'
import { isIPv4 } from 'node:net'
import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import type { Logger } from '../../../platform/logger.ts'
import { Turns } from '../../../platform/timing/turns.ts'
import { drainNode } from '../../origin/nodes/drain-node.ts'
import type { NodeBook } from '../../origin/nodes/node-book.ts'
import { ComparedMachines, type UnknownMachine } from './compared-machines.ts'
import type { ProviderMachine } from './provider.ts'
import { type ProviderBook, readMs } from './provider-book.ts'
import type { CloudMachine, MachineWish } from './provider-schemas.ts'
import type { ProviderStore, StoredCloudMachine } from './provider-store.ts'

/** Providers answer an order when the machine is allocated, ms. */
const createMs = 120_000
const destroyMs = 60_000
/** A machine boots, fetches the program and joins within this time, or is destroyed, ms. */
const joinMs = 15 * 60_000
/** What could not be destroyed is tried again after this time, ms, and twice as long each time up to the last. */
const [firstAgainMs, lastAgainMs] = [5000, 60_000]
/** A machine whose order had no clear answer is looked for at the provider for this time, ms. */
const searchMs = 10 * 60_000
/** IP addresses of machines that boot are asked for after this time, ms. */
const addressMs = 10_000
/** Machines that came to nothing and are kept, so that somebody reads why. */
const maxEnded = 20
/** Machines of one host at all its providers. */
const maxMachines = 200

export interface CloudMachinesDependencies {
  readonly store: Pick<ProviderStore, 'machines' | 'saveMachine' | 'removeMachine'>
  readonly providers: Pick<ProviderBook, 'of' | 'offers' | 'settingsOf' | 'list'>
  readonly nodes: Pick<NodeBook, 'list' | 'find' | 'joinedWith' | 'change' | 'revoke' | 'setBusy' | 'deleteToken'>
  /** A script with a join token, which makes one machine a node. */
  readonly makeUserData: (wish: {
    readonly name: string
    readonly origin: string
    readonly machine: MachineWish
    readonly actor: string
  }) => Promise<{ readonly userData: string; readonly token: string }>
  readonly hasGroup: (name: string) => boolean
  /** Viewers are sent to nodes: who plays at a node that drains moves to others. */
  readonly isRouting: () => boolean
  readonly events: Pick<EventBus, 'publish'>
  readonly audit: AuditLog
  readonly log: Logger
  /** ms since 1970. */
  readonly now: () => number
}

/**
 * Machines that this host has ordered at providers. Each is written down before it is ordered, so that whatever happens meanwhile, it is
 * found there by its name: it becomes a node, or it is destroyed, or it stays in the list with the reason.
 */
export class CloudMachines {
  readonly #dependencies: CloudMachinesDependencies
  readonly #machines: Map<string, StoredCloudMachine>
  readonly #turns = new Turns(64, 'orders of machines', 'network.busy')
  /** What is being done with a machine. */
  readonly #tasks = new Map<string, Promise<void>>()
  /** Join tokens of machines that boot; after a restart of this host their nodes are found by name. */
  readonly #tokens = new Map<string, string>()
  /** When what is left of a machine was last looked for, ms since 1970, and when it is again. */
  readonly #tries = new Map<string, { readonly nextMs: number; readonly waitMs: number }>()
  /** Machines whose nodes could not be set up, which was said. */
  readonly #unfit = new Set<string>()
  readonly #stop = new AbortController()
  readonly #compared: ComparedMachines
  #addressedMs = Number.NEGATIVE_INFINITY
  #looking: Promise<void> | undefined

  private constructor(dependencies: CloudMachinesDependencies, machines: readonly StoredCloudMachine[]) {
    this.#dependencies = dependencies
    this.#machines = new Map(machines.map((machine) => [machine.id, machine]))
    const { providers, nodes, log, now } = dependencies
    this.#compared = new ComparedMachines({
      providers: () => providers.list().map(({ name }) => name),
      listAt: (provider) => this.#listAt(provider),
      knownAt: (provider) => this.knownAt(provider),
      isBusy: (id) => this.#tasks.has(id),
      isConnected: (nodeId) => nodes.find(nodeId)?.connected === true,
      end: (id, error) => this.#end(id, error),
      announce: () => this.#announce(),
      ...{ log, now },
    })
  }

  static async open(dependencies: CloudMachinesDependencies): Promise<CloudMachines> {
    const book = new CloudMachines(dependencies, await dependencies.store.machines())
    for (const machine of book.#machines.values()) {
      if (machine.state === 'ordering')
        await book.#fail(machine.id, new AppError('network.provider_failed', 'This host ended while the machine was ordered'))
      if (machine.state === 'draining' || machine.state === 'destroying') await book.#change(machine.id, { state: 'failed' })
    }
    return book
  }

  list(): readonly CloudMachine[] {
    return [...this.#machines.values()].map(shown)
  }

  get unknown(): readonly UnknownMachine[] {
    return this.#compared.unknown
  }

  /** Machines that cost something at a provider, and what they cost an hour together. */
  at(provider: string): { readonly machines: number; readonly perHour: number } {
    const there = this.knownAt(provider)
    return { machines: there.length, perHour: there.reduce((sum, { perHour }) => sum + perHour, 0) }
  }

  /** Machines that may be at a provider still. */
  knownAt(provider: string): readonly StoredCloudMachine[] {
    return [...this.#machines.values()].filter((machine) => machine.provider === provider && machine.state !== 'ended')
  }

  /** The currency and price of one hour. Throws `network.provider_*`. */
  async priceOf({
    provider,
    size,
    region,
  }: Pick<MachineWish, 'provider' | 'size' | 'region'>): Promise<{ perHour: number; currency: string }> {
    const { sizes, currency } = await this.#dependencies.providers.offers(provider)
    const price = sizes.find(({ name }) => name === size)?.prices.find((each) => each.region === region)
    if (price === undefined)
      throw new AppError('network.provider_invalid', `The provider "${provider}" has no size "${size}" in the region "${region}"`)
    return { perHour: price.perHour, currency }
  }

  /** Why a machine cannot be ordered there now; undefined where it can. */
  limitOf(provider: string, perHour: number): string | undefined {
    const settings = this.#dependencies.providers.settingsOf(provider)
    const there = this.at(provider)
    if (there.machines >= settings.maxMachines) return `There are ${there.machines} machines, and ${settings.maxMachines} are allowed`
    if (there.perHour + perHour > settings.maxPerHour + 1e-9)
      return `All machines together would cost ${(there.perHour + perHour).toFixed(4)} an hour, and the budget is ${settings.maxPerHour}`
    return undefined
  }

  /** Orders a machine that becomes a node. Resolves once it is written down. Throws `network.provider_*` and `network.cloud_limit`. */
  order(wish: MachineWish, origin: string, by: CloudMachine['by'], actor: string): Promise<CloudMachine> {
    return this.#turns.next(async () => {
      const { audit, now, hasGroup, makeUserData } = this.#dependencies
      const { provider, size, region, group, publicUrl } = wish
      const { perHour, currency } = await this.priceOf(wish)
      const limit =
        this.#machines.size >= maxMachines ? `This host has ${maxMachines} machines of providers` : this.limitOf(provider, perHour)
      if (limit !== undefined) throw new AppError('network.cloud_limit', limit)
      if (group !== null && !hasGroup(group)) throw new AppError('network.group_not_found', `There is no group "${group}"`)
      const place = region
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .slice(0, 20)
        .replace(/^-|-$/g, '')
      const name = `edge-${place}-${randomBytes(4).toString('hex')}`
      const { userData, token } = await makeUserData({ name, origin, machine: wish, actor })
      const id = `machine-${randomBytes(6).toString('hex')}`
      const machine: StoredCloudMachine = {
        ...{ id, name, provider, size, region, perHour, currency, state: 'ordering', by, providerId: null, addresses: [], nodeId: null },
        ...{ orderedAt: new Date(now()).toISOString(), error: null, publicUrl, group, joinByMs: now() + joinMs },
        ...{ failedAtMs: null, isRejected: false },
      }
      await this.#dependencies.store.saveMachine(machine)
      this.#machines.set(id, machine)
      this.#tokens.set(id, token)
      audit.record({
        kind: 'command',
        // Viewers read it: where machines are ordered and what they cost is for admins.
        message: 'a machine was ordered at a provider',
        ...{ actor, sessionId: id },
      })
      this.#announce()
      this.#task(id, () => this.#create(id, userData))
      return shown(machine)
    })
  }

  /** Has the players of a machine move, destroys it and revokes its node. Throws `network.cloud_machine_not_found`. */
  async destroy(id: string, drainS: number, actor: string): Promise<CloudMachine> {
    const machine = this.#get(id)
    if (machine.state === 'ended') {
      await this.#remove(id)
      return shown(machine)
    }
    if (machine.state === 'draining' || machine.state === 'destroying') return shown(machine)
    this.#dependencies.audit.record({ kind: 'command', message: `the machine ${machine.name} is destroyed`, actor, sessionId: id })
    this.#task(id, () => this.#destroy(id, drainS, actor))
    return shown(this.#get(id))
  }

  /** Removes one that failed from the list, whatever is left of it. Throws `network.cloud_machine_*`. */
  async unlist(id: string, actor: string): Promise<CloudMachine> {
    const machine = this.#get(id)
    if (machine.state !== 'failed' && machine.state !== 'ended')
      throw new AppError('network.cloud_machine_not_found', `${machine.name} has not failed: destroy it`)
    await this.#tasks.get(id)
    this.#dependencies.audit.record({
      kind: 'command',
      message: `the machine ${machine.name} was removed from the list`,
      actor,
      sessionId: id,
    })
    if (this.#machines.has(id)) await this.#end(id, undefined, actor)
    return shown(machine)
  }

  /** Destroys a machine with the label of this host that it does not know. Throws `network.cloud_machine_not_found`. */
  async destroyUnknown(provider: string, providerId: string, actor: string): Promise<void> {
    if (!this.unknown.some((each) => each.provider === provider && each.providerId === providerId))
      throw new AppError('network.cloud_machine_not_found', `No unknown machine "${providerId}" is at "${provider}"`)
    await this.#dependencies.providers.of(provider).destroy(providerId, this.#within(destroyMs))
    this.#compared.removeUnknown(provider, providerId)
    this.#dependencies.audit.record({ kind: 'command', message: 'an unknown machine at a provider was destroyed', actor })
    this.#announce()
  }

  /** Looks after all machines: called every few seconds. */
  tick(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  /** Compares with what is at the providers. */
  compare(): Promise<void> {
    return this.#compared.compare()
  }

  /** Ends what waits; machines that are being ordered are looked for at the next start. */
  async stop(): Promise<void> {
    this.#stop.abort(new AppError('network.provider_failed', 'This host ends'))
    await Promise.allSettled(this.#tasks.values())
  }

  async #look(): Promise<void> {
    const { now } = this.#dependencies
    for (const machine of [...this.#machines.values()]) {
      if (this.#stop.signal.aborted) return
      if (this.#tasks.has(machine.id)) continue
      if (machine.state === 'booting') await this.#lookAtBooting(machine)
      const tried = this.#tries.get(machine.id)
      if (machine.state === 'failed' && now() >= (tried?.nextMs ?? 0)) {
        const waitMs = Math.min((tried?.waitMs ?? firstAgainMs / 2) * 2, lastAgainMs)
        this.#tries.set(machine.id, { nextMs: now() + waitMs, waitMs })
        this.#task(machine.id, () => this.#clear(machine.id))
      }
    }
    if (now() - this.#addressedMs >= addressMs) {
      this.#addressedMs = now()
      const without = [...this.#machines.values()].filter(({ state, addresses }) => state === 'booting' && addresses.length === 0)
      for (const provider of new Set(without.map((machine) => machine.provider))) {
        const there = await this.#listAt(provider)
        for (const { id, name } of without) {
          const found = there?.find((each) => each.name === name)
          if (found !== undefined && found.addresses.length > 0 && this.#machines.get(id)?.state === 'booting')
            await this.#change(id, { providerId: found.id, addresses: [...found.addresses] })
        }
      }
    }
    if (this.#compared.isDue) await this.compare()
  }

  async #lookAtBooting({ id, name, publicUrl, group, joinByMs, addresses }: StoredCloudMachine): Promise<void> {
    const { nodes, now, log } = this.#dependencies
    const token = this.#tokens.get(id)
    const nodeId = (token && nodes.joinedWith(token)) ?? nodes.list().find((node) => node.name === name)?.id
    const node = nodeId === undefined ? undefined : nodes.find(nodeId)
    const url = filled(publicUrl, name, addresses)
    // Viewers need its IP address where the URL has it.
    if (node?.connected === true && url !== undefined) {
      if (url !== '' || group !== null)
        await nodes
          .change(node.id, { ...(url === '' ? {} : { publicUrl: url }), ...(group === null ? {} : { group }) }, 'system')
          .then(() => this.#unfit.delete(id))
          .catch((error: unknown) => {
            if (!this.#unfit.has(id)) log.warn({ err: error, machine: name }, 'the node of a machine could not be set up')
            this.#unfit.add(id)
          })
      // Without its URL or its group it costs money and serves nobody: it is tried again until its time is over.
      if (!this.#unfit.has(id)) {
        this.#tokens.delete(id)
        await this.#change(id, { state: 'ready', nodeId: node.id })
        return
      }
    }
    if (now() > joinByMs) {
      if (node !== undefined) await this.#change(id, { nodeId: node.id })
      await this.#fail(
        id,
        new AppError(
          'network.node_not_connected',
          this.#unfit.has(id)
            ? `Its node could not be given its URL and group within ${joinMs / 60_000} minutes: the log of this host has the reason. The machine is destroyed`
            : `Its node did not connect within ${joinMs / 60_000} minutes: the log of cloud-init on the machine had the reason. The machine is destroyed`,
        ),
      )
    }
  }

  async #create(id: string, userData: string): Promise<void> {
    const { name, size, region, provider } = this.#get(id)
    try {
      const made = await this.#dependencies.providers.of(provider).create({ name, size, region, userData }, this.#within(createMs))
      await this.#change(id, { state: 'booting', providerId: made.id, addresses: [...made.addresses] })
    } catch (error) {
      const known = asAppError(error)
      await this.#fail(id, known)
      await this.#clear(id)
    }
  }

  async #destroy(id: string, drainS: number, actor: string): Promise<void> {
    const { nodes, isRouting } = this.#dependencies
    const { nodeId, state } = this.#get(id)
    if (state === 'ended') return
    // What came of its order is not known: its provider may carry it out still.
    if (state === 'failed' && this.#get(id).providerId === null) return await this.#clear(id, actor)
    if (nodeId !== null && nodes.find(nodeId)?.connected === true) {
      await this.#change(id, { state: 'draining' })
      await drainNode({ nodes, isRouting, drainS }, nodeId, this.#stop.signal)
    }
    await this.#change(id, { state: 'destroying' })
    try {
      await this.#destroyThere(id)
      await this.#end(id, undefined, actor)
    } catch (error) {
      await this.#fail(id, asAppError(error))
    }
  }

  /** Resolves to whether it was there. */
  async #destroyThere(id: string): Promise<boolean> {
    const { name, provider, providerId } = this.#get(id)
    const at = this.#dependencies.providers.of(provider)
    const there = providerId === null ? await at.list(this.#within(readMs)) : []
    const ids = providerId === null ? there.filter((each) => each.name === name).map((each) => each.id) : [providerId]
    for (const each of ids) await at.destroy(each, this.#within(destroyMs))
    return ids.length > 0
  }

  /** Destroys what is left of a machine that failed. */
  async #clear(id: string, actor?: string): Promise<void> {
    const { now, log } = this.#dependencies
    const { isRejected, failedAtMs, name, nodeId, error } = this.#get(id)
    try {
      const isFound = isRejected ? false : await this.#destroyThere(id)
      // A provider may carry an order out after it has failed to answer.
      if (!isRejected && !isFound && now() - (failedAtMs ?? 0) < searchMs) return
      // One that has served viewers, or that somebody has destroyed, leaves nothing to read.
      const cameToNothing = nodeId === null || error?.code === 'network.node_not_connected'
      await this.#end(id, actor === undefined && cameToNothing && error !== null ? error : undefined, actor)
    } catch (fault) {
      log.warn({ err: fault, machine: name }, 'a machine could not be destroyed, and is tried again')
    }
  }

  /** Nothing is left at the provider. */
  async #end(id: string, error?: CloudMachine['error'] | AppError, actor = 'system'): Promise<void> {
    const { nodes } = this.#dependencies
    const { nodeId, name } = this.#get(id)
    const joined = nodeId ?? nodes.list().find((node) => node.name === name)?.id
    if (joined !== undefined && nodes.find(joined) !== undefined) await nodes.revoke(joined, actor)
    const token = this.#tokens.get(id)
    if (token !== undefined) await nodes.deleteToken(token)
    this.#tokens.delete(id)
    this.#tries.delete(id)
    this.#compared.drop(id)
    this.#unfit.delete(id)
    if (!error) {
      await this.#remove(id)
      return
    }
    await this.#change(id, { state: 'ended', error: plainError(error), nodeId: null, addresses: [] })
    const ended = [...this.#machines.values()].filter(({ state }) => state === 'ended')
    for (const old of ended.slice(0, Math.max(0, ended.length - maxEnded))) await this.#remove(old.id)
  }

  async #remove(id: string): Promise<void> {
    await this.#dependencies.store.removeMachine(id)
    this.#machines.delete(id)
    this.#announce()
  }

  async #fail(id: string, error: AppError): Promise<void> {
    const { audit, log, now } = this.#dependencies
    const { name } = this.#get(id)
    // Viewers read the audit log: what providers and their programs say is for admins.
    audit.record({ kind: 'error', message: `the machine ${name} failed`, code: error.code, sessionId: id })
    log.warn({ err: error, machine: name }, 'a machine failed')
    const isRejected = error.code === 'network.provider_rejected' && this.#get(id).state === 'ordering'
    await this.#change(id, { state: 'failed', error: plainError(error), failedAtMs: now(), isRejected })
  }

  async #change(id: string, changes: Partial<StoredCloudMachine>): Promise<void> {
    const machine = { ...this.#get(id), ...changes }
    this.#machines.set(id, machine)
    await this.#dependencies.store.saveMachine(machine)
    this.#announce()
  }

  async #listAt(provider: string): Promise<readonly ProviderMachine[] | undefined> {
    try {
      return await this.#dependencies.providers.of(provider).list(this.#within(readMs))
    } catch (error) {
      this.#dependencies.log.warn({ err: error, provider }, 'machines of a provider could not be listed')
      return undefined
    }
  }

  /** Work on one machine, behind what is being done with it. */
  #task(id: string, work: () => Promise<void>): void {
    const before = this.#tasks.get(id) ?? Promise.resolve()
    const task: Promise<void> = before
      .then(async () => {
        if (!this.#stop.signal.aborted && this.#machines.has(id)) await work()
      })
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted) this.#dependencies.log.error({ err: error, machine: id }, 'work on a machine of a provider failed')
      })
      .finally(() => {
        if (this.#tasks.get(id) === task) this.#tasks.delete(id)
      })
    this.#tasks.set(id, task)
  }

  #within(ms: number): AbortSignal {
    return AbortSignal.any([this.#stop.signal, AbortSignal.timeout(ms)])
  }

  #announce(): void {
    this.#dependencies.events.publish('network.cloud-machines.updated', {
      items: this.list(),
      unknown: this.unknown,
    })
  }

  #get(id: string): StoredCloudMachine {
    const found = this.#machines.get(id)
    if (found === undefined) throw new AppError('network.cloud_machine_not_found', `There is no machine "${id}"`)
    return found
  }
}

const shown = ({
  publicUrl: _url,
  group: _group,
  joinByMs: _by,
  failedAtMs: _at,
  isRejected: _no,
  ...machine
}: StoredCloudMachine): CloudMachine => machine

/** The URL of a node by its pattern; undefined while the IP address that it needs is not known. */
function filled(pattern: string, name: string, addresses: readonly string[]): string | undefined {
  const ip = addresses.find((address) => isIPv4(address))
  if (pattern.includes('{ip') && ip === undefined) return undefined
  return pattern
    .replaceAll('{name}', name)
    .replaceAll('{ip-dashes}', ip?.replaceAll('.', '-') ?? '')
    .replaceAll('{ip}', ip ?? '')
}

const plainError = ({ code, message, remedy }: NonNullable<CloudMachine['error']>): CloudMachine['error'] => ({ code, message, remedy })

const asAppError = (error: unknown): AppError =>
  error instanceof AppError ? error : new AppError('network.provider_failed', (error as Error).message, { cause: error })
