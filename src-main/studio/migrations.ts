import { sql } from 'kysely'
import type { Migration } from '../platform/storage/migrations.ts'

/** The tables of the studio part. */
export const studioMigrations: readonly Migration[] = [
  {
    name: 'studio/0001-files',
    up: async (database) => {
      await sql`CREATE TABLE studio_file (id TEXT PRIMARY KEY, created_at TEXT NOT NULL, file TEXT NOT NULL) STRICT`.execute(database)
    },
  },
  {
    name: 'studio/0002-state',
    up: async (database) => {
      await sql`CREATE TABLE studio_state (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT`.execute(database)
    },
  },
  {
    name: 'studio/0003-overlays',
    up: async (database) => {
      await sql`CREATE TABLE studio_overlay (id TEXT PRIMARY KEY, created_at TEXT NOT NULL, overlay TEXT NOT NULL) STRICT`.execute(database)
    },
  },
]
