import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'
import { type Kysely, sql } from 'kysely'
import Value from 'typebox/value'
import type { Migration } from '../../platform/storage/migrations.ts'
import { type NodeFacts, NodeFactsSchema } from './node-report.ts'
import type { SeriesChunk } from './traffic-series.ts'
import type { HourShares } from './traffic-shares.ts'

const [pack, unpack] = [promisify(deflateRaw), promisify(inflateRaw)]

/** The table of figures. */
export const trafficMigrations: readonly Migration[] = [
  {
    name: 'network/0003-traffic',
    up: async (database) => {
      await sql`CREATE TABLE network_traffic (
        kind TEXT NOT NULL, node TEXT NOT NULL, at INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (kind, node, at)
      ) STRICT, WITHOUT ROWID`.execute(database)
      await sql`CREATE INDEX network_traffic_at ON network_traffic (kind, at)`.execute(database)
    },
  },
]

interface TrafficTables {
  network_traffic: { kind: string; node: string; at: number; data: Uint8Array }
}

/** `fine` and `coarse` are steps of time, `shares` are names of an hour. */
export type SeriesKind = 'fine' | 'coarse'

export interface StoredShares {
  readonly node: string
  readonly startMs: number
  read(): HourShares
}

export interface TrafficStore {
  chunks(kind: SeriesKind, fromMs: number, max: number): Promise<readonly SeriesChunk[]>
  saveChunk(kind: SeriesKind, chunk: SeriesChunk): Promise<void>
  /** Hours that start in this time, the newest first. `read` makes one of its text: many at once would hold up everything else. */
  shares(fromMs: number, toMs: number, max: number): Promise<readonly StoredShares[]>
  saveShares(node: string, startMs: number, shares: HourShares): Promise<void>
  /** What was known last of each node. */
  facts(): Promise<ReadonlyMap<string, NodeFacts>>
  saveFacts(node: string, facts: NodeFacts): Promise<void>
  /** Deletes what starts before, and of more than `maxRows` the oldest. */
  trim(kind: SeriesKind | 'shares', beforeMs: number, maxRows: number): Promise<void>
}

/** Nodes of which something is known. */
const maxNodes = 2000
/** Rows are bounded, and so is what one can grow to: a file that somebody changed fills no memory. */
const maxChunkBytes = 2 ** 20

// biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
export function createTrafficStore(database: Kysely<any>): TrafficStore {
  const tables = database as Kysely<TrafficTables>
  const save = async (kind: string, node: string, at: number, data: Uint8Array): Promise<void> => {
    await tables
      .insertInto('network_traffic')
      .values({ kind, node, at, data })
      .onConflict((conflict) => conflict.columns(['kind', 'node', 'at']).doUpdateSet({ data }))
      .execute()
  }
  const rows = (kind: string, fromMs: number, toMs: number, max: number) =>
    tables
      .selectFrom('network_traffic')
      .select(['node', 'at', 'data'])
      .where('kind', '=', kind)
      .where('at', '>=', fromMs)
      .where('at', '<', toMs)
      .orderBy('at', 'desc')
      .limit(max)
      .execute()
  return {
    async chunks(kind, fromMs, max) {
      const chunks: SeriesChunk[] = []
      for (const { node, at, data } of await rows(kind, fromMs, Number.MAX_SAFE_INTEGER, max)) {
        const bytes = await unpack(data, { maxOutputLength: maxChunkBytes }).catch(() => Buffer.alloc(0))
        chunks.push({ node, startMs: at, values: new Float32Array(Uint8Array.from(bytes).buffer.slice(0, bytes.length & ~3)) })
      }
      return chunks
    },
    async saveChunk(kind, { node, startMs, values }) {
      await save(kind, node, startMs, await pack(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), { level: 1 }))
    },
    async shares(fromMs, toMs, max) {
      const found = await rows('shares', fromMs, toMs, max)
      return found.map(({ node, at, data }) => ({ node, startMs: at, read: () => JSON.parse(Buffer.from(data).toString()) as HourShares }))
    },
    async saveShares(node, startMs, shares) {
      await save('shares', node, startMs, Buffer.from(JSON.stringify(shares)))
    },
    async facts() {
      const found = await rows('facts', 0, 1, maxNodes)
      return new Map(
        found.flatMap(({ node, data }) => {
          const facts: unknown = JSON.parse(Buffer.from(data).toString())
          return Value.Check(NodeFactsSchema, facts) ? [[node, facts] as const] : []
        }),
      )
    },
    async saveFacts(node, facts) {
      await save('facts', node, 0, Buffer.from(JSON.stringify(facts)))
    },
    async trim(kind, beforeMs, maxRows) {
      await tables.deleteFrom('network_traffic').where('kind', '=', kind).where('at', '<', beforeMs).execute()
      const last = await tables
        .selectFrom('network_traffic')
        .select('at')
        .where('kind', '=', kind)
        .orderBy('at', 'desc')
        .offset(maxRows)
        .limit(1)
        .executeTakeFirst()
      if (last !== undefined) await tables.deleteFrom('network_traffic').where('kind', '=', kind).where('at', '<=', last.at).execute()
    },
  }
}
