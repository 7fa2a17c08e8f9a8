import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { ProviderMachine } from './provider.ts'
import type { KnownMachine } from './provider-schemas.ts'
import type { StoredCloudMachine } from './provider-store.ts'

/** All machines of all providers are compared with what is known after this time, ms. */
const compareMs = 5 * 60_000
/** A machine is gone where its provider has not listed it for so long, ms. */
const goneMs = 10 * 60_000

/** A machine with the label of this host that this host does not know. */
export interface UnknownMachine {
  readonly provider: string
  readonly providerId: string
  readonly name: string
  readonly addresses: string[]
}

export interface ComparedMachinesDependencies {
  /** Names of the providers. */
  readonly providers: () => readonly string[]
  /** What is at a provider; undefined where it could not be listed. */
  readonly listAt: (provider: string) => Promise<readonly ProviderMachine[] | undefined>
  /** Machines that may be at a provider still. */
  readonly knownAt: (provider: string) => readonly StoredCloudMachine[]
  /** Something is being done with a machine. */
  readonly isBusy: (id: string) => boolean
  readonly isConnected: (nodeId: string) => boolean
  /** Ends a machine that is gone. */
  readonly end: (id: string, error: AppError) => Promise<void>
  /** The unknown ones are others. */
  readonly announce: () => void
  readonly log: Logger
  /** ms since 1970. */
  readonly now: () => number
}

/** What is at the providers, compared with the machines that this host knows: some are unknown, some are gone. */
export class ComparedMachines {
  readonly #dependencies: ComparedMachinesDependencies
  /** Since when machines are not listed at their providers, ms since 1970. */
  readonly #missedSinceMs = new Map<string, number>()
  #unknown: readonly UnknownMachine[] = []
  #comparedMs = Number.NEGATIVE_INFINITY
  #comparing: Promise<void> | undefined

  constructor(dependencies: ComparedMachinesDependencies) {
    this.#dependencies = dependencies
  }

  get unknown(): readonly UnknownMachine[] {
    return this.#unknown
  }

  /** It is time to compare again. */
  get isDue(): boolean {
    return this.#dependencies.now() - this.#comparedMs >= compareMs
  }

  /** Once at a time. */
  compare(): Promise<void> {
    this.#comparing ??= this.#compare().finally(() => {
      this.#comparing = undefined
    })
    return this.#comparing
  }

  /** An unknown machine is there no longer. */
  removeUnknown(provider: string, providerId: string): void {
    this.#unknown = this.#unknown.filter((each) => each.provider !== provider || each.providerId !== providerId)
  }

  /** A machine has ended. */
  drop(id: string): void {
    this.#missedSinceMs.delete(id)
  }

  async #compare(): Promise<void> {
    const { now, providers, listAt, knownAt, log, announce } = this.#dependencies
    this.#comparedMs = now()
    const unknown: UnknownMachine[] = []
    for (const provider of providers()) {
      // One that ends while the list is read may be in it still.
      const before = knownAt(provider)
      const there = await listAt(provider)
      if (there === undefined) {
        unknown.push(...this.#unknown.filter((each) => each.provider === provider))
        continue
      }
      const known = [...before, ...knownAt(provider)]
      for (const { id, name, addresses } of there)
        if (!known.some((machine) => machine.name === name || machine.providerId === id))
          unknown.push({ provider, providerId: id, name, addresses: [...addresses] })
      await this.#findGone(provider, there)
    }
    if (JSON.stringify(unknown) === JSON.stringify(this.#unknown)) return
    this.#unknown = unknown
    for (const { name, provider } of unknown)
      log.warn({ machine: name, provider }, 'a machine with the label of this host is at a provider that it does not know')
    announce()
  }

  /** Ends machines that are not at their provider any more. */
  async #findGone(provider: string, there: readonly ProviderMachine[]): Promise<void> {
    const { now, knownAt, isBusy, isConnected, end, log } = this.#dependencies
    const isThere = ({ name, providerId }: KnownMachine): boolean => there.some((each) => each.id === providerId || each.name === name)
    const own = knownAt(provider).filter(({ id, state }) => !isBusy(id) && (state === 'booting' || state === 'ready'))
    for (const machine of own) if (isThere(machine)) this.#missedSinceMs.delete(machine.id)
    const missing = own.filter((machine) => !isThere(machine))
    for (const { id } of missing) if (!this.#missedSinceMs.has(id)) this.#missedSinceMs.set(id, now())
    // A provider that has none of several any more is asked with a token of another project, or by another program.
    if (missing.length > 1 && missing.length === own.length) {
      for (const { id } of missing) this.#missedSinceMs.delete(id)
      log.warn({ provider, machines: missing.map(({ name }) => name) }, 'a provider lists none of its machines any more: none is given up')
      return
    }
    for (const { id, nodeId } of missing) {
      // Lists of providers may be behind, and a machine whose node is connected runs somewhere.
      if (now() - (this.#missedSinceMs.get(id) ?? now()) < goneMs || isBusy(id)) continue
      if (nodeId !== null && isConnected(nodeId)) continue
      await end(id, new AppError('network.provider_failed', 'It was deleted at the provider'))
    }
  }
}
