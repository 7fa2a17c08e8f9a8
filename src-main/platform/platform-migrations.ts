import { sql } from 'kysely'
import type { Migration } from './storage/migrations.ts'

/** The tables of the platform: identity, settings, audit. */
export const platformMigrations: readonly Migration[] = [
  {
    name: 'platform/0001-identity-settings-audit',
    up: async (database) => {
      await sql`CREATE TABLE tokens (
        id TEXT PRIMARY KEY, label TEXT NOT NULL, role TEXT NOT NULL, hash TEXT NOT NULL UNIQUE,
        created_at TEXT NOT NULL, expires_at TEXT, revoked_at TEXT, last_used_at TEXT) STRICT`.execute(database)
      await sql`CREATE TABLE browser_sessions (
        hash TEXT PRIMARY KEY, principal TEXT NOT NULL, role TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT NOT NULL) STRICT`.execute(
        database,
      )
      await sql`CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT`.execute(database)
      await sql`CREATE TABLE audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, kind TEXT NOT NULL, message TEXT NOT NULL, stream_id TEXT, stream_name TEXT,
        session_id TEXT, remote_address TEXT, actor TEXT, code TEXT, data TEXT) STRICT`.execute(database)
      await sql`CREATE INDEX audit_stream ON audit (stream_id, id)`.execute(database)
      await sql`CREATE INDEX audit_kind ON audit (kind, id)`.execute(database)
    },
  },
]
