import type { Static, TSchema } from 'typebox'
import Value from 'typebox/value'
import { type Retention, RetentionSchema } from '../../../media/files/retention.ts'
import type { LiveDatabase, RecordingRow, Writes } from '../../live-database.ts'
import { defaultRetention, defaultRule, type Recording, type RecordingRule, RecordingRuleSchema } from './schemas.ts'

/** What is stored of a file: everything except the URLs, which are derived from it. */
export type StoredRecording = Omit<Recording, 'fileUrl' | 'thumbnailUrl' | 'spritesUrl' | 'publicUrl'> & {
  /** Path of the file below the folder of recordings. */
  path: string
  poster: boolean
  sprites: boolean
}

/** Recordings, rules and retention in the host's database. */
export interface RecordingStore {
  all(): Promise<StoredRecording[]>
  save(recording: StoredRecording): void
  remove(id: string): void
  /** By stream name; the default under ''. */
  rules(): Promise<Map<string, RecordingRule>>
  saveRule(stream: string, rule: RecordingRule | undefined): Promise<void>
  retention(): Promise<Retention>
  saveRetention(retention: Retention): Promise<void>
}

const retentionKey = '*retention'

/** JSON that fits its schema, with what is missing from the defaults; undefined where it does not. */
function readJson<S extends TSchema>(schema: S, defaults: Static<S> & object, json: string): Static<S> | undefined {
  try {
    const value: unknown = { ...defaults, ...(JSON.parse(json) as object) }
    return Value.Check(schema, value) ? (value as Static<S>) : undefined
  } catch {
    return undefined
  }
}

export function createRecordingStore(database: LiveDatabase, writes: Writes): RecordingStore {
  const writeRule = async (stream: string, rule: string): Promise<void> => {
    await database
      .insertInto('recording_rule')
      .values({ stream, rule })
      .onConflict((conflict) => conflict.column('stream').doUpdateSet({ rule }))
      .execute()
  }
  return {
    async all() {
      const rows = await database.selectFrom('recording').selectAll().orderBy('started_at').execute()
      return rows.map(fromRow)
    },
    save(recording) {
      const row = toRow(recording)
      writes.enqueue('keep a recording', async () => {
        const { id: _, ...changes } = row
        await database
          .insertInto('recording')
          .values(row)
          .onConflict((conflict) => conflict.column('id').doUpdateSet(changes))
          .execute()
      })
    },
    remove(id) {
      writes.enqueue('delete a recording', async () => {
        await database.deleteFrom('recording').where('id', '=', id).execute()
      })
    },
    async rules() {
      const rules = new Map<string, RecordingRule>()
      for (const { stream, rule } of await database.selectFrom('recording_rule').selectAll().execute()) {
        const read = stream === retentionKey ? undefined : readJson(RecordingRuleSchema, defaultRule, rule)
        if (read) rules.set(stream, read)
      }
      return rules
    },
    async saveRule(stream, rule) {
      if (rule === undefined) await database.deleteFrom('recording_rule').where('stream', '=', stream).execute()
      else await writeRule(stream, JSON.stringify(rule))
    },
    async retention() {
      const row = await database.selectFrom('recording_rule').selectAll().where('stream', '=', retentionKey).executeTakeFirst()
      return (row && readJson(RetentionSchema, defaultRetention, row.rule)) ?? defaultRetention
    },
    saveRetention: (retention) => writeRule(retentionKey, JSON.stringify(retention)),
  }
}

function toRow(recording: StoredRecording): RecordingRow {
  return {
    id: recording.id,
    stream_id: recording.streamId,
    stream: recording.stream,
    title: recording.title,
    session: recording.session,
    number: recording.number,
    state: recording.state,
    error_code: recording.error?.code ?? null,
    error_message: recording.error?.message ?? null,
    container: recording.container,
    file_name: recording.fileName,
    path: recording.path,
    started_at: recording.startedAt,
    timeline_ms: recording.timelineMs,
    duration_ms: recording.durationMs,
    bytes: recording.bytes,
    tracks: JSON.stringify(recording.tracks),
    kept: recording.kept ? 1 : 0,
    deleted_at: recording.deletedAt,
    poster: recording.poster ? 1 : 0,
    sprites: recording.sprites ? 1 : 0,
    published: recording.published ? 1 : 0,
  }
}

function fromRow(row: RecordingRow): StoredRecording {
  return {
    id: row.id,
    streamId: row.stream_id,
    stream: row.stream,
    title: row.title,
    session: row.session,
    number: row.number,
    state: row.state as Recording['state'],
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
    container: row.container as Recording['container'],
    fileName: row.file_name,
    path: row.path,
    startedAt: row.started_at,
    timelineMs: row.timeline_ms,
    durationMs: row.duration_ms,
    bytes: row.bytes,
    tracks: JSON.parse(row.tracks) as Recording['tracks'],
    kept: row.kept !== 0,
    deletedAt: row.deleted_at,
    poster: row.poster !== 0,
    sprites: row.sprites !== 0,
    published: row.published !== 0,
  }
}
