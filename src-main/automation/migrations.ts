import { sql } from 'kysely'
import type { Migration } from '../platform/storage/migrations.ts'

/** The tables of the automation part: rules of the host, webhooks, dynamic filters, each as JSON. */
export const automationMigrations: readonly Migration[] = [
  {
    name: 'automation/0001-entries',
    up: async (database) => {
      await sql`CREATE TABLE automation_entry (id TEXT PRIMARY KEY, sort TEXT NOT NULL, created_at TEXT NOT NULL, entry TEXT NOT NULL) STRICT`.execute(
        database,
      )
    },
  },
]
