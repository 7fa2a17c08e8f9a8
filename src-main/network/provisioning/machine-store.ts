import { type Kysely, sql } from 'kysely'
import type { Migration } from '../../platform/storage/migrations.ts'
import type { HostKey } from './ssh/host-key.ts'

/** The table of machines that nodes were set up on. */
export const machineMigrations: readonly Migration[] = [
  {
    name: 'network/0005-machines',
    up: async (database) => {
      await sql`CREATE TABLE network_machine (
        host TEXT NOT NULL,
        port INTEGER NOT NULL,
        machine TEXT NOT NULL,
        PRIMARY KEY (host, port)
      ) STRICT`.execute(database)
    },
  },
]

/** A machine whose host key was accepted. */
export interface StoredMachine {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly hostKey: HostKey
  /** The node that was set up there; null until one is. */
  readonly nodeId: string | null
  /** SHA-256 of the unit that was written there, in hex digits; undefined for one of an older version. */
  readonly unitHash?: string | undefined
  /** URL of the host that was set up there; undefined where none was. */
  readonly hostUrl?: string | undefined
  /** ISO 8601: when its key was accepted. */
  readonly acceptedAt: string
}

interface MachineTables {
  network_machine: { host: string; port: number; machine: string }
}

export interface MachineStore {
  all(): Promise<readonly StoredMachine[]>
  /** Resolves when it is on disk. */
  save(machine: StoredMachine): Promise<void>
  remove(host: string, port: number): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
export function createMachineStore(database: Kysely<any>): MachineStore {
  const tables = database as Kysely<MachineTables>
  return {
    async all() {
      const rows = await tables.selectFrom('network_machine').selectAll().orderBy(sql`rowid`).execute()
      return rows.map(({ host, port, machine }) => ({ ...(JSON.parse(machine) as Omit<StoredMachine, 'host' | 'port'>), host, port }))
    },
    async save({ host, port, ...rest }) {
      const machine = JSON.stringify(rest)
      await tables
        .insertInto('network_machine')
        .values({ host, port, machine })
        .onConflict((conflict) => conflict.columns(['host', 'port']).doUpdateSet({ machine }))
        .execute()
    },
    async remove(host, port) {
      await tables.deleteFrom('network_machine').where('host', '=', host).where('port', '=', port).execute()
    },
  }
}
