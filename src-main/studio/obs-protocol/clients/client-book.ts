import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import { authenticationOf } from '../../../formats/obs-websocket/authentication.ts'
import { AppError } from '../../../platform/errors.ts'
import type { SecretBox } from '../../../platform/identity/secret-box.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { StateStore } from '../../control/state-store.ts'
import type { ProtocolClient, ProtocolRight } from './client-schemas.ts'

const maxClients = 64
/** How exact `lastUsedAt` is, ms: it is written no more often. */
const usedResolutionMs = 60_000

interface KeptClient extends ProtocolClient {
  readonly encryptedPassword: string
}

export interface ClientBookDependencies {
  readonly store: StateStore
  readonly secrets: SecretBox
  readonly log: Pick<Logger, 'warn'>
}

const key = 'obs-protocol clients'

/**
 * The programs that may connect. The protocol's challenge is answered with the password itself hashed in, so that passwords are kept
 * encrypted, not hashed, and open in memory while the host runs.
 */
export class ClientBook {
  readonly #dependencies: ClientBookDependencies
  readonly #clients = new Map<string, { client: KeptClient; readonly password: string }>()

  constructor(dependencies: ClientBookDependencies) {
    this.#dependencies = dependencies
    for (const client of (dependencies.store.get(key) as readonly KeptClient[] | undefined) ?? []) {
      try {
        this.#clients.set(client.id, { client, password: dependencies.secrets.open(client.encryptedPassword) })
      } catch (error) {
        dependencies.log.warn({ err: error, client: client.name }, 'the password of an OBS protocol client cannot be decrypted')
      }
    }
  }

  list(): readonly ProtocolClient[] {
    return [...this.#clients.values()].map(({ client: { encryptedPassword: _, ...client } }) => client)
  }

  /** The password is given out this once. Throws `obs.client_limit`. */
  create(name: string, right: ProtocolRight): { readonly client: ProtocolClient; readonly password: string } {
    if (this.#clients.size >= maxClients) throw new AppError('obs.client_limit')
    // Typed by people into other programs: letters and digits alone, 155 bits.
    const password = passwordOf(randomBytes(31))
    const client: ProtocolClient = { id: randomUUID(), name, right, createdAt: new Date().toISOString(), lastUsedAt: null }
    this.#clients.set(client.id, { client: { ...client, encryptedPassword: this.#dependencies.secrets.encrypt(password) }, password })
    this.#keep()
    return { client, password }
  }

  /** Throws `obs.client_unknown`. */
  change(id: string, changes: Partial<Pick<ProtocolClient, 'name' | 'right'>>): ProtocolClient {
    const entry = this.#entry(id)
    entry.client = { ...entry.client, ...changes }
    this.#keep()
    const { encryptedPassword: _, ...client } = entry.client
    return client
  }

  /** Throws `obs.client_unknown`. */
  remove(id: string): ProtocolClient {
    const { client } = this.#entry(id)
    this.#clients.delete(id)
    this.#keep()
    return client
  }

  /** Whose password answers the challenge. Every password is tried, so that the time says nothing about which one it is. */
  find(answer: string, challenge: { readonly salt: string; readonly challenge: string }): ProtocolClient | undefined {
    let found: string | undefined
    const given = Buffer.from(answer, 'utf8')
    for (const [id, { password }] of this.#clients) {
      const expected = Buffer.from(authenticationOf(password, challenge), 'utf8')
      if (given.length === expected.length && timingSafeEqual(given, expected)) found = id
    }
    if (found === undefined) return undefined
    this.#used(found)
    return this.#entry(found).client
  }

  #used(id: string): void {
    const entry = this.#entry(id)
    const now = Date.now()
    if (entry.client.lastUsedAt !== null && now - Date.parse(entry.client.lastUsedAt) < usedResolutionMs) return
    entry.client = { ...entry.client, lastUsedAt: new Date(now).toISOString() }
    this.#keep()
  }

  #entry(id: string): { client: KeptClient; readonly password: string } {
    const entry = this.#clients.get(id)
    if (entry === undefined) throw new AppError('obs.client_unknown')
    return entry
  }

  #keep(): void {
    this.#dependencies.store.set(
      key,
      [...this.#clients.values()].map(({ client }) => client),
    )
  }
}

const letters = 'abcdefghijkmnopqrstuvwxyz0123456'

/** Five bits of each byte as a character. */
function passwordOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => letters[byte & 31]).join('')
}
