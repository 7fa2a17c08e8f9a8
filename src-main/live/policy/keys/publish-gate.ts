import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import { bareIp } from '../../../platform/net/ip-address.ts'
import type { Publication, PublishGate, PublishRequest } from '../../hub/publishers/publisher.ts'
import type { StreamRegistry } from '../../hub/stream-registry.ts'
import type { StreamKeys } from './stream-keys.ts'

/** Wrong keys are dropped after so long without another, ms. */
const FORGET_MS = 60_000
const FIRST_DELAY_MS = 100
const MAX_DELAY_MS = 3000
/** Max IP addresses to remember. */
const maxIps = 10_000

export interface KeyGateDependencies {
  readonly keys: StreamKeys
  readonly registry: StreamRegistry
  readonly log: Logger
  readonly now: () => number
  readonly onRejected?: (code: string) => void
  /** Asked once the key is found good: rejects with the reason to reject this publisher. */
  readonly admit?: (key: { readonly id: string; readonly label: string; readonly stream: string }, request: PublishRequest) => Promise<void>
}

/** Accepts publishers by their stream key: `/live/KEY`, or `/live/NAME?key=KEY` where the key must be the stream's. */
export class KeyGate implements PublishGate {
  readonly #dependencies: KeyGateDependencies
  readonly #wrong = new Map<string, { tries: number; lastMs: number }>()
  readonly #waiting = new Set<() => void>()

  constructor(dependencies: KeyGateDependencies) {
    this.#dependencies = dependencies
  }

  async open(request: PublishRequest): Promise<Publication> {
    try {
      const { keys, registry } = this.#dependencies
      const given = request.query.get('key')
      const key = keys.find(given ?? request.name)
      if (key === undefined || (given !== undefined && key.stream !== request.name)) {
        await this.#delay(request)
        throw new AppError('publish.key_unknown')
      }
      if (key.revokedAt !== null) throw new AppError('publish.key_revoked')
      if (!key.enabled) throw new AppError('publish.key_disabled')
      await this.#dependencies.admit?.(key, request)
      const publication = registry.open(key, request)
      keys.used(key.id)
      return publication
    } catch (error) {
      this.#refused(request, error)
      throw error
    }
  }

  /** Lets those who wait for their rejection go. */
  stop(): void {
    for (const release of this.#waiting) release()
  }

  /** Each further wrong key from an IP address is answered later: guessing is slowed down, and a typing error is hardly noticed. */
  #delay(request: PublishRequest): Promise<void> {
    const address = bareIp(request.remoteAddress)
    const now = this.#dependencies.now()
    const seen = this.#wrong.get(address)
    const tries = seen !== undefined && now - seen.lastMs < FORGET_MS ? seen.tries + 1 : 1
    this.#wrong.delete(address)
    const oldest = this.#wrong.keys().next()
    if (this.#wrong.size >= maxIps && !oldest.done) this.#wrong.delete(oldest.value)
    this.#wrong.set(address, { tries, lastMs: now })
    const ms = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(tries - 1, 10))
    return new Promise((resolve) => {
      const release = () => {
        clearTimeout(timer)
        this.#waiting.delete(release)
        resolve()
      }
      const timer = setTimeout(release, ms)
      this.#waiting.add(release)
    })
  }

  /** Counted here; the ingest writes the audit line, as it does for every rejection. */
  #refused(request: PublishRequest, error: unknown): void {
    const code = error instanceof AppError ? error.code : 'internal'
    this.#dependencies.onRejected?.(code)
    if (code === 'internal') this.#dependencies.log.error({ err: error, sessionId: request.sessionId }, 'a publisher could not be admitted')
  }
}
