import { type Kysely, sql } from 'kysely'
import type { Right } from './rights.ts'

/** Somebody who came by a link. */
export interface InvitedGuest {
  readonly id: string
  readonly name: string
  /** Of the secret that brings them back. */
  readonly hash: string
}

/** What each guest of a link is given a display of their own from. */
export interface SeparateDisplays {
  /** A program and its arguments; null: nothing. Left out: a light desktop. */
  readonly command?: readonly string[] | null
  /** Pixels; it follows the guest's window. */
  readonly width: number
  readonly height: number
  /** It ends with its programs when its guest has been away for so long. */
  readonly endAfterMinutes: number
  /** At a time. */
  readonly maxDisplays: number
}

/** A link to a display, for people without an account. */
export interface StoredInvitation {
  readonly id: string
  readonly display: string
  readonly rights: readonly Right[]
  /** It is spent by the first who comes. */
  readonly once: boolean
  /** Somebody has to allow each guest. */
  readonly asks: boolean
  /** Each guest comes to a display of their own, and not to `display`; null: all come to that. */
  readonly separate: SeparateDisplays | null
  /** Of the link's secret. */
  readonly hash: string
  /** Name of who made it. */
  readonly invitedBy: string
  /** ISO 8601. */
  readonly createdAt: string
  /** When the link, and what those who came by it may do, end. ISO 8601. */
  readonly expiresAt: string
  readonly guests: readonly InvitedGuest[]
}

interface InvitationTable {
  desktop_invitation: { id: string; invitation: string }
}

export interface InvitationStore {
  /** In the order they were made. */
  all(): Promise<readonly StoredInvitation[]>
  /** Each resolves when it is on disk. */
  save(invitation: StoredInvitation): Promise<void>
  remove(id: string): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
export function createInvitationStore(database: Kysely<any>): InvitationStore {
  const tables = database as Kysely<InvitationTable>
  return {
    async all() {
      const rows = await tables.selectFrom('desktop_invitation').selectAll().orderBy(sql`rowid`).execute()
      return rows.map(({ id, invitation }) => ({
        // What was kept by an earlier version.
        asks: false,
        separate: null,
        ...(JSON.parse(invitation) as Omit<StoredInvitation, 'id' | 'asks' | 'separate'>),
        id,
      }))
    },
    async save({ id, ...rest }) {
      const invitation = JSON.stringify(rest)
      await tables
        .insertInto('desktop_invitation')
        .values({ id, invitation })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ invitation }))
        .execute()
    },
    async remove(id) {
      await tables.deleteFrom('desktop_invitation').where('id', '=', id).execute()
    },
  }
}
