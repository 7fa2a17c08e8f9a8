import type { Kysely } from 'kysely'
import type { DisplayRecording } from '../schemas/recording.ts'

/** What is stored of a file: everything except the URLs, which are derived from it. */
export type StoredRecording = Omit<DisplayRecording, 'fileUrl' | 'thumbnailUrl'> & {
  /** Path of the file below the folder of recordings. */
  path: string
  /** An image of it has been made. */
  poster: boolean
}

interface Tables {
  desktop_recording: { id: string; started_at: string; recording: string }
  desktop_recording_rule: { display: string }
}

export interface RecordingStore {
  /** The oldest first. */
  all(): Promise<readonly StoredRecording[]>
  save(recording: StoredRecording): void
  remove(id: string): void
  /** Displays that are recorded always while somebody controls them. */
  rules(): Promise<readonly string[]>
  /** Resolves when it is on disk. */
  saveRule(display: string, whileControlled: boolean): Promise<void>
}

/** @param writes the platform's write queue: what is recorded goes on while the disk is full */
export function createRecordingStore(
  // biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
  database: Kysely<any>,
  writes: { enqueue(what: string, write: () => Promise<void>): void },
): RecordingStore {
  const tables = database as Kysely<Tables>
  return {
    async all() {
      const rows = await tables.selectFrom('desktop_recording').selectAll().orderBy('started_at').execute()
      return rows.map((row) => JSON.parse(row.recording) as StoredRecording)
    },
    save(recording) {
      const row = { id: recording.id, started_at: recording.startedAt, recording: JSON.stringify(recording) }
      writes.enqueue('keep a recording of a display', async () => {
        await tables
          .insertInto('desktop_recording')
          .values(row)
          .onConflict((conflict) => conflict.column('id').doUpdateSet({ recording: row.recording }))
          .execute()
      })
    },
    remove(id) {
      writes.enqueue('delete a recording of a display', async () => {
        await tables.deleteFrom('desktop_recording').where('id', '=', id).execute()
      })
    },
    async rules() {
      return (await tables.selectFrom('desktop_recording_rule').selectAll().execute()).map(({ display }) => display)
    },
    async saveRule(display, whileControlled) {
      if (whileControlled) {
        await tables
          .insertInto('desktop_recording_rule')
          .values({ display })
          .onConflict((conflict) => conflict.column('display').doNothing())
          .execute()
      } else await tables.deleteFrom('desktop_recording_rule').where('display', '=', display).execute()
    },
  }
}
