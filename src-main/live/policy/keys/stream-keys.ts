import { createHash } from 'node:crypto'
import type { AuditLog } from '../../../platform/audit.ts'
import { AppError, type ErrorCode } from '../../../platform/errors.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import { randomText } from '../../../platform/random-id.ts'
import { type KeyLimitsChange, noLimits, type OnOverLimit } from '../../key-limits.ts'
import type { Writes } from '../../live-database.ts'
import type { StreamKey } from '../../schemas.ts'
import type { KeyStore } from './key-store.ts'

/** 32 characters of 5 random bits are 160 bits. */
const SECRET_LENGTH = 32
const HINT_LENGTH = 7
/** Encoders that are stopped to change a setting are started again within a few seconds. */
const defaultRestartWindowMs = 10_000

export interface StreamKeysDependencies {
  readonly store: KeyStore
  readonly writes: Writes
  readonly events: EventBus
  readonly audit: AuditLog
  /** ms since 1970. */
  readonly now: () => number
}

export interface NewKey {
  readonly stream: string
  readonly label?: string
  readonly role?: StreamKey['role']
  readonly onSecondPublisher?: StreamKey['onSecondPublisher']
  readonly sameAddressOnly?: boolean
  readonly restartWindowMs?: number
  readonly limits?: KeyLimitsChange
  readonly onOverLimit?: OnOverLimit
}

export interface KeyChanges {
  readonly label?: string
  readonly enabled?: boolean
  readonly role?: StreamKey['role']
  readonly onSecondPublisher?: StreamKey['onSecondPublisher']
  readonly sameAddressOnly?: boolean
  readonly restartWindowMs?: number
  /** Those that are named change. */
  readonly limits?: KeyLimitsChange
  readonly onOverLimit?: OnOverLimit
}

/** A key and its secret, which is returned only this once. */
export interface IssuedKey {
  readonly key: StreamKey
  readonly secret: string
}

interface Kept {
  key: StreamKey
  hash: string
  /** Kept in memory alone: the host's own key for its test stream and its UDP inputs. */
  readonly internal: boolean
}

/**
 * Only the SHA-256 of a key is stored. A key has 160 random bits, so brute force is impossible, and a slow password hash would only be a
 * way to keep the host busy. The timing of a look-up by hash says nothing about the key.
 */
function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** The stream keys: who may publish to which stream. */
export class StreamKeys {
  readonly #dependencies: StreamKeysDependencies
  readonly #byId = new Map<string, Kept>()
  readonly #byHash = new Map<string, Kept>()
  readonly #listeners = new Set<(key: StreamKey, reason: ErrorCode) => void>()
  readonly #changeListeners = new Set<(key: StreamKey) => void>()

  private constructor(dependencies: StreamKeysDependencies) {
    this.#dependencies = dependencies
  }

  /** Reads the keys from the store. */
  static async open(dependencies: StreamKeysDependencies): Promise<StreamKeys> {
    const keys = new StreamKeys(dependencies)
    for (const { key, hash } of await dependencies.store.all()) keys.#hold({ key, hash, internal: false })
    return keys
  }

  /** Calls back when a key stops being good for a publisher that is live with it. Returns the way to stop. */
  onWithdrawn(listener: (key: StreamKey, reason: ErrorCode) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Calls back when a key's rules have changed. Returns the way to stop. */
  onChanged(listener: (key: StreamKey) => void): () => void {
    this.#changeListeners.add(listener)
    return () => this.#changeListeners.delete(listener)
  }

  /** Every key but the host's own, oldest first; revoked ones too. */
  list(): readonly StreamKey[] {
    const keys: StreamKey[] = []
    for (const kept of this.#byId.values()) if (!kept.internal) keys.push(kept.key)
    return keys
  }

  /** A key by id. Throws `key.not_found`. */
  get(id: string): StreamKey {
    return this.#kept(id).key
  }

  /** True for a key that the host made for itself: its test stream, or an input that an operator set up. */
  isInternal(id: string): boolean {
    return this.#byId.get(id)?.internal === true
  }

  /** True where an encoder could publish to the stream with a key that somebody has. */
  hasUsable(stream: string): boolean {
    for (const { key, internal } of this.#byId.values()) {
      if (!internal && key.stream === stream && key.enabled && key.revokedAt === null) return true
    }
    return false
  }

  /** Makes a key. Rejects with `storage.*` where it cannot be kept. */
  async create(request: NewKey, actor: string): Promise<IssuedKey> {
    const issued = this.#issue(request)
    await this.#dependencies.store.save({ key: issued.key, hash: hashOf(issued.secret) })
    this.#hold({ key: issued.key, hash: hashOf(issued.secret), internal: false })
    this.#notify('created', issued.key, actor, `key ${issued.key.hint}… for stream ${issued.key.stream} was created`)
    return issued
  }

  /** A key for the host's own use: in memory alone, not listed, gone with `dispose`. */
  createInternal(stream: string): IssuedKey & { dispose: () => void } {
    const issued = this.#issue({ stream, label: 'test stream', onSecondPublisher: 'refuse', restartWindowMs: 0 })
    const kept: Kept = { key: issued.key, hash: hashOf(issued.secret), internal: true }
    this.#hold(kept)
    return {
      ...issued,
      dispose: () => {
        this.#byHash.delete(kept.hash)
        this.#byId.delete(kept.key.id)
      },
    }
  }

  /** Renames, enables, disables. A publisher that is live on a disabled key is withdrawn. */
  async change(id: string, changes: KeyChanges, actor: string): Promise<StreamKey> {
    const kept = this.#listed(id)
    const key: StreamKey = { ...kept.key, ...changes, limits: { ...kept.key.limits, ...changes.limits } }
    await this.#dependencies.store.save({ key, hash: kept.hash })
    const disabled = kept.key.enabled && !key.enabled
    kept.key = key
    this.#notify('updated', key, actor, `key ${key.hint}… was changed`)
    for (const listener of this.#changeListeners) listener(key)
    if (disabled) this.#withdraw(key, 'publish.key_disabled')
    return key
  }

  /** A new secret: the old one is rejected from now on, the publisher that runs may go on. */
  async rotate(id: string, actor: string): Promise<IssuedKey> {
    const kept = this.#listed(id)
    if (kept.key.revokedAt !== null) throw new AppError('request.conflict', 'A revoked key cannot be rotated')
    const secret = newSecret()
    const hash = hashOf(secret)
    const key: StreamKey = { ...kept.key, hint: secret.slice(0, HINT_LENGTH), rotatedAt: this.#time() }
    await this.#dependencies.store.save({ key, hash })
    this.#byHash.delete(kept.hash)
    kept.key = key
    kept.hash = hash
    this.#byHash.set(hash, kept)
    this.#notify('updated', key, actor, `key ${key.hint}… for stream ${key.stream} was rotated`)
    return { key, secret }
  }

  /** Ends a key for good; it stays in the list, marked. */
  async revoke(id: string, actor: string): Promise<StreamKey> {
    const kept = this.#listed(id)
    if (kept.key.revokedAt !== null) return kept.key
    const key: StreamKey = { ...kept.key, enabled: false, revokedAt: this.#time() }
    await this.#dependencies.store.save({ key, hash: kept.hash })
    kept.key = key
    this.#notify('revoked', key, actor, `key ${key.hint}… for stream ${key.stream} was revoked`)
    this.#withdraw(key, 'publish.key_revoked')
    return key
  }

  /** The key that a secret belongs to, good or not. The work is the same for every text. */
  find(secret: string): StreamKey | undefined {
    return this.#byHash.get(hashOf(secret))?.key
  }

  /** Notes that a publisher was accepted with it. */
  used(id: string): void {
    const kept = this.#byId.get(id)
    if (kept === undefined || kept.internal) return
    kept.key = { ...kept.key, lastUsedAt: this.#time() }
    this.#dependencies.writes.enqueue('note the use of a key', () => this.#dependencies.store.save({ key: kept.key, hash: kept.hash }))
    this.#dependencies.events.publish('key.updated', kept.key)
  }

  #issue(request: NewKey): IssuedKey {
    const secret = newSecret()
    return {
      secret,
      key: {
        id: `key_${randomText(12)}`,
        label: request.label ?? request.stream,
        stream: request.stream,
        hint: secret.slice(0, HINT_LENGTH),
        enabled: true,
        role: request.role ?? 'primary',
        onSecondPublisher: request.onSecondPublisher ?? 'refuse',
        sameAddressOnly: request.sameAddressOnly ?? false,
        restartWindowMs: request.restartWindowMs ?? defaultRestartWindowMs,
        limits: { ...noLimits, ...request.limits },
        onOverLimit: request.onOverLimit ?? 'refuse',
        createdAt: this.#time(),
        rotatedAt: null,
        revokedAt: null,
        lastUsedAt: null,
      },
    }
  }

  #hold(kept: Kept): void {
    this.#byId.set(kept.key.id, kept)
    this.#byHash.set(kept.hash, kept)
  }

  #kept(id: string): Kept {
    const kept = this.#byId.get(id)
    if (kept === undefined) throw new AppError('key.not_found')
    return kept
  }

  #listed(id: string): Kept {
    const kept = this.#kept(id)
    if (kept.internal) throw new AppError('key.not_found')
    return kept
  }

  #withdraw(key: StreamKey, reason: ErrorCode): void {
    for (const listener of this.#listeners) listener(key, reason)
  }

  #notify(what: 'created' | 'updated' | 'revoked', key: StreamKey, actor: string, message: string): void {
    this.#dependencies.events.publish(`key.${what}`, key)
    this.#dependencies.audit.record({ kind: 'command', message, streamName: key.stream, actor, data: { keyId: key.id } })
  }

  #time(): string {
    return new Date(this.#dependencies.now()).toISOString()
  }
}

function newSecret(): string {
  return `sk_${randomText(SECRET_LENGTH)}`
}
