import { type Kysely, sql } from 'kysely'
import type { Right } from './rights.ts'

/** Somebody who came by a link. */
export interface InvitedGuest {
  readonly id: string
  readonly name: string
  /** Of the secret that brings them back. */
  readonly hash: string
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
      return rows.map(({ id, invitation }) => ({ asks: false, ...(JSON.parse(invitation) as Omit<StoredInvitation, 'id' | 'asks'>), id }))
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
