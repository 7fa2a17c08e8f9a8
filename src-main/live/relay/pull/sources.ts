import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import type { EventTopic } from '../../../platform/events/event-topics.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import type { Logger } from '../../../platform/logger.ts'
import { maskUrl, wholeUrl } from '../../../platform/outbound/url-secrets.ts'
import { randomText } from '../../../platform/random-id.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import type { PublishKey } from '../../hub/publishers/live-publisher.ts'
import type { Publication, PublishRequest } from '../../hub/publishers/publisher.ts'
import { noLimits } from '../../key-limits.ts'
import type { Source, SourceChanges, SourceRequest } from './schemas.ts'
import { SourceRunner } from './source-runner.ts'
import type { SourceStore, StoredSource } from './source-store.ts'
import { readSourceUrl } from './source-url.ts'

export interface SourcesDependencies {
  readonly store: SourceStore
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  /** ms since 1970. */
  readonly now: () => number
  /** Lets a source publish. Throws `publish.*`. */
  readonly open: (key: PublishKey, request: PublishRequest) => Publication
  /** Viewers of a stream by its name. */
  readonly viewers: (stream: string) => number
}

interface Entry {
  stored: StoredSource
  readonly runner: SourceRunner
}

const tickMs = 1000

/** All sources that the host fetches by itself. */
export class Sources {
  readonly #dependencies: SourcesDependencies
  readonly #entries = new Map<string, Entry>()
  #timer: NodeJS.Timeout | undefined

  private constructor(dependencies: SourcesDependencies) {
    this.#dependencies = dependencies
  }

  static async open(dependencies: SourcesDependencies): Promise<Sources> {
    const sources = new Sources(dependencies)
    for (const stored of await dependencies.store.all()) sources.#enter(stored)
    return sources
  }

  start(): void {
    for (const { runner } of this.#entries.values()) runner.start()
    this.#timer ??= repeat(tickMs, () => {
      for (const { stored, runner } of this.#entries.values()) runner.tick(this.#dependencies.viewers(stored.stream))
    })
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#timer = undefined
    await Promise.all([...this.#entries.values()].map(({ runner }) => runner.stop()))
  }

  list(): readonly Source[] {
    return [...this.#entries.values()].map(describe)
  }

  /** Throws `source.address_invalid`, `secret.needed`, `request.conflict` where the stream has a source. */
  async create(request: SourceRequest, actor: string): Promise<Source> {
    const url = wholeUrl(request.url)
    readSourceUrl(url)
    if ([...this.#entries.values()].some(({ stored }) => stored.stream === request.stream)) {
      throw new AppError('request.conflict', `${request.stream} has a source already`)
    }
    const stored: StoredSource = {
      id: `so_${randomText(8)}`,
      stream: request.stream,
      url,
      when: request.when ?? 'always',
      enabled: request.enabled ?? true,
      createdAt: new Date(this.#dependencies.now()).toISOString(),
    }
    await this.#dependencies.store.save(stored)
    const entry = this.#enter(stored)
    this.#reported(entry, 'source.created', `a source for ${stored.stream} was created`, actor)
    entry.runner.start()
    return describe(entry)
  }

  /** Throws `source.not_found`, `source.address_invalid`, and `secret.needed` where a masked URL names another host, port or protocol. */
  async change(id: string, changes: SourceChanges, actor: string): Promise<Source> {
    const entry = this.#entry(id)
    const { url: given, ...rest } = changes
    const url = given === undefined ? entry.stored.url : wholeUrl(given, entry.stored.url)
    if (given !== undefined) readSourceUrl(url)
    const stored = { ...entry.stored, ...rest, url } as StoredSource
    await this.#dependencies.store.save(stored)
    entry.stored = stored
    await entry.runner.change(stored)
    this.#reported(entry, 'source.updated', `the source of ${stored.stream} was changed`, actor)
    return describe(entry)
  }

  /** Throws `source.not_found`. */
  async remove(id: string, actor: string): Promise<void> {
    const entry = this.#entry(id)
    await this.#dependencies.store.remove(id)
    this.#entries.delete(id)
    await entry.runner.stop()
    this.#dependencies.events.publish('source.removed', { id })
    this.#dependencies.audit.record({ kind: 'command', message: `the source of ${entry.stored.stream} was removed`, actor })
  }

  /** Throws `source.not_found`. */
  retry(id: string): Source {
    const entry = this.#entry(id)
    entry.runner.retry()
    return describe(entry)
  }

  /** Somebody wants to watch a stream: true where a source on demand feeds it. */
  want(stream: string): boolean {
    for (const { stored, runner } of this.#entries.values()) {
      if (stored.stream !== stream || stored.when !== 'on-demand' || !stored.enabled) continue
      runner.want()
      return true
    }
    return false
  }

  /** True where a source feeds, or would feed, the stream of that name. */
  feeds(stream: string): boolean {
    return [...this.#entries.values()].some(({ stored }) => stored.stream === stream)
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id)
    if (entry === undefined) throw new AppError('source.not_found')
    return entry
  }

  #enter(stored: StoredSource): Entry {
    const entry: Entry = {
      stored,
      runner: new SourceRunner(stored, {
        log: this.#dependencies.log.child({ sourceId: stored.id, stream: stored.stream }),
        now: this.#dependencies.now,
        onChange: () => {
          if (this.#entries.has(stored.id)) this.#dependencies.events.publish('source.updated', describe(entry))
        },
        publish: (format, onDisconnect) =>
          this.#dependencies.open(keyOf(entry.stored), {
            sessionId: `pull_${randomText(10)}`,
            protocol: 'pull',
            remoteAddress: shownPeer(entry.stored.url),
            app: 'live',
            name: entry.stored.stream,
            query: new Map(),
            encoder: `source ${format}`.trim(),
            disconnect: onDisconnect,
          }),
      }),
    }
    this.#entries.set(stored.id, entry)
    return entry
  }

  #reported(entry: Entry, topic: EventTopic, message: string, actor: string): void {
    this.#dependencies.events.publish(topic, describe(entry))
    this.#dependencies.audit.record({ kind: 'command', message, actor, streamName: entry.stored.stream })
  }
}

/** A source needs no key; what rules it is what rules a publisher with a plain one. */
function keyOf({ id, stream }: StoredSource): PublishKey {
  return {
    id,
    stream,
    onSecondPublisher: 'refuse',
    role: 'primary',
    sameAddressOnly: false,
    restartWindowMs: 0,
    limits: noLimits,
    onOverLimit: 'refuse',
  }
}

/** Where a source is, for people: its host, or that it is a file. */
function shownPeer(url: string): string {
  return URL.canParse(url) ? new URL(url).host || 'file' : 'file'
}

function describe({ stored, runner }: Entry): Source {
  const iso = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString())
  return {
    id: stored.id,
    stream: stored.stream,
    url: maskUrl(stored.url),
    when: stored.when,
    enabled: stored.enabled,
    state: runner.state,
    error: runner.error?.message ?? null,
    nextAttemptAt: iso(runner.nextAttemptMs),
    liveSince: iso(runner.liveSinceMs),
    format: runner.format ?? null,
    skipped: runner.skipped,
    createdAt: stored.createdAt,
  }
}
