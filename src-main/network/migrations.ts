import { sql } from 'kysely'
import type { Migration } from '../platform/storage/migrations.ts'
import { guardMigrations } from './attacks/guard-store.ts'
import { trafficMigrations } from './figures/traffic-store.ts'
import { functionMigrations } from './functions/function-store.ts'
import { groupMigrations } from './origin/fleet/group-store.ts'
import { purgeMigrations } from './origin/purges/purge-store.ts'
import { machineMigrations } from './provisioning/machine-store.ts'
import { providerMigrations } from './provisioning/providers/provider-store.ts'
import { settingMigrations } from './setting-store.ts'

/** The tables of the nodes. */
export const networkMigrations: readonly Migration[] = [
  {
    name: 'network/0001-nodes',
    up: async (database) => {
      await sql`CREATE TABLE network_node (
        id TEXT PRIMARY KEY,
        public_key TEXT NOT NULL UNIQUE,
        forward_hash TEXT NOT NULL UNIQUE,
        created_at TEXT NOT NULL,
        node TEXT NOT NULL
      ) STRICT`.execute(database)
      await sql`CREATE TABLE network_join_token (hash TEXT PRIMARY KEY, expires_at TEXT NOT NULL) STRICT`.execute(database)
    },
  },
  ...purgeMigrations,
  ...trafficMigrations,
  ...settingMigrations,
  ...guardMigrations,
  ...machineMigrations,
  ...functionMigrations,
  ...groupMigrations,
  ...providerMigrations,
]
