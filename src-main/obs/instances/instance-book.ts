import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import type { EventBus } from '../../platform/events/events.ts'
import type { SecretBox } from '../../platform/identity/secret-box.ts'
import { hashSecret, newSecret } from '../../platform/identity/secrets.ts'
import type { Logger } from '../../platform/logger.ts'
import { isLoopback } from '../../platform/net/loopback.ts'
import { judgeBy } from '../../platform/outbound/judged-connection.ts'
import { hostProblem, type NetworkPolicy } from '../../platform/outbound/network-policy.ts'
import { randomText } from '../../platform/random-id.ts'
import type { PacedSocketClient, SocketSession } from '../../platform/routes/sockets.ts'
import { Turns } from '../../platform/timing/turns.ts'
import { Connectors } from '../connection/connector/connectors.ts'
import { findObs, type ObsOnMachine, readSettings } from '../connection/found/find-obs.ts'
import { dialDirectly, type ObsDial } from '../connection/obs-channel.ts'
import type { ObsTimes } from '../connection/obs-connection.ts'
import type { FoundObs, Instance, InstanceChanges, LinkedStream, NewConnector, NewInstance } from '../schemas/instance.ts'
import type { ObsRawEvent } from '../schemas/mirror.ts'
import type { InstanceStore, StoredInstance } from './instance-store.ts'
import { ManagedInstance } from './managed-instance.ts'
import type { ObsSession } from './obs-session.ts'

export interface InstanceBookDependencies {
  readonly store: InstanceStore
  readonly secrets: SecretBox
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  /** Where editors' hosts may lead, as it is now. */
  readonly network: () => NetworkPolicy
  readonly times: ObsTimes
  /** Looks for OBS on this machine. */
  readonly find?: () => Promise<readonly ObsOnMachine[]>
}

/** Who does something to an instance. */
export interface Author {
  /** Principal. */
  readonly actor: string
  /** The hosts that they name are limited to what editors may reach. */
  readonly limited: boolean
}

/** Called for each event of each OBS. */
export type ObsEventListener = (
  instance: { readonly id: string; readonly name: string },
  event: string,
  data: Record<string, unknown>,
) => void

const maxInstances = 50
const usualPort = 4455
const tokenPrefix = 'oc_'
/** Changes of instances that wait for the one that is being made. */
const maxWaiting = 200

interface Kept {
  stored: StoredInstance
  readonly instance: ManagedInstance
}

/** All OBS instances that are controlled from here. */
export class InstanceBook {
  readonly #dependencies: InstanceBookDependencies
  readonly #byId = new Map<string, Kept>()
  readonly #listeners = new Set<ObsEventListener>()
  /** One change after the other: each is checked against what the one before left. */
  readonly #turns = new Turns(maxWaiting, 'changes of OBS instances', 'obs.busy')
  /** Connectors of instances that this host cannot reach. */
  readonly #connectors = new Connectors((id) => this.#onConnector(id))
  /** By who wants them. */
  readonly #levelsWanted = new Map<string, 'all' | ReadonlySet<string>>()
  #stopped = false

  private constructor(dependencies: InstanceBookDependencies) {
    this.#dependencies = dependencies
  }

  /** Reads them from the store; nothing is connected to before `start`. */
  static async open(dependencies: InstanceBookDependencies): Promise<InstanceBook> {
    const book = new InstanceBook(dependencies)
    for (const stored of await dependencies.store.all()) book.#hold(stored)
    return book
  }

  start(): void {
    for (const { stored, instance } of this.#byId.values()) if (stored.enabled) instance.start()
  }

  stop(): void {
    this.#stopped = true
    for (const { instance } of this.#byId.values()) instance.stop()
  }

  /** Calls back for each event of OBS. Returns the way to stop. */
  onEvent(listener: ObsEventListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  list(): Instance[] {
    return [...this.#byId.values()].map((kept) => this.#describe(kept))
  }

  describe(idOrName: string): Instance {
    return this.#describe(this.#kept(idOrName))
  }

  /** Id of the only instance there is. Throws `obs.not_found` or `obs.ambiguous`. */
  only(): string {
    const [first, second] = this.#byId.values()
    if (first === undefined) throw new AppError('obs.not_found', 'No OBS was added')
    if (second !== undefined) throw new AppError('obs.ambiguous', `There are ${this.#byId.size} OBS instances`)
    return first.stored.id
  }

  /** Throws `obs.not_found` and `obs.not_connected`. */
  session(idOrName: string): ObsSession {
    return this.#kept(idOrName).instance.session
  }

  /** Those that are connected. */
  sessions(): ObsSession[] {
    return [...this.#byId.values()].flatMap(({ instance }) => (instance.hasSession ? instance.session : []))
  }

  /** OBS installations of this machine, as they are now. */
  async found(): Promise<FoundObs[]> {
    const all = [...this.#byId.values()].map(({ stored }) => stored)
    return (await this.#find()).map(({ id, folder, packaging, port, serverEnabled, authentication, password }) => ({
      id,
      folder,
      packaging,
      host: '127.0.0.1',
      port,
      serverEnabled,
      authentication,
      hasPassword: password !== '',
      instance: all.find((stored) => stored.foundIn === folder || (isLoopback(stored.host) && stored.port === port))?.id ?? null,
      remedy: serverEnabled ? null : 'In OBS, open Tools, WebSocket Server Settings and switch on Enable WebSocket server.',
    }))
  }

  /** Adds one and connects to it. Rejects with `obs.*` and `url.forbidden`. */
  async add(request: NewInstance, author: Author): Promise<Instance> {
    return this.#turns.next(() => this.#add(request, author))
  }

  /** Adds one that its connector connects to us. The token is given out this once. Rejects with `obs.*`. */
  async addConnector(request: NewConnector, author: Author): Promise<{ instance: Instance; token: string }> {
    return this.#turns.next(() => this.#addConnector(request, author))
  }

  /** Gives its connector another token; the one before is no longer valid. Rejects with `obs.not_found`, `obs.no_connector`. */
  async renewToken(idOrName: string, author: Author): Promise<{ instance: Instance; token: string }> {
    return this.#turns.next(async () => {
      const kept = this.#kept(idOrName)
      if (kept.stored.connectorHash === null)
        throw new AppError('obs.no_connector', `This host connects to OBS "${kept.stored.name}" by itself`)
      const token = newSecret(tokenPrefix)
      await this.#save(kept, { ...kept.stored, connectorHash: hashSecret(token) })
      this.#connectors.drop(kept.stored.id)
      this.#command(kept, `OBS ${kept.stored.name} has another token for its connector`, author.actor)
      return { instance: this.#announce(kept), token }
    })
  }

  /** What serves a connector with this token. Throws `obs.connector_token`. */
  connector(token: string): (client: PacedSocketClient) => SocketSession {
    const hash = hashSecret(token)
    const kept = [...this.#byId.values()].find(({ stored }) => stored.connectorHash === hash)
    if (kept === undefined) throw new AppError('obs.connector_token')
    return (client) => {
      const session = this.#connectors.serve(kept.stored.id, client)
      return {
        ...session,
        onClose: (code) => {
          session.onClose(code)
          if (this.#byId.has(kept.stored.id)) this.#announce(kept)
        },
      }
    }
  }

  /** Changes one; it is connected again where host, port or password are others. Rejects with `obs.*`, `url.forbidden`, `secret.needed`. */
  async change(idOrName: string, changes: InstanceChanges, author: Author): Promise<Instance> {
    return this.#turns.next(() => this.#change(idOrName, changes, author))
  }

  async remove(idOrName: string, author: Author): Promise<void> {
    return this.#turns.next(() => this.#remove(idOrName, author))
  }

  /** Connects at once; switches the connection on where it is off. */
  async connect(idOrName: string, author: Author): Promise<Instance> {
    const kept = this.#kept(idOrName)
    if (!kept.stored.enabled) return this.change(idOrName, { enabled: true }, author)
    this.#start(kept)
    return this.#describe(kept)
  }

  /** Notes the stream of this host that an OBS publishes into; null: none. Rejects with `obs.not_found`. */
  async link(id: string, linkedStream: LinkedStream | null): Promise<void> {
    return this.#turns.next(async () => {
      const kept = this.#kept(id)
      await this.#save(kept, { ...kept.stored, linkedStream })
      this.#announce(kept)
    })
  }

  /** Which instances are to send audio levels to somebody. */
  wantLevels(by: string, wanted: 'all' | ReadonlySet<string>): void {
    this.#levelsWanted.set(by, wanted)
    for (const { stored, instance } of this.#byId.values()) instance.wantLevels(this.#wantsLevels(stored.id))
  }

  #wantsLevels(id: string): boolean {
    return [...this.#levelsWanted.values()].some((wanted) => wanted === 'all' || wanted.has(id))
  }

  async #add(request: NewInstance, author: Author): Promise<Instance> {
    this.#rejectMore()
    const found = request.found === undefined ? undefined : (await this.#find()).find(({ id }) => id === request.found)
    if (request.found !== undefined && found === undefined) throw new AppError('obs.found_gone')
    if (found === undefined && request.host === undefined) throw new AppError('obs.address_needed')
    // Its password must not be shown to another server than the OBS that it belongs to.
    if (found !== undefined && (request.host !== undefined || request.port !== undefined)) {
      throw new AppError('request.invalid', 'body.host: leave host and port out with `found`: they come from the settings of that OBS')
    }
    const host = bareHost(request.host ?? '127.0.0.1')
    const port = request.port ?? found?.port ?? usualPort
    this.#rejectSame(host, port)
    const stored = {
      ...this.#newStored(request, isLoopback(host) ? 'OBS Studio' : host),
      host,
      port,
      foundIn: request.password === undefined ? (found?.folder ?? null) : null,
      enabled: request.enabled ?? true,
      limited: author.limited,
    }
    this.#rejectUnreachable(stored)
    return this.#keepNew(stored, `${host}:${port}`, author)
  }

  async #addConnector(request: NewConnector, author: Author): Promise<{ instance: Instance; token: string }> {
    this.#rejectMore()
    const token = newSecret(tokenPrefix)
    const stored = { ...this.#newStored(request, 'OBS Studio'), connectorHash: hashSecret(token) }
    return { instance: await this.#keepNew(stored, 'by a connector', author), token }
  }

  #rejectMore(): void {
    if (this.#byId.size >= maxInstances) throw new AppError('obs.limit', `There are at most ${maxInstances} OBS instances`)
  }

  #newStored({ name, password = '' }: NewConnector, usualName: string): StoredInstance {
    return {
      id: `obs_${randomText(12)}`,
      name: this.#freeName(name ?? usualName, name !== undefined),
      host: '',
      port: 0,
      encryptedPassword: this.#encrypt(password),
      foundIn: null,
      enabled: true,
      limited: false,
      linkedStream: null,
      connectorHash: null,
      createdAt: new Date().toISOString(),
    }
  }

  async #keepNew(stored: StoredInstance, where: string, { actor }: Author): Promise<Instance> {
    await this.#dependencies.store.save(stored)
    const kept = this.#hold(stored)
    this.#command(kept, `OBS ${stored.name} was added (${where})`, actor)
    this.#dependencies.events.publish('obs.created', this.#describe(kept))
    if (stored.enabled) this.#start(kept)
    return this.#describe(kept)
  }

  #onConnector(id: string): void {
    const kept = this.#byId.get(id)
    if (kept === undefined) return
    this.#announce(kept)
    if (kept.stored.enabled) this.#start(kept)
  }

  async #change(idOrName: string, changes: InstanceChanges, author: Author): Promise<Instance> {
    const kept = this.#kept(idOrName)
    const { stored } = kept
    if (stored.connectorHash !== null && (changes.host !== undefined || changes.port !== undefined)) {
      throw new AppError('request.invalid', `body.host: the connector of OBS "${stored.name}" decides which OBS it is`)
    }
    const host = changes.host === undefined ? stored.host : bareHost(changes.host)
    const port = changes.port ?? stored.port
    const moved = host !== stored.host || port !== stored.port
    if (moved) this.#rejectSame(host, port, stored.id)
    if (moved && changes.password === undefined && (stored.encryptedPassword !== null || stored.foundIn !== null)) {
      throw new AppError('secret.needed', `The stored password was entered for ${stored.host}:${stored.port}, not for ${host}:${port}`, {
        details: { fields: ['password'] },
      })
    }
    const next: StoredInstance = {
      ...stored,
      host,
      port,
      name: changes.name === undefined || changes.name === stored.name ? stored.name : this.#freeName(changes.name, true),
      enabled: changes.enabled ?? stored.enabled,
      ...(changes.password === undefined ? {} : { encryptedPassword: this.#encrypt(changes.password), foundIn: null }),
      // Host and port belong to whoever named them last.
      limited: changes.host === undefined && changes.port === undefined ? stored.limited : author.limited && (stored.limited || moved),
    }
    if (moved) this.#rejectUnreachable(next)
    await this.#save(kept, next)
    this.#command(kept, `OBS ${next.name} was changed`, author.actor)
    if (!next.enabled || moved || changes.password !== undefined) kept.instance.stop()
    if (next.enabled) this.#start(kept)
    return this.#announce(kept)
  }

  async #remove(idOrName: string, author: Author): Promise<void> {
    const kept = this.#kept(idOrName)
    const { id, name } = kept.stored
    await this.#dependencies.store.remove(id)
    this.#byId.delete(id)
    kept.instance.stop()
    this.#connectors.drop(id)
    this.#command(kept, `OBS ${name} was removed`, author.actor)
    this.#dependencies.events.publish('obs.removed', { id, name })
  }

  async #save(kept: Kept, stored: StoredInstance): Promise<void> {
    await this.#dependencies.store.save(stored)
    kept.stored = stored
  }

  #start({ instance }: Kept): void {
    if (!this.#stopped) instance.start()
  }

  #hold(stored: StoredInstance): Kept {
    const { events, audit, log, network, times } = this.#dependencies
    const instance = new ManagedInstance({
      stored: () => kept.stored,
      password: () => this.#password(kept.stored),
      dial: () => this.#dial(kept.stored, network),
      times,
      log,
      onChange: (brief) => {
        if (!this.#byId.has(stored.id)) return
        if (brief) events.publish('obs.updated', this.#describe(kept), { volatile: true })
        else this.#announce(kept)
      },
      onState: (state, error) => {
        const { id, name } = kept.stored
        if (state === 'connecting' && error === undefined) return
        audit.record({
          kind: error === undefined ? 'state' : 'error',
          message: `OBS ${name} is ${state}${error === undefined ? '' : `: ${error.message}`}`,
          ...(error === undefined ? {} : { code: error.code }),
          data: { obs: id },
        })
      },
      onMirror: (change, bytes) => events.publish('obs.mirror', change, { bytes }),
      onEvent: (event, data) => this.#onEvent(kept, event, data),
    })
    const kept: Kept = { stored, instance }
    this.#byId.set(stored.id, kept)
    instance.wantLevels(this.#wantsLevels(stored.id))
    return kept
  }

  #dial({ id, host, port, limited, connectorHash }: StoredInstance, network: () => NetworkPolicy): ObsDial {
    return connectorHash === null ? dialDirectly(host, port, judgeBy(network, limited)) : this.#connectors.dial(id)
  }

  #onEvent({ stored: { id, name } }: Kept, event: string, data: Record<string, unknown>): void {
    for (const listener of this.#listeners) listener({ id, name }, event, data)
    if (event === 'InputVolumeMeters') return
    const raw: ObsRawEvent = { obs: id, event, data }
    this.#dependencies.events.publish('obs.event', raw, { volatile: true })
  }

  async #find(): Promise<readonly ObsOnMachine[]> {
    return (this.#dependencies.find ?? findObs)()
  }

  async #password({ encryptedPassword, foundIn }: StoredInstance): Promise<string> {
    if (encryptedPassword !== null) return this.#dependencies.secrets.open(encryptedPassword)
    return foundIn === null ? '' : ((await readSettings(foundIn))?.password ?? '')
  }

  #encrypt(password: string): string | null {
    return password === '' ? null : this.#dependencies.secrets.encrypt(password)
  }

  #rejectSame(host: string, port: number, except?: string): void {
    const same = (other: string): boolean => other === host || (isLoopback(other) && isLoopback(host))
    for (const { stored } of this.#byId.values()) {
      if (stored.id !== except && stored.port === port && same(stored.host)) {
        throw new AppError('obs.exists', `${host}:${port} is OBS "${stored.name}" already`, { details: { obs: stored.id } })
      }
    }
  }

  /** A name that no other has. One that a person chose is not changed. */
  #freeName(wanted: string, chosen: boolean): string {
    const taken = new Set([...this.#byId.values()].map(({ stored }) => stored.name))
    if (!taken.has(wanted)) return wanted
    if (chosen) throw new AppError('obs.exists', `Another OBS is called "${wanted}"`)
    for (let number = 2; ; number++) if (!taken.has(`${wanted} ${number}`)) return `${wanted} ${number}`
  }

  /** Throws `url.forbidden` where it says by itself that it leads to where its author may not. */
  #rejectUnreachable({ host, port, limited }: StoredInstance): void {
    const why = limited ? hostProblem(host, port, this.#dependencies.network()) : undefined
    if (why !== undefined) throw new AppError('url.forbidden', why)
  }

  #kept(idOrName: string): Kept {
    const kept = this.#byId.get(idOrName) ?? [...this.#byId.values()].find(({ stored }) => stored.name === idOrName)
    if (kept === undefined) throw new AppError('obs.not_found', `There is no OBS "${idOrName}"`)
    return kept
  }

  #command({ stored }: Kept, message: string, actor: string): void {
    this.#dependencies.audit.record({ kind: 'command', message, actor, data: { obs: stored.id } })
  }

  #announce(kept: Kept): Instance {
    const described = this.#describe(kept)
    this.#dependencies.events.publish('obs.updated', described, { bytes: JSON.stringify(described).length })
    return described
  }

  #describe({ stored, instance }: Kept): Instance {
    const { encryptedPassword, foundIn, limited: _limited, connectorHash, ...shown } = stored
    const { state, stateSinceMs, error, nextAttemptMs, attempts, reconnects } = instance.status
    return {
      ...shown,
      password: encryptedPassword !== null ? 'kept' : foundIn !== null ? 'found' : 'none',
      state,
      stateSince: new Date(stateSinceMs).toISOString(),
      error: error === undefined ? null : { code: error.code, message: error.message, remedy: error.remedy },
      nextAttemptAt: nextAttemptMs === undefined ? null : new Date(nextAttemptMs).toISOString(),
      attempts,
      reconnects,
      version: instance.version ?? null,
      activity: instance.activity ?? null,
      connector: connectorHash === null ? null : { connected: this.#connectors.has(stored.id) },
    }
  }
}

function bareHost(host: string): string {
  return host.replace(/^\[|\]$/g, '').toLowerCase()
}
