import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import Value from 'typebox/value'
import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import type { Logger } from '../../../platform/logger.ts'
import { replaceFile } from '../../../platform/storage/replace-file.ts'
import { Turns } from '../../../platform/timing/turns.ts'
import type { SettingStore } from '../../setting-store.ts'
import type { NetworkNode } from '../nodes/node-schemas.ts'
import type { ListedNode } from '../routing/routing-schemas.ts'
import { type DnsSettings, DnsSettingsSchema, type DnsState } from './dns-schemas.ts'
import { type AnsweringNode, isShared } from './geo-answers.ts'
import { KnotServer } from './knot-server.ts'
import { type KnotTextOptions, secondaryText, writeKnotTexts } from './knot-texts.ts'
import { readNetworkCountries } from './network-countries.ts'

/** Where nodes get a part of their share, answers change this often, ms: a sixth of the time that they are kept elsewhere. */
const turnMs = 10_000
/** Knot that ended, or did not take a change, is tried again after this time, ms. */
const againMs = 5000
/** Parts of a circle by the golden ratio are spread evenly however many there are. */
const goldenPart = (Math.sqrt(5) - 1) / 2

export interface DnsBookDependencies {
  readonly store: SettingStore<DnsSettings>
  /** Folder of Knot; absolute. */
  readonly folder: string
  readonly nodes: () => readonly NetworkNode[]
  /** Nodes that are healthy, with their weights. */
  readonly healthy: () => readonly ListedNode[]
  readonly events: Pick<EventBus, 'publish'>
  readonly audit: AuditLog
  readonly log: Logger
  /** ms since 1970. */
  readonly now: () => number
}

interface Served {
  readonly key: string
  readonly listen: string
  readonly settings: DnsSettings
}

/** Answers for a zone by Knot: which nodes viewers of each country are sent to. */
export class DnsBook {
  readonly #dependencies: DnsBookDependencies
  readonly #knot: KnotServer
  readonly #turns = new Turns(20, 'changes of DNS', 'network.busy')
  #settings: DnsSettings
  #served: Served | undefined
  #running = false
  #problem: string | null = null
  #servedAt: string | null = null
  #ds: readonly string[] = []
  #retryMs = 0
  #lookedMs = Number.NEGATIVE_INFINITY
  #applying: Promise<void> | undefined
  #isWanted = false
  #stopped = false

  private constructor(dependencies: DnsBookDependencies, settings: DnsSettings) {
    this.#dependencies = dependencies
    this.#knot = new KnotServer(dependencies.folder)
    this.#settings = settings
  }

  static async open(dependencies: DnsBookDependencies): Promise<DnsBook> {
    return new DnsBook(dependencies, (await dependencies.store.read()) ?? Value.Create(DnsSettingsSchema))
  }

  get enabled(): boolean {
    return this.#settings.enabled
  }

  get state(): DnsState {
    const named = new Map(this.#answering().map((node) => [node.id, node]))
    const healthy = new Set(this.#dependencies.healthy().map(({ id }) => id))
    const nodes = this.#dependencies.nodes()
    return {
      ...{ settings: this.#settings, running: this.#running, problem: this.#problem, servedAt: this.#servedAt, ds: [...this.#ds] },
      serving: nodes.flatMap(({ id, name }) => {
        const node = named.get(id)
        return node === undefined ? [] : [{ id, name, addresses: [...node.addresses] }]
      }),
      left: nodes.flatMap(({ id, name, publicUrl, draining }) => {
        if (named.has(id)) return []
        const own = this.#settings.nodes.find((each) => each.id === id)
        const why =
          publicUrl === null
            ? 'It has no public URL'
            : !healthy.has(id)
              ? 'It is away'
              : draining
                ? 'It drains'
                : own?.weight === 0
                  ? 'Its weight is 0'
                  : addressesOf(own, publicUrl).length === 0
                    ? 'No IP address of it is known: give it one'
                    : 'Its load is too high'
        return [{ id, name, why }]
      }),
    }
  }

  /** What a secondary is set up with. */
  get secondary(): string {
    return secondaryText(this.#settings, this.#tsigSecret())
  }

  /** Throws `network.dns_invalid`, `network.knot_missing` and `network.knot_failed`; what was served before goes on then. */
  change(settings: DnsSettings, actor: string): Promise<DnsState> {
    return this.#turns.next(async () => {
      const { store, audit, events } = this.#dependencies
      const wrong = settings.listen.concat(settings.secondaries).find(({ address }) => isIP(address) === 0)?.address
      const wrongNode = [...settings.nodes, ...settings.nameServers].flatMap(({ addresses }) => addresses).find((ip) => isIP(ip) === 0)
      if (wrong !== undefined || wrongNode !== undefined)
        throw new AppError('network.dns_invalid', `"${wrong ?? wrongNode}" is no IP address`)
      const former = this.#settings
      this.#settings = settings
      try {
        await this.#apply()
      } catch (error) {
        this.#settings = former
        await this.#apply().catch(() => undefined)
        throw error
      }
      await store.write(settings)
      audit.record({
        kind: 'command',
        message: 'DNS of the nodes was changed',
        actor,
        data: { enabled: settings.enabled, zone: settings.zone },
      })
      const state = this.state
      events.publish('network.dns.updated', state)
      return state
    })
  }

  /** Looks at the nodes: called once a second and when one of them comes, goes or changes. */
  refresh(): void {
    if (!this.#settings.enabled || this.#stopped) return
    if (this.#applying !== undefined) {
      this.#isWanted = true
      return
    }
    if (performance.now() < this.#retryMs) return
    this.#isWanted = false
    this.#applying = this.#turns
      .next(() => this.#apply())
      .catch((error: Error) => {
        this.#dependencies.log.error({ err: error }, 'DNS could not be changed; what was served before goes on')
      })
      .finally(() => {
        this.#applying = undefined
        if (this.#isWanted) this.refresh()
      })
  }

  /** Ends Knot: who stops the host in order wants its ports free. One whose host is killed goes on. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#applying
    if (this.#settings.enabled) await this.#knot.stop().catch(() => undefined)
  }

  async #apply(): Promise<void> {
    const { folder, log, now, events } = this.#dependencies
    const settings = this.#settings
    if (this.#stopped) return
    if (!settings.enabled) {
      if (this.#served !== undefined) await this.#knot.stop()
      this.#served = undefined
      this.#running = false
      this.#problem = null
      return
    }
    const nodes = this.#answering()
    const turn = isShared(nodes) ? Math.floor(now() / turnMs) : 0
    const key = JSON.stringify([settings, nodes, turn])
    const isSame = key === this.#served?.key
    // answers are seldom changed: whether Knot is there is looked at now and then
    if (isSame && performance.now() < this.#lookedMs + againMs) return
    this.#lookedMs = performance.now()
    try {
      const isRunning = await this.#knot.isRunning()
      this.#running = isRunning
      // A zone without nodes would send viewers nowhere: what was served goes on, also that of a former host.
      if (isRunning && (isSame || (nodes.length === 0 && isSameSettings(this.#served, settings)))) return
      const networks = settings.geoFile === null || settings.geoFile.endsWith('.mmdb') ? undefined : readNetworkCountries(settings.geoFile)
      const phase = (turn * goldenPart) % 1
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const options: Omit<KnotTextOptions, 'folder'> = { settings, nodes, networks, tsigSecret: this.#tsigSecret(), phase }
      const listen = JSON.stringify(settings.listen)
      await this.#knot.check((draft) => writeKnotTexts({ ...options, folder: draft }))
      const texts = writeKnotTexts({ ...options, folder })
      if (!isRunning) await this.#knot.prepareKey(settings.zone, texts)
      await this.#knot.serve(texts, this.#served !== undefined && this.#served.listen !== listen)
      this.#served = { key, listen, settings }
      this.#ds = await this.#knot.ds(settings.zone)
      this.#running = true
      this.#problem = null
      this.#retryMs = 0
      this.#servedAt = new Date(now()).toISOString()
      log.info({ zone: settings.zone, nodes: nodes.map(({ id }) => id) }, 'DNS answers changed')
    } catch (error) {
      this.#problem = (error as Error).message
      // its files may be new already
      if (this.#served !== undefined) this.#served = { ...this.#served, key: '' }
      this.#retryMs = performance.now() + againMs
      throw error
    } finally {
      events.publish('network.dns.updated', this.state, { volatile: true })
    }
  }

  #answering(): readonly AnsweringNode[] {
    const nodes = this.#dependencies.healthy().map(({ id, url, weight }) => {
      const own = this.#settings.nodes.find((each) => each.id === id)
      const share = (weight * (own?.weight ?? 100)) / 100
      return { id, addresses: addressesOf(own, url), country: own?.country ?? null, weight: share }
    })
    return nodes.filter(({ addresses, weight }) => addresses.length > 0 && weight > 0)
  }

  /** Made once, and kept beside the zone. */
  #tsigSecret(): string {
    const path = join(this.#dependencies.folder, 'tsig')
    try {
      const kept = readFileSync(path, 'utf8').trim()
      if (/^[A-Za-z0-9+/]{43}=$/.test(kept)) return kept
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
    const secret = randomBytes(32).toString('base64')
    mkdirSync(this.#dependencies.folder, { recursive: true, mode: 0o700 })
    replaceFile(path, secret)
    return secret
  }
}

/** Settings are replaced and never changed; a host that has just started has those that its Knot has. */
const isSameSettings = (served: Served | undefined, settings: DnsSettings): boolean => served === undefined || served.settings === settings

/** IP addresses that viewers reach a node by. */
function addressesOf(own: { readonly addresses: readonly string[] } | undefined, publicUrl: string): readonly string[] {
  if (own !== undefined && own.addresses.length > 0) return own.addresses
  const host = (URL.parse(publicUrl)?.hostname ?? '').replace(/^\[|\]$/g, '')
  return isIP(host) === 0 ? [] : [host]
}
