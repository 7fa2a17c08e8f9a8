import { timingSafeEqual } from 'node:crypto'
import { AppError } from '../../platform/errors.ts'
import { hashSecret, newSecret } from '../../platform/identity/secrets.ts'
import { randomText } from '../../platform/random-id.ts'
import type { Entry, EntryStore } from '../store/entry-store.ts'

/** A URL that other programs call: its token does this and nothing else. */
export interface StoredWebhook extends Entry {
  readonly name: string
  /** SHA-256 of its token. */
  readonly hash: string
}

export interface Webhook extends Entry {
  readonly name: string
  /** ISO 8601; since the host was started. */
  readonly lastCalledAt: string | null
  readonly calls: number
}

const maxWebhooks = 100
/** Calls of one webhook within `windowMs`; wrong tokens count for all webhooks together. */
const maxCalls = 20
const windowMs = 10_000

/** Webhooks: their tokens are kept as hashes, and they are limited in how often they are called. */
export class Webhooks {
  readonly #store: EntryStore<StoredWebhook>
  readonly #nowMs: () => number
  readonly #webhooks = new Map<string, StoredWebhook>()
  readonly #called = new Map<string, { at: string; calls: number; times: number[] }>()
  #wrong: number[] = []

  private constructor(store: EntryStore<StoredWebhook>, nowMs: () => number) {
    this.#store = store
    this.#nowMs = nowMs
  }

  static async open(store: EntryStore<StoredWebhook>, nowMs: () => number = () => performance.now()): Promise<Webhooks> {
    const webhooks = new Webhooks(store, nowMs)
    for (const each of await store.all()) webhooks.#webhooks.set(each.id, each)
    return webhooks
  }

  list(): Webhook[] {
    return [...this.#webhooks.values()].map((each) => this.#describe(each))
  }

  /** The token is given out this once. Rejects with `automation.limit`. */
  async add(name: string): Promise<{ readonly webhook: Webhook; readonly token: string }> {
    if (this.#webhooks.size >= maxWebhooks) throw new AppError('automation.limit', `There are at most ${maxWebhooks} webhooks`)
    const token = newSecret('wh_')
    const stored: StoredWebhook = { id: `hook_${randomText(12)}`, name, hash: hashSecret(token), createdAt: new Date().toISOString() }
    this.#webhooks.set(stored.id, stored)
    try {
      await this.#store.save(stored)
    } catch (error) {
      this.#webhooks.delete(stored.id)
      throw error
    }
    return { webhook: this.#describe(stored), token }
  }

  /** Rejects with `automation.not_found`. */
  async remove(id: string): Promise<void> {
    if (!this.#webhooks.delete(id)) throw new AppError('automation.not_found', `There is no webhook "${id}"`)
    this.#called.delete(id)
    await this.#store.remove(id)
  }

  /** Somebody calls a webhook. Throws `auth.token_unknown` and `automation.too_often`. */
  call(id: string, token: string): Webhook {
    const nowMs = this.#nowMs()
    const stored = this.#webhooks.get(id)
    if (stored === undefined || !timingSafeEqual(Buffer.from(hashSecret(token)), Buffer.from(stored.hash))) {
      this.#wrong = [...this.#wrong.filter((timeMs) => nowMs - timeMs < windowMs), nowMs].slice(-maxCalls - 1)
      throw new AppError(this.#wrong.length > maxCalls ? 'automation.too_often' : 'auth.token_unknown')
    }
    const called = this.#called.get(id) ?? { at: '', calls: 0, times: [] }
    this.#called.set(id, called)
    called.times = called.times.filter((timeMs) => nowMs - timeMs < windowMs)
    if (called.times.length >= maxCalls) throw new AppError('automation.too_often')
    called.times.push(nowMs)
    called.calls += 1
    called.at = new Date().toISOString()
    return this.#describe(stored)
  }

  #describe({ id, name, createdAt }: StoredWebhook): Webhook {
    const called = this.#called.get(id)
    return { id, name, createdAt, lastCalledAt: called?.at ?? null, calls: called?.calls ?? 0 }
  }
}
