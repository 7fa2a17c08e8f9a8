import { sql } from 'kysely'
import type { Migration } from '../platform/storage/migrations.ts'

/** The tables of the live part: streams and their keys. */
export const liveMigrations: readonly Migration[] = [
  {
    name: 'live/0001-streams-keys',
    up: async (database) => {
      await sql`CREATE TABLE stream (
        id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, title TEXT NOT NULL, state TEXT NOT NULL, error_code TEXT, error_message TEXT,
        demo INTEGER NOT NULL, created_at TEXT NOT NULL, started_at TEXT, ended_at TEXT) STRICT`.execute(database)
      await sql`CREATE TABLE stream_key (
        id TEXT PRIMARY KEY, stream TEXT NOT NULL, label TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, hint TEXT NOT NULL,
        enabled INTEGER NOT NULL, on_second_publisher TEXT NOT NULL, created_at TEXT NOT NULL, rotated_at TEXT, revoked_at TEXT,
        last_used_at TEXT) STRICT`.execute(database)
      await sql`CREATE INDEX stream_key_stream ON stream_key (stream)`.execute(database)
    },
  },
  {
    name: 'live/0002-key-limits',
    up: async (database) => {
      await sql`ALTER TABLE stream_key ADD COLUMN limits TEXT NOT NULL DEFAULT '{}'`.execute(database)
      await sql`ALTER TABLE stream_key ADD COLUMN on_over_limit TEXT NOT NULL DEFAULT 'refuse'`.execute(database)
    },
  },
  {
    name: 'live/0003-key-roles',
    up: async (database) => {
      await sql`ALTER TABLE stream_key ADD COLUMN role TEXT NOT NULL DEFAULT 'primary'`.execute(database)
      await sql`ALTER TABLE stream_key ADD COLUMN same_address_only INTEGER NOT NULL DEFAULT 0`.execute(database)
    },
  },
  {
    name: 'live/0004-slates',
    up: async (database) => {
      await sql`CREATE TABLE slate (
        id TEXT PRIMARY KEY, label TEXT NOT NULL, file TEXT NOT NULL, bytes INTEGER NOT NULL, created_at TEXT NOT NULL) STRICT`.execute(
        database,
      )
      await sql`CREATE TABLE stream_slate (stream TEXT PRIMARY KEY, slate TEXT NOT NULL, lasts TEXT NOT NULL) STRICT`.execute(database)
    },
  },
  {
    name: 'live/0010-access-hooks-alerts',
    up: async (database) => {
      await sql`CREATE TABLE access_rule (scope TEXT PRIMARY KEY, rules TEXT NOT NULL) STRICT`.execute(database)
      await sql`CREATE TABLE playback_key (
        id TEXT PRIMARY KEY, label TEXT NOT NULL, sealed TEXT, public_key TEXT, created_at TEXT NOT NULL) STRICT`.execute(database)
      await sql`CREATE TABLE hook (
        id TEXT PRIMARY KEY, created_at TEXT NOT NULL, sealed TEXT NOT NULL, settings TEXT NOT NULL) STRICT`.execute(database)
      await sql`CREATE TABLE alert_rule (id TEXT PRIMARY KEY, created_at TEXT NOT NULL, settings TEXT NOT NULL) STRICT`.execute(database)
      await sql`CREATE TABLE alert_channel (id TEXT PRIMARY KEY, created_at TEXT NOT NULL, sealed TEXT NOT NULL) STRICT`.execute(database)
    },
  },
  {
    name: 'live/0007-destinations',
    up: async (database) => {
      await sql`CREATE TABLE destination (
        id TEXT PRIMARY KEY, stream TEXT NOT NULL, label TEXT NOT NULL, template TEXT NOT NULL, url TEXT NOT NULL, sealed_key TEXT,
        key_hint TEXT, enabled INTEGER NOT NULL, rendition TEXT NOT NULL, audio_track TEXT, created_at TEXT NOT NULL) STRICT`.execute(
        database,
      )
      await sql`CREATE INDEX destination_stream ON destination (stream)`.execute(database)
    },
  },
  {
    name: 'live/0006-recording',
    up: async (database) => {
      await sql`CREATE TABLE recording (
        id TEXT PRIMARY KEY, stream_id TEXT NOT NULL, stream TEXT NOT NULL, title TEXT NOT NULL, session TEXT NOT NULL,
        number INTEGER NOT NULL, state TEXT NOT NULL, error_code TEXT, error_message TEXT, container TEXT NOT NULL,
        file_name TEXT NOT NULL, path TEXT NOT NULL, started_at TEXT NOT NULL, timeline_ms REAL NOT NULL, duration_ms REAL NOT NULL,
        bytes INTEGER NOT NULL, tracks TEXT NOT NULL, kept INTEGER NOT NULL, deleted_at TEXT, poster INTEGER NOT NULL,
        sprites INTEGER NOT NULL) STRICT`.execute(database)
      await sql`CREATE TABLE recording_rule (stream TEXT PRIMARY KEY, rule TEXT NOT NULL) STRICT`.execute(database)
    },
  },
  {
    name: 'live/0011-dvr',
    up: async (database) => {
      await sql`CREATE TABLE stream_dvr (stream TEXT PRIMARY KEY, window_ms INTEGER NOT NULL) STRICT`.execute(database)
    },
  },
  {
    name: 'live/0005-renditions',
    up: async (database) => {
      await sql`CREATE TABLE rendition_preset (id TEXT PRIMARY KEY, settings TEXT NOT NULL, created_at TEXT NOT NULL) STRICT`.execute(
        database,
      )
      await sql`CREATE TABLE rendition_choice (stream TEXT PRIMARY KEY, choice TEXT NOT NULL) STRICT`.execute(database)
    },
  },
  {
    name: 'live/0012-udp-inputs',
    up: async (database) => {
      await sql`CREATE TABLE udp_input (
        id TEXT PRIMARY KEY, stream TEXT NOT NULL, url TEXT NOT NULL, created_at TEXT NOT NULL) STRICT`.execute(database)
    },
  },
  {
    name: 'live/0011-sources',
    up: async (database) => {
      await sql`CREATE TABLE source (
        id TEXT PRIMARY KEY, stream TEXT NOT NULL UNIQUE, sealed_url TEXT NOT NULL, on_demand INTEGER NOT NULL, enabled INTEGER NOT NULL,
        created_at TEXT NOT NULL) STRICT`.execute(database)
    },
  },
  {
    name: 'live/0013-destination-kinds',
    up: async (database) => {
      await sql`ALTER TABLE destination ADD COLUMN sealed_passphrase TEXT`.execute(database)
      await sql`ALTER TABLE destination ADD COLUMN certificate TEXT NOT NULL DEFAULT 'system'`.execute(database)
      await sql`ALTER TABLE destination ADD COLUMN latency_ms INTEGER`.execute(database)
    },
  },
  {
    name: 'live/0014-clips',
    up: async (database) => {
      await sql`CREATE TABLE clip (id TEXT PRIMARY KEY, created_at TEXT NOT NULL, clip TEXT NOT NULL) STRICT`.execute(database)
    },
  },
  {
    name: 'live/0008-viewers',
    up: async (database) => {
      await sql`CREATE TABLE viewer_run (
        id TEXT PRIMARY KEY, stream TEXT NOT NULL, started_at TEXT NOT NULL, run TEXT NOT NULL) STRICT`.execute(database)
      await sql`CREATE INDEX viewer_run_stream ON viewer_run (stream, started_at)`.execute(database)
      await sql`CREATE TABLE viewer_session (
        id TEXT PRIMARY KEY, stream TEXT NOT NULL, run TEXT NOT NULL, ended_at TEXT NOT NULL, session TEXT NOT NULL) STRICT`.execute(
        database,
      )
      await sql`CREATE INDEX viewer_session_stream ON viewer_session (stream, ended_at)`.execute(database)
      await sql`CREATE INDEX viewer_session_ended ON viewer_session (ended_at)`.execute(database)
    },
  },
  {
    name: 'live/0015-sealed-urls',
    up: async (database) => {
      await sql`ALTER TABLE destination ADD COLUMN sealed_url TEXT`.execute(database)
    },
  },
  {
    name: 'live/0016-stream-tracks',
    up: async (database) => {
      await sql`ALTER TABLE stream ADD COLUMN tracks TEXT NOT NULL DEFAULT '[]'`.execute(database)
    },
  },
  {
    name: 'live/0017-restart-window',
    up: async (database) => {
      await sql`ALTER TABLE stream_key ADD COLUMN restart_window_ms INTEGER NOT NULL DEFAULT 10000`.execute(database)
    },
  },
  {
    name: 'live/0018-sealed-hook-urls',
    up: async (database) => {
      await sql`ALTER TABLE hook ADD COLUMN sealed_url TEXT`.execute(database)
    },
  },
  {
    name: 'live/0019-limited-destinations',
    up: async (database) => {
      await sql`ALTER TABLE destination ADD COLUMN limited INTEGER NOT NULL DEFAULT 0`.execute(database)
    },
  },
  {
    name: 'live/0020-destinations-by-hand',
    up: async (database) => {
      await sql`ALTER TABLE destination ADD COLUMN by_hand INTEGER`.execute(database)
    },
  },
  {
    name: 'live/0021-published-recordings',
    up: async (database) => {
      await sql`ALTER TABLE recording ADD COLUMN published INTEGER NOT NULL DEFAULT 0`.execute(database)
    },
  },
]
