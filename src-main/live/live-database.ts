import type { Kysely } from 'kysely'

/** Row of table `stream`; times are ISO 8601. */
export interface StreamRow {
  id: string
  name: string
  title: string
  state: string
  error_code: string | null
  error_message: string | null
  demo: number
  created_at: string
  started_at: string | null
  ended_at: string | null
}

/** Row of table `stream_key`; `hash` is the SHA-256 of the key in hexadecimal. */
export interface StreamKeyRow {
  id: string
  stream: string
  label: string
  hash: string
  hint: string
  enabled: number
  on_second_publisher: string
  /** JSON of the key's limits. */
  limits: string
  on_over_limit: string
  created_at: string
  rotated_at: string | null
  revoked_at: string | null
  last_used_at: string | null
}

export interface LiveTables {
  stream: StreamRow
  stream_key: StreamKeyRow
}

export type LiveDatabase = Kysely<LiveTables>

/** Where writes go that must not hold up the program; the platform's write queue. */
export interface Writes {
  enqueue(what: string, write: () => Promise<void>): void
}
