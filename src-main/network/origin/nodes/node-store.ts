import { type Kysely, sql } from 'kysely'

/** A node as it is kept. */
export interface StoredNode {
  readonly id: string
  readonly name: string
  readonly enabled: boolean
  /** Base URL that viewers reach it by; null: viewers are not sent there. */
  readonly publicUrl: string | null
  /** It gets no new viewers, and players there move to other nodes. */
  readonly draining: boolean
  /** Group that its configuration comes from. */
  readonly group: string | null
  readonly labels: readonly string[]
  /** Ed25519, SPKI in base64. */
  readonly publicKey: string
  /** The key that takes its place once the node has used it. */
  readonly nextPublicKey: string | null
  /** SHA-256 of the secret with which it names the clients of requests that it hands on. */
  readonly forwardHash: string
  /** ISO 8601. */
  readonly createdAt: string
}

interface NodeTables {
  network_node: { id: string; public_key: string; forward_hash: string; created_at: string; node: string }
  network_join_token: { hash: string; expires_at: string }
}

export interface NodeStore {
  /** In the order they joined. */
  all(): Promise<readonly StoredNode[]>
  /** Resolves when it is on disk. */
  save(node: StoredNode): Promise<void>
  remove(id: string): Promise<void>
  addToken(hash: string, expiresAt: string): Promise<void>
  /** How many join tokens are valid at a time, ISO 8601; those that have expired are deleted. */
  countTokens(now: string): Promise<number>
  /** Deletes all join tokens. Resolves to how many there were. */
  deleteTokens(): Promise<number>
  /** Deletes a join token. Resolves to when it expires where it was there and is valid: of any number of calls at once only one gets that. */
  takeToken(hash: string, now: string): Promise<string | undefined>
}

// biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
export function createNodeStore(database: Kysely<any>): NodeStore {
  const tables = database as Kysely<NodeTables>
  return {
    async all() {
      const rows = await tables.selectFrom('network_node').selectAll().orderBy(sql`rowid`).execute()
      return rows.map((row) => ({
        // what nodes of older versions have not
        ...{ publicUrl: null, draining: false, group: null, labels: [], nextPublicKey: null },
        ...(JSON.parse(row.node) as Omit<StoredNode, 'id' | 'publicKey' | 'forwardHash' | 'createdAt'>),
        id: row.id,
        publicKey: row.public_key,
        forwardHash: row.forward_hash,
        createdAt: row.created_at,
      }))
    },
    async save({ id, publicKey, forwardHash, createdAt, ...changeable }) {
      const node = JSON.stringify(changeable)
      await tables
        .insertInto('network_node')
        .values({ id, public_key: publicKey, forward_hash: forwardHash, created_at: createdAt, node })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ node, public_key: publicKey, forward_hash: forwardHash }))
        .execute()
    },
    async remove(id) {
      await tables.deleteFrom('network_node').where('id', '=', id).execute()
    },
    async addToken(hash, expiresAt) {
      await tables.insertInto('network_join_token').values({ hash, expires_at: expiresAt }).execute()
    },
    async countTokens(now) {
      await tables.deleteFrom('network_join_token').where('expires_at', '<=', now).execute()
      const { count } = await tables
        .selectFrom('network_join_token')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      return Number(count)
    },
    async deleteTokens() {
      const { numDeletedRows } = await tables.deleteFrom('network_join_token').executeTakeFirst()
      return Number(numDeletedRows)
    },
    async takeToken(hash, now) {
      const taken = await tables.deleteFrom('network_join_token').where('hash', '=', hash).returning('expires_at').executeTakeFirst()
      return taken !== undefined && taken.expires_at > now ? taken.expires_at : undefined
    },
  }
}
