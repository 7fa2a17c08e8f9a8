import type { AuditLog } from '../../platform/audit.ts'
import type { EventBus } from '../../platform/events/events.ts'
import { Turns } from '../../platform/timing/turns.ts'
import type { SettingStore } from '../setting-store.ts'
import { LeaseBook } from './lease-book.ts'
import { checkLimits, defaultLimits, type LimitSettings, rateOf } from './limit-settings.ts'
import type { LeaseEntry, UsageEntry } from './request-buckets.ts'

export interface LimitBookDependencies {
  readonly store: SettingStore<LimitSettings>
  readonly events: Pick<EventBus, 'publish'>
  readonly audit: AuditLog
}

/** The origin's limits for all nodes, and what each node has of them. */
export class LimitBook {
  readonly #dependencies: LimitBookDependencies
  readonly #leases = new LeaseBook()
  readonly #listeners = new Set<(settings: LimitSettings) => void>()
  readonly #turns = new Turns(20, 'changes of limits', 'network.busy')
  #settings: LimitSettings

  private constructor(dependencies: LimitBookDependencies, settings: LimitSettings) {
    this.#dependencies = dependencies
    this.#settings = settings
  }

  static async open(dependencies: LimitBookDependencies): Promise<LimitBook> {
    return new LimitBook(dependencies, (await dependencies.store.read()) ?? defaultLimits)
  }

  get settings(): LimitSettings {
    return this.#settings
  }

  /** Throws `config.invalid`. */
  change(settings: LimitSettings, actor: string): Promise<LimitSettings> {
    checkLimits(settings, 'limits')
    return this.#turns.next(async () => {
      const { store, events, audit } = this.#dependencies
      await store.write(settings)
      this.#settings = settings
      this.#leases.clear()
      for (const listener of this.#listeners) listener(settings)
      audit.record({ kind: 'command', message: 'limits of requests were changed', actor, data: { ...settings } })
      events.publish('network.limits.updated', settings)
      return settings
    })
  }

  /** Calls back after each change. Returns the function that ends it. */
  onChange(listener: (settings: LimitSettings) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Takes a node's report, and returns what it may do. */
  report(node: string, entries: readonly UsageEntry[]): LeaseEntry[] {
    return this.#leases.report(node, entries, (key) => rateOf(this.#settings, key), performance.now())
  }

  leave(node: string): void {
    this.#leases.leave(node)
  }
}
