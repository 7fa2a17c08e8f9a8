import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import { AppError } from '../errors.ts'
import type { Principal, Role } from '../routes/principal.ts'
import type { WriteQueue } from '../storage/write-queue.ts'
import { hashSecret, newSecret } from './secrets.ts'

export interface Token {
  readonly id: string
  readonly label: string
  readonly role: Role
  readonly createdAt: string
  readonly expiresAt: string | null
  readonly revokedAt: string | null
  readonly lastUsedAt: string | null
}

interface TokenRow {
  id: string
  label: string
  role: string
  hash: string
  created_at: string
  expires_at: string | null
  revoked_at: string | null
  last_used_at: string | null
}

export interface TokenStore {
  list(): readonly Token[]
  /** The secret is given out this once. */
  create(label: string, role: Role, expiresAt?: string | null): { token: Token; secret: string }
  /** Throws `token.not_found`. */
  revoke(id: string): Token
  /** Who bears this secret; undefined where it is unknown, expired or revoked. */
  verify(secret: string): Principal | undefined
  /** True while the token that a principal came from may still be used. */
  stands(principalId: string): boolean
  /** A secret that lives as long as this run, for the command line on this machine. */
  issueRuntimeSecret(): string
}

const usedResolutionMs = 60_000

/** Scoped, revocable tokens: read once, kept in memory, written behind. */
export async function createTokenStore(
  database: Kysely<{ tokens: TokenRow }>,
  writes: WriteQueue,
  now: () => number = Date.now,
): Promise<TokenStore> {
  const byHash = new Map<string, TokenRow>()
  const byId = new Map<string, TokenRow>()
  const runtimeHashes = new Set<string>()
  for (const row of await database.selectFrom('tokens').selectAll().orderBy('created_at').execute()) {
    byHash.set(row.hash, row)
    byId.set(row.id, row)
  }
  const usable = (row: TokenRow): boolean => row.revoked_at === null && (row.expires_at === null || Date.parse(row.expires_at) > now())

  return {
    list: () => [...byId.values()].map(toToken),
    create(label, role, expiresAt = null) {
      const secret = newSecret('st_')
      const row: TokenRow = {
        id: randomUUID(),
        label,
        role,
        hash: hashSecret(secret),
        created_at: new Date(now()).toISOString(),
        expires_at: expiresAt,
        revoked_at: null,
        last_used_at: null,
      }
      byHash.set(row.hash, row)
      byId.set(row.id, row)
      const stored = { ...row }
      writes.enqueue('keep a token', async () => void (await database.insertInto('tokens').values(stored).execute()))
      return { token: toToken(row), secret }
    },
    revoke(id) {
      const row = byId.get(id)
      if (!row) throw new AppError('token.not_found')
      row.revoked_at ??= new Date(now()).toISOString()
      const revokedAt = row.revoked_at
      writes.enqueue(
        'revoke a token',
        async () => void (await database.updateTable('tokens').set({ revoked_at: revokedAt }).where('id', '=', id).execute()),
      )
      return toToken(row)
    },
    verify(secret) {
      const hash = hashSecret(secret)
      if (runtimeHashes.has(hash)) return { id: 'cli', role: 'admin' }
      const row = byHash.get(hash)
      if (!row || !usable(row)) return undefined
      if (row.last_used_at === null || now() - Date.parse(row.last_used_at) > usedResolutionMs) {
        const usedAt = new Date(now()).toISOString()
        row.last_used_at = usedAt
        writes.enqueue(
          'note the use of a token',
          async () => void (await database.updateTable('tokens').set({ last_used_at: usedAt }).where('id', '=', row.id).execute()),
        )
      }
      return { id: `token:${row.id}`, role: row.role as Role }
    },
    stands(principalId) {
      if (!principalId.startsWith('token:')) return true
      const row = byId.get(principalId.slice(6))
      return row !== undefined && usable(row)
    },
    issueRuntimeSecret() {
      const secret = newSecret('st_run_')
      runtimeHashes.add(hashSecret(secret))
      return secret
    },
  }
}

function toToken(row: TokenRow): Token {
  return {
    id: row.id,
    label: row.label,
    role: row.role as Role,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
  }
}
