import { sql } from 'kysely'
import type { Migration } from '../platform/storage/migrations.ts'

/** The tables of the remote desktop. */
export const desktopMigrations: readonly Migration[] = [
  {
    name: 'desktop/0001-displays',
    up: async (database) => {
      await sql`CREATE TABLE desktop_display (id TEXT PRIMARY KEY, created_at TEXT NOT NULL, display TEXT NOT NULL) STRICT`.execute(
        database,
      )
    },
  },
  {
    name: 'desktop/0002-grants',
    up: async (database) => {
      await sql`CREATE TABLE desktop_grant (
        display TEXT NOT NULL, user TEXT NOT NULL, rights TEXT NOT NULL, expires_at TEXT, created_at TEXT NOT NULL,
        PRIMARY KEY (display, user)
      ) STRICT`.execute(database)
    },
  },
  {
    name: 'desktop/0003-invitations',
    up: async (database) => {
      await sql`CREATE TABLE desktop_invitation (id TEXT PRIMARY KEY, invitation TEXT NOT NULL) STRICT`.execute(database)
    },
  },
  {
    name: 'desktop/0004-second-factors',
    up: async (database) => {
      await sql`CREATE TABLE desktop_second_factor (
        user TEXT PRIMARY KEY, secret TEXT NOT NULL, confirmed INTEGER NOT NULL, last_step INTEGER NOT NULL
      ) STRICT`.execute(database)
    },
  },
  {
    name: 'desktop/0005-recordings',
    up: async (database) => {
      await sql`CREATE TABLE desktop_recording (id TEXT PRIMARY KEY, started_at TEXT NOT NULL, recording TEXT NOT NULL) STRICT`.execute(
        database,
      )
      await sql`CREATE TABLE desktop_recording_rule (display TEXT PRIMARY KEY) STRICT`.execute(database)
    },
  },
  {
    name: 'desktop/0006-settings',
    up: async (database) => {
      await sql`CREATE TABLE desktop_setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT`.execute(database)
    },
  },
  {
    name: 'desktop/0007-broadcasts',
    up: async (database) => {
      await sql`CREATE TABLE desktop_broadcast (display TEXT PRIMARY KEY, stream TEXT NOT NULL, audio INTEGER NOT NULL) STRICT`.execute(
        database,
      )
    },
  },
]
