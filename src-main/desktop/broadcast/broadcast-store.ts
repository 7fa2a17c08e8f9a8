import type { Kysely } from 'kysely'

/** A display that is sent live until somebody ends it. */
export interface KeptBroadcast {
  readonly display: string
  /** Name of the stream. */
  readonly stream: string
  /** With what its programs play. */
  readonly audio: boolean
}

interface Tables {
  desktop_broadcast: { display: string; stream: string; audio: number }
}

export interface BroadcastStore {
  all(): Promise<readonly KeptBroadcast[]>
  save(kept: KeptBroadcast): void
  remove(display: string): void
}

/** @param writes the platform's write queue: what is live goes on while the disk is full */
export function createBroadcastStore(
  // biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
  database: Kysely<any>,
  writes: { enqueue(what: string, write: () => Promise<void>): void },
): BroadcastStore {
  const tables = database as Kysely<Tables>
  return {
    async all() {
      const rows = await tables.selectFrom('desktop_broadcast').selectAll().execute()
      return rows.map(({ audio, ...row }) => ({ ...row, audio: audio === 1 }))
    },
    save({ display, stream, audio }) {
      const row = { stream, audio: audio ? 1 : 0 }
      writes.enqueue('keep that a display is live', async () => {
        await tables
          .insertInto('desktop_broadcast')
          .values({ display, ...row })
          .onConflict((conflict) => conflict.column('display').doUpdateSet(row))
          .execute()
      })
    },
    remove(display) {
      writes.enqueue('keep that a display is not live any more', async () => {
        await tables.deleteFrom('desktop_broadcast').where('display', '=', display).execute()
      })
    },
  }
}
