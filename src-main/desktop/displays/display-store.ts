import { type Kysely, sql } from 'kysely'
import type { Attached, Scale } from '../schemas/display.ts'
import type { DisplayProtocol, RunningDisplay, XServer } from './display-server.ts'
import type { MonitorPlace } from './monitors.ts'

/** Whom a display was made for. */
export interface DisplayGuest {
  /** Principal id. */
  readonly user: string
  /** Id of the invitation that they came by. */
  readonly invitation: string
}

/** A virtual display as it is kept. */
export interface StoredDisplay {
  readonly id: string
  readonly name: string
  readonly protocol: DisplayProtocol
  /** What makes it where it is of X11. */
  readonly xServer: XServer
  /** Pixels; what it had last. */
  readonly width: number
  readonly height: number
  /** Pixels that a Wayland display has for what is one at 1; 1 for all others. */
  readonly scale: Scale
  /** Two and more; empty: all of it is one. */
  readonly monitors: readonly MonitorPlace[]
  /** It ends when nobody has looked at it for so long; null: never. */
  readonly endAfterMinutes: number | null
  /** It is locked when the last who may control it has left. */
  readonly locksOnLeave: boolean
  /** It starts whenever the host does. */
  readonly startsWithHost: boolean
  /** User of this machine whose programs run there; null: the one that the host runs as. */
  readonly user: string | null
  /** What starts with it; null: nothing. */
  readonly command: readonly string[] | null
  /** It was made for a guest who came by a link to come to a display of their own; null: it was made by an admin. */
  readonly guest: DisplayGuest | null
  /** Where it is, when other programs made it; null: it is made here. */
  readonly attached: Attached | null
  /** Its server, where one was started and not ended: it may run on while the host does not. */
  readonly running: RunningDisplay | null
  /** ISO 8601. */
  readonly createdAt: string
}

interface DisplayTable {
  desktop_display: { id: string; created_at: string; display: string }
}

export interface DisplayStore {
  /** In the order they were created. */
  all(): Promise<readonly StoredDisplay[]>
  /** Resolves when it is on disk. */
  save(stored: StoredDisplay): Promise<void>
  remove(id: string): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
export function createDisplayStore(database: Kysely<any>): DisplayStore {
  const tables = database as Kysely<DisplayTable>
  return {
    async all() {
      const rows = await tables.selectFrom('desktop_display').selectAll().orderBy(sql`rowid`).execute()
      return rows.map((row) => ({
        // What was kept by an earlier version.
        protocol: 'x11' as const,
        xServer: 'xvnc' as const,
        endAfterMinutes: null,
        locksOnLeave: false,
        startsWithHost: false,
        user: null,
        attached: null,
        guest: null,
        monitors: [],
        scale: 1 as const,
        ...(JSON.parse(row.display) as Omit<
          StoredDisplay,
          | 'id'
          | 'createdAt'
          | 'protocol'
          | 'xServer'
          | 'endAfterMinutes'
          | 'locksOnLeave'
          | 'startsWithHost'
          | 'user'
          | 'attached'
          | 'guest'
          | 'monitors'
          | 'scale'
        > &
          Partial<StoredDisplay>),
        id: row.id,
        createdAt: row.created_at,
      }))
    },
    async save({ id, createdAt, ...rest }) {
      const display = JSON.stringify(rest)
      await tables
        .insertInto('desktop_display')
        .values({ id, created_at: createdAt, display })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ display }))
        .execute()
    },
    async remove(id) {
      await tables.deleteFrom('desktop_display').where('id', '=', id).execute()
    },
  }
}
