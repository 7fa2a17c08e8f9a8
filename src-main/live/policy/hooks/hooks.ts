import { randomBytes } from 'node:crypto'
import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import type { EventTopic } from '../../../platform/events/event-topics.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import type { Logger } from '../../../platform/logger.ts'
import { maskUrl, wholeUrl } from '../../../platform/outbound/url-secrets.ts'
import { randomText } from '../../../platform/random-id.ts'
import { decisionOf } from './decision.ts'
import { HookQueue } from './hook-queue.ts'
import { postHook } from './hook-request.ts'
import type { HookStore, StoredHook } from './hook-store.ts'
import type { Delivery, Hook, HookEvent, HookRequest } from './schemas.ts'
import { StreamMoments } from './stream-moments.ts'

export interface HooksDependencies {
  readonly store: HookStore
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  readonly now: () => number
}

interface Entry {
  hook: StoredHook
  readonly queue: HookQueue
}

/** All hooks: notified of what happens, and asked before publishers and viewers are accepted. */
export class Hooks {
  readonly #dependencies: HooksDependencies
  readonly #entries = new Map<string, Entry>()
  readonly #moments = new StreamMoments()
  readonly #stop = new AbortController()
  #unsubscribe: (() => void) | undefined

  private constructor(dependencies: HooksDependencies) {
    this.#dependencies = dependencies
  }

  static async open(dependencies: HooksDependencies): Promise<Hooks> {
    const hooks = new Hooks(dependencies)
    for (const hook of await dependencies.store.all()) hooks.#enter(hook)
    return hooks
  }

  start(): void {
    this.#unsubscribe ??= this.#dependencies.events.subscribe((event) => {
      const moment = this.#moments.read(event)
      if (moment === undefined) return
      for (const { hook, queue } of this.#concerned(moment.event, moment.stream)) {
        queue.push(moment.event, { hook: hook.label, ...asRecord(moment.data) })
      }
    })
  }

  stop(): void {
    this.#unsubscribe?.()
    this.#stop.abort()
    for (const { queue } of this.#entries.values()) queue.stop()
  }

  list(): readonly Hook[] {
    return [...this.#entries.values()].map(describe)
  }

  /** Throws `hook.not_found`. */
  get(id: string): Hook {
    return describe(this.#entry(id))
  }

  /** The secret is given out this once. */
  async create(request: HookRequest, actor: string): Promise<{ hook: Hook; secret: string }> {
    const stored: StoredHook = {
      id: `hk_${randomText(8)}`,
      createdAt: new Date(this.#dependencies.now()).toISOString(),
      secret: randomBytes(32).toString('base64url'),
      label: request.label,
      url: wholeUrl(request.url),
      events: [...request.events],
      stream: request.stream ?? null,
      enabled: request.enabled ?? true,
      timeoutMs: request.timeoutMs ?? 3000,
      onFailure: request.onFailure ?? 'refuse',
    }
    await this.#dependencies.store.save(stored)
    const hook = describe(this.#enter(stored))
    this.#reported('hook.created', hook, `hook "${stored.label}" was created`, actor)
    return { hook, secret: stored.secret }
  }

  /** Throws `hook.not_found`, and `secret.needed` where a masked URL names another host, port or protocol. */
  async change(id: string, changes: Partial<HookRequest>, actor: string): Promise<Hook> {
    const entry = this.#entry(id)
    const url = changes.url === undefined ? entry.hook.url : wholeUrl(changes.url, entry.hook.url)
    const stored = { ...entry.hook, ...changes, url } as StoredHook
    await this.#dependencies.store.save(stored)
    entry.hook = stored
    const hook = describe(entry)
    this.#reported('hook.updated', hook, `hook "${stored.label}" was changed`, actor)
    return hook
  }

  /** Throws `hook.not_found`. */
  async remove(id: string, actor: string): Promise<void> {
    const entry = this.#entry(id)
    await this.#dependencies.store.remove(id)
    entry.queue.stop()
    this.#entries.delete(id)
    this.#reported('hook.removed', { id }, `hook "${entry.hook.label}" was removed`, actor)
  }

  /** Newest first. Throws `hook.not_found`. */
  deliveries(id: string): readonly Delivery[] {
    return this.#entry(id).queue.deliveries()
  }

  /** Throws `hook.not_found`. */
  again(id: string, deliveryId: string): void {
    if (!this.#entry(id).queue.again(deliveryId)) throw new AppError('hook.not_found', 'That delivery is not remembered any more')
  }

  /** Sends a hook its own description, to see whether it answers. Throws `hook.not_found`. */
  async test(id: string): Promise<{ status: number | null; error: string | null; durationMs: number }> {
    const { hook } = this.#entry(id)
    const event = hook.events[0] as HookEvent
    const deliveryId = `dl_${randomText(12)}`
    const body = JSON.stringify({
      id: deliveryId,
      event,
      time: new Date(this.#dependencies.now()).toISOString(),
      data: { hook: hook.label, test: true },
    })
    const { status, error, durationMs } = await postHook(hook, event, deliveryId, body, this.#stop.signal)
    return { status, error, durationMs: Math.round(durationMs) }
  }

  /** True where somebody must be asked before this. */
  decides(event: 'publish' | 'play', stream: string): boolean {
    for (const { hook } of this.#entries.values()) if (concerns(hook, event, stream)) return true
    return false
  }

  /** Asks every hook that decides, all at once; the first rejection decides. Never rejects. */
  async ask(event: 'publish' | 'play', stream: string, data: Readonly<Record<string, unknown>>): Promise<AppError | undefined> {
    const asked = [...this.#concerned(event, stream)].map(async ({ hook }) => {
      const id = `dl_${randomText(12)}`
      const body = JSON.stringify({
        id,
        event,
        time: new Date(this.#dependencies.now()).toISOString(),
        data: { hook: hook.label, stream, ...data },
      })
      const answer = await postHook(hook, event, id, body, this.#stop.signal)
      const rejection = decisionOf(answer, hook.onFailure)
      if (answer.error !== null || rejection !== undefined) {
        this.#dependencies.log.warn(
          { hookId: hook.id, event, stream, status: answer.status, reason: answer.error, refused: rejection !== undefined },
          'a hook rejected or did not answer',
        )
      }
      return rejection
    })
    return (await Promise.all(asked)).find((rejection) => rejection !== undefined)
  }

  #enter(hook: StoredHook): Entry {
    const entry: Entry = {
      hook,
      queue: new HookQueue({
        target: () => entry.hook,
        now: this.#dependencies.now,
        onChanged: (delivery) => this.#dependencies.events.publish('hook.delivery', { id: entry.hook.id, delivery }, { volatile: true }),
        onSettled: (delivery) => {
          if (delivery.state === 'delivered') return
          const { id, label } = entry.hook
          this.#dependencies.log.warn({ hookId: id, delivery }, 'a hook could not be notified')
          this.#dependencies.audit.record({
            kind: 'error',
            message: `hook "${label}" could not be notified of ${delivery.event}: ${delivery.error}`,
          })
          this.#dependencies.events.publish('hook.failed', { id, delivery })
        },
      }),
    }
    this.#entries.set(hook.id, entry)
    return entry
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id)
    if (entry === undefined) throw new AppError('hook.not_found')
    return entry
  }

  #concerned(event: HookEvent, stream: string | undefined): Entry[] {
    return [...this.#entries.values()].filter(({ hook }) => concerns(hook, event, stream))
  }

  #reported(topic: EventTopic, data: unknown, message: string, actor: string): void {
    this.#dependencies.events.publish(topic, data)
    this.#dependencies.audit.record({ kind: 'command', message, actor })
  }
}

function concerns(hook: StoredHook, event: HookEvent, stream: string | undefined): boolean {
  return hook.enabled && hook.events.includes(event) && (hook.stream === null || hook.stream === stream)
}

function describe({ hook: { secret: _secret, ...hook }, queue }: Entry): Hook {
  return { ...hook, url: maskUrl(hook.url), waiting: queue.waiting }
}

function asRecord(data: unknown): Record<string, unknown> {
  return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : { value: data }
}
