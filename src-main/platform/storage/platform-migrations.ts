import { sql } from 'kysely'
import type { Migration } from './migrations.ts'

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
  {
    name: 'platform/0002-browser-sessions-by-id',
    up: async (database) => {
      await sql`ALTER TABLE browser_sessions RENAME TO old_browser_sessions`.execute(database)
      await sql`CREATE TABLE browser_sessions (
        hash TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, principal TEXT NOT NULL, role TEXT NOT NULL, created_at TEXT NOT NULL,
        expires_at TEXT NOT NULL, last_used_at TEXT NOT NULL, user_agent TEXT NOT NULL, remote_address TEXT NOT NULL) STRICT`.execute(
        database,
      )
      await sql`INSERT INTO browser_sessions
        SELECT hash, lower(hex(randomblob(6))), principal, role, created_at, expires_at, created_at, '', '' FROM old_browser_sessions`.execute(
        database,
      )
      await sql`UPDATE browser_sessions SET principal = 'link:' || id WHERE principal = 'link'`.execute(database)
      await sql`DROP TABLE old_browser_sessions`.execute(database)
    },
  },
  {
    name: 'platform/0003-audit-subjects',
    up: async (database) => {
      await sql`ALTER TABLE audit ADD COLUMN about TEXT NOT NULL DEFAULT 'viewers'`.execute(database)
      await sql`UPDATE audit SET about = 'administration' WHERE actor IS NOT NULL OR kind = 'command'`.execute(database)
      await sql`UPDATE audit SET about = 'streams' WHERE about = 'viewers' AND
        (kind = 'publish' OR (kind NOT IN ('connect', 'disconnect', 'quality') AND remote_address IS NULL))`.execute(database)
      await sql`CREATE INDEX audit_about ON audit (about, id)`.execute(database)
    },
  },
]
