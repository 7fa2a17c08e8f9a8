import { createHash } from 'node:crypto'
import type { AuditLog } from '../../platform/audit.ts'
import { AppError, type ErrorCode } from '../../platform/errors.ts'
import type { EventBus } from '../../platform/events.ts'
import { randomText } from '../../platform/random-id.ts'
import type { Writes } from '../live-database.ts'
import type { StreamKey } from '../schemas.ts'
import { type KeyLimitsChange, noLimits, type OnOverLimit } from './key-limits.ts'
import type { KeyStore } from './key-store.ts'

/** 32 characters of 5 random bits are 160 bits. */
const SECRET_LENGTH = 32
const HINT_LENGTH = 7

export interface StreamKeysNeeds {
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
  readonly limits?: KeyLimitsChange
  readonly onOverLimit?: OnOverLimit
}

export interface KeyChanges {
  readonly label?: string
  readonly enabled?: boolean
  readonly role?: StreamKey['role']
  readonly onSecondPublisher?: StreamKey['onSecondPublisher']
  readonly sameAddressOnly?: boolean
  /** Those that are named change. */
  readonly limits?: KeyLimitsChange
  readonly onOverLimit?: OnOverLimit
}

/** A key and its secret, which is told this once. */
export interface IssuedKey {
  readonly key: StreamKey
  readonly secret: string
}

interface Held {
  key: StreamKey
  hash: string
  /** Kept in memory alone: the host's own key for its test stream and its UDP inputs. */
  readonly internal: boolean
}

/**
 * What is kept of a key: its SHA-256. A key has 160 random bits, so nobody can try them all and a slow password hash would
 * add nothing but a way to keep the host busy; and looking a hash up in a map tells a listener nothing about the key.
 */
function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** The stream keys: who may publish to which stream. */
export class StreamKeys {
  readonly #needs: StreamKeysNeeds
  readonly #byId = new Map<string, Held>()
  readonly #byHash = new Map<string, Held>()
  readonly #listeners = new Set<(key: StreamKey, reason: ErrorCode) => void>()
  readonly #changeListeners = new Set<(key: StreamKey) => void>()

  private constructor(needs: StreamKeysNeeds) {
    this.#needs = needs
  }

  /** Reads the keys from the store. */
  static async open(needs: StreamKeysNeeds): Promise<StreamKeys> {
    const keys = new StreamKeys(needs)
    for (const { key, hash } of await needs.store.all()) keys.#hold({ key, hash, internal: false })
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
    for (const held of this.#byId.values()) if (!held.internal) keys.push(held.key)
    return keys
  }

  /** A key by id. Throws `key.not_found`. */
  get(id: string): StreamKey {
    return this.#held(id).key
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
    await this.#needs.store.save({ key: issued.key, hash: hashOf(issued.secret) })
    this.#hold({ key: issued.key, hash: hashOf(issued.secret), internal: false })
    this.#tell('created', issued.key, actor, `key ${issued.key.hint}… for stream ${issued.key.stream} was made`)
    return issued
  }

  /** A key for the host's own use: in memory alone, not listed, gone with `dispose`. */
  createInternal(stream: string): IssuedKey & { dispose: () => void } {
    const issued = this.#issue({ stream, label: 'test stream', onSecondPublisher: 'refuse' })
    const held: Held = { key: issued.key, hash: hashOf(issued.secret), internal: true }
    this.#hold(held)
    return {
      ...issued,
      dispose: () => {
        this.#byHash.delete(held.hash)
        this.#byId.delete(held.key.id)
      },
    }
  }

  /** Renames, enables, disables. A publisher that is live on a disabled key is withdrawn. */
  async change(id: string, changes: KeyChanges, actor: string): Promise<StreamKey> {
    const held = this.#listed(id)
    const key: StreamKey = { ...held.key, ...changes, limits: { ...held.key.limits, ...changes.limits } }
    await this.#needs.store.save({ key, hash: held.hash })
    const disabled = held.key.enabled && !key.enabled
    held.key = key
    this.#tell('updated', key, actor, `key ${key.hint}… was changed`)
    for (const listener of this.#changeListeners) listener(key)
    if (disabled) this.#withdraw(key, 'publish.key_disabled')
    return key
  }

  /** A new secret: the old one is refused from now on, the publisher that runs may go on. */
  async rotate(id: string, actor: string): Promise<IssuedKey> {
    const held = this.#listed(id)
    if (held.key.revokedAt !== null) throw new AppError('request.conflict', 'A revoked key cannot be rotated')
    const secret = newSecret()
    const hash = hashOf(secret)
    const key: StreamKey = { ...held.key, hint: secret.slice(0, HINT_LENGTH), rotatedAt: this.#time() }
    await this.#needs.store.save({ key, hash })
    this.#byHash.delete(held.hash)
    held.key = key
    held.hash = hash
    this.#byHash.set(hash, held)
    this.#tell('updated', key, actor, `key ${key.hint}… for stream ${key.stream} was rotated`)
    return { key, secret }
  }

  /** Ends a key for good; it stays in the list, marked. */
  async revoke(id: string, actor: string): Promise<StreamKey> {
    const held = this.#listed(id)
    if (held.key.revokedAt !== null) return held.key
    const key: StreamKey = { ...held.key, enabled: false, revokedAt: this.#time() }
    await this.#needs.store.save({ key, hash: held.hash })
    held.key = key
    this.#tell('revoked', key, actor, `key ${key.hint}… for stream ${key.stream} was revoked`)
    this.#withdraw(key, 'publish.key_revoked')
    return key
  }

  /** The key that a secret belongs to, good or not. The work is the same for every text. */
  find(secret: string): StreamKey | undefined {
    return this.#byHash.get(hashOf(secret))?.key
  }

  /** Notes that a publisher was let in with it. */
  used(id: string): void {
    const held = this.#byId.get(id)
    if (held === undefined || held.internal) return
    held.key = { ...held.key, lastUsedAt: this.#time() }
    this.#needs.writes.enqueue('note the use of a key', () => this.#needs.store.save({ key: held.key, hash: held.hash }))
    this.#needs.events.publish('key.updated', held.key)
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
        limits: { ...noLimits, ...request.limits },
        onOverLimit: request.onOverLimit ?? 'refuse',
        createdAt: this.#time(),
        rotatedAt: null,
        revokedAt: null,
        lastUsedAt: null,
      },
    }
  }

  #hold(held: Held): void {
    this.#byId.set(held.key.id, held)
    this.#byHash.set(held.hash, held)
  }

  #held(id: string): Held {
    const held = this.#byId.get(id)
    if (held === undefined) throw new AppError('key.not_found')
    return held
  }

  #listed(id: string): Held {
    const held = this.#held(id)
    if (held.internal) throw new AppError('key.not_found')
    return held
  }

  #withdraw(key: StreamKey, reason: ErrorCode): void {
    for (const listener of this.#listeners) listener(key, reason)
  }

  #tell(what: 'created' | 'updated' | 'revoked', key: StreamKey, actor: string, message: string): void {
    this.#needs.events.publish(`key.${what}`, key)
    this.#needs.audit.record({ kind: 'command', message, streamName: key.stream, actor, data: { keyId: key.id } })
  }

  #time(): string {
    return new Date(this.#needs.now()).toISOString()
  }
}

function newSecret(): string {
  return `sk_${randomText(SECRET_LENGTH)}`
}
