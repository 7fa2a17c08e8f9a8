import { sql } from 'kysely'
import type { Migration } from '../platform/storage/migrations.ts'

/** The tables of the OBS part. */
export const obsMigrations: readonly Migration[] = [
  {
    name: 'obs/0001-instances',
    up: async (database) => {
      await sql`CREATE TABLE obs_instance (id TEXT PRIMARY KEY, created_at TEXT NOT NULL, instance TEXT NOT NULL) STRICT`.execute(database)
    },
  },
  {
    name: 'obs/0002-applications',
    up: async (database) => {
      await sql`CREATE TABLE obs_application (
        id TEXT PRIMARY KEY,
        instance TEXT NOT NULL REFERENCES obs_instance (id) ON DELETE CASCADE,
        created_at TEXT NOT NULL,
        application TEXT NOT NULL
      ) STRICT`.execute(database)
    },
  },
  {
    name: 'obs/0003-following',
    up: async (database) => {
      await sql`CREATE TABLE obs_following (
        instance TEXT NOT NULL REFERENCES obs_instance (id) ON DELETE CASCADE,
        source TEXT NOT NULL,
        filter TEXT NOT NULL,
        following TEXT NOT NULL,
        PRIMARY KEY (instance, source, filter)
      ) STRICT`.execute(database)
    },
  },
]
