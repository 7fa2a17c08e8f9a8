import type { Track } from '../../formats/track.ts'
import type { LiveDatabase, Writes } from '../live-database.ts'
import type { StreamPhase } from './stream-state.ts'

/** What outlives the host of a stream. */
export interface StoredStream {
  readonly id: string
  readonly name: string
  readonly title: string
  readonly phase: StreamPhase
  readonly error: { readonly code: string; readonly message: string } | null
  readonly demo: boolean
  /** ISO 8601. */
  readonly createdAt: string
  readonly startedAt: string | null
  readonly endedAt: string | null
  /** The newest ones, without their configuration. */
  readonly tracks: readonly Track[]
}

export interface StreamStore {
  all(): Promise<readonly StoredStream[]>
  /** Written soon, in order; never blocks the caller. */
  save(stream: StoredStream): void
  remove(id: string): void
}

const phases: readonly string[] = ['pending', 'active', 'reconnecting', 'ended', 'error'] satisfies StreamPhase[]

/** Streams in the host's database. */
export function createStreamStore(database: LiveDatabase, writes: Writes): StreamStore {
  return {
    async all() {
      const rows = await database.selectFrom('stream').selectAll().orderBy('created_at').execute()
      return rows.map((row) => ({
        id: row.id,
        name: row.name,
        title: row.title,
        // what a newer or damaged row says is not trusted
        phase: phases.includes(row.state) ? (row.state as StreamPhase) : 'ended',
        error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
        demo: row.demo !== 0,
        createdAt: row.created_at,
        startedAt: row.started_at,
        endedAt: row.ended_at,
        tracks: readTracks(row.tracks),
      }))
    },
    save(stream) {
      const row = {
        id: stream.id,
        name: stream.name,
        title: stream.title,
        state: stream.phase,
        error_code: stream.error?.code ?? null,
        error_message: stream.error?.message ?? null,
        demo: stream.demo ? 1 : 0,
        created_at: stream.createdAt,
        started_at: stream.startedAt,
        ended_at: stream.endedAt,
        tracks: JSON.stringify(stream.tracks.map(({ config: _, ...track }) => track)),
      }
      writes.enqueue('keep a stream', async () => {
        const { id: _, ...changes } = row
        await database
          .insertInto('stream')
          .values(row)
          .onConflict((conflict) => conflict.column('id').doUpdateSet(changes))
          .execute()
      })
    },
    remove(id) {
      writes.enqueue('delete a stream', async () => {
        await database.deleteFrom('stream').where('id', '=', id).execute()
      })
    },
  }
}

/** What a newer or damaged row says is not trusted. */
function readTracks(json: string): Track[] {
  try {
    const tracks: unknown = JSON.parse(json)
    return Array.isArray(tracks) ? tracks.map((track: Track) => ({ ...track, config: new Uint8Array() })) : []
  } catch {
    return []
  }
}
