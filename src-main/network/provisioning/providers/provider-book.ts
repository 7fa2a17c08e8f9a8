import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import { Turns } from '../../../platform/timing/turns.ts'
import { commandProvider, listProgramNames } from './command-provider.ts'
import { hetznerProvider } from './hetzner-provider.ts'
import type { Offers, Provider } from './provider.ts'
import type { KnownMachine, ProviderSettings } from './provider-schemas.ts'
import type { ProviderStore, StoredProvider } from './provider-store.ts'

const maxProviders = 20
/** How long a provider may take to answer, ms. */
export const readMs = 30_000
/** What can be ordered and what it costs is asked again after this time, ms. */
const offersMs = 600_000

export interface ProviderBookDependencies {
  readonly store: Pick<ProviderStore, 'providers' | 'saveProvider' | 'removeProvider'>
  /** Where programs of the operator are; absolute. */
  readonly folder: string
  /** Label by which machines of this host are distinguished from others. */
  readonly owner: string
  readonly events: Pick<EventBus, 'publish'>
  readonly audit: AuditLog
  /** ms since 1970. */
  readonly now: () => number
}

/** Providers of machines that an operator has set up, with their tokens. */
export class ProviderBook {
  readonly #dependencies: ProviderBookDependencies
  readonly #providers: Map<string, StoredProvider>
  readonly #offers = new Map<string, { readonly atMs: number; readonly offers: Offers }>()
  readonly #turns = new Turns(20, 'changes of providers', 'network.busy')

  private constructor(dependencies: ProviderBookDependencies, providers: readonly StoredProvider[]) {
    this.#dependencies = dependencies
    this.#providers = new Map(providers.map((provider) => [provider.name, provider]))
  }

  static async open(dependencies: ProviderBookDependencies): Promise<ProviderBook> {
    return new ProviderBook(dependencies, await dependencies.store.providers())
  }

  list(): readonly StoredProvider[] {
    return [...this.#providers.values()]
  }

  /** Names of programs that can be a provider. */
  programs(): Promise<readonly string[]> {
    return listProgramNames(this.#dependencies.folder)
  }

  /** Throws `network.provider_not_found`. */
  settingsOf(name: string): StoredProvider {
    const found = this.#providers.get(name)
    if (found === undefined) throw new AppError('network.provider_not_found', `There is no provider "${name}"`)
    return found
  }

  /** Throws `network.provider_not_found`. */
  of(name: string): Provider {
    return this.#made(this.settingsOf(name))
  }

  /** What can be ordered there, some minutes old at most; `isFresh`: as it is now. Throws `network.provider_*`. */
  async offers(name: string, isFresh = false): Promise<Offers> {
    const known = this.#offers.get(name)
    const { now } = this.#dependencies
    if (known !== undefined && !isFresh && now() - known.atMs < offersMs) return known.offers
    const offers = await this.of(name).offers(AbortSignal.timeout(readMs))
    if (this.#providers.has(name)) this.#offers.set(name, { atMs: now(), offers })
    return offers
  }

  /**
   * Sets a provider up or changes it, once it has answered. Throws `network.provider_*` and `network.limit`.
   *
   * @param known machines of this host there, as they are when it is called
   */
  set(name: string, settings: ProviderSettings, actor: string, known: () => readonly KnownMachine[]): Promise<StoredProvider> {
    return this.#turns.next(async () => {
      const { store, events, audit } = this.#dependencies
      const before = this.#providers.get(name)
      if (before === undefined && this.#providers.size >= maxProviders)
        throw new AppError('network.limit', `There are ${maxProviders} providers`)
      if (before !== undefined && before.kind !== settings.kind)
        throw new AppError('network.provider_invalid', `"${name}" is of another kind: give this one another name`)
      const stored: StoredProvider = { ...settings, name }
      if (stored.kind === 'hetzner') {
        assertUrl(stored.url)
        // A token that was given for one URL is not sent to another.
        if (stored.token === undefined && before?.kind === 'hetzner' && before.url === stored.url && before.token !== undefined)
          stored.token = before.token
        if (stored.token === undefined) throw new AppError('network.provider_invalid', 'It needs a token of its API')
      }
      const offers = await this.#made(stored).offers(AbortSignal.timeout(readMs))
      if (before !== undefined && isElsewhere(before, stored) && known().length > 0) {
        const there = await this.#made(stored).list(AbortSignal.timeout(readMs))
        const missing = known().filter((machine) => !there.some(({ id, name: its }) => id === machine.providerId || its === machine.name))
        if (missing.length > 0)
          throw new AppError(
            'network.provider_in_use',
            `With these settings "${name}" does not have ${missing.length} machines of this host, such as ${missing[0]?.name}`,
          )
      }
      // What is ordered from now on is ordered with these.
      this.#providers.set(name, stored)
      try {
        await store.saveProvider(stored)
      } catch (error) {
        if (before === undefined) this.#providers.delete(name)
        else this.#providers.set(name, before)
        throw error
      }
      this.#offers.set(name, { atMs: this.#dependencies.now(), offers })
      audit.record({ kind: 'command', message: 'a provider of machines was set up', actor })
      events.publish('network.providers.updated', { name })
      return stored
    })
  }

  /** Deletes a provider with its token. Throws `network.provider_not_found`. */
  remove(name: string, actor: string): Promise<void> {
    this.settingsOf(name)
    return this.#turns.next(async () => {
      const { store, events, audit } = this.#dependencies
      await store.removeProvider(name)
      this.#providers.delete(name)
      this.#offers.delete(name)
      audit.record({ kind: 'command', message: 'a provider of machines was deleted', actor })
      events.publish('network.providers.updated', { name })
    })
  }

  #made(settings: StoredProvider): Provider {
    const { folder, owner } = this.#dependencies
    return settings.kind === 'command'
      ? commandProvider(folder, settings.program, owner)
      : hetznerProvider(settings.token ?? '', owner, settings.url)
  }
}

/** Another account, another API or another program: machines that are known may not be there. */
const isElsewhere = (before: StoredProvider, after: StoredProvider): boolean =>
  before.kind === 'hetzner' && after.kind === 'hetzner'
    ? before.token !== after.token || before.url !== after.url
    : before.kind === 'command' && after.kind === 'command' && before.program !== after.program

/** Tokens go over TLS, or to this machine. */
function assertUrl(text: string | undefined): void {
  if (text === undefined) return
  const url = URL.parse(text)
  const isLocal = url !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  if (url === null || (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal)) || url.username !== '' || text.endsWith('/'))
    throw new AppError('network.provider_invalid', `${text} is not an https:// URL without a slash at its end`)
}
