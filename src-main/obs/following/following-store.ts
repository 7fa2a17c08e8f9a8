import type { Kysely } from 'kysely'
import type { FollowingKind, Follows } from '../schemas/following.ts'

/** A filter of an OBS whose settings follow, or did. */
export interface StoredFollowing extends Follows {
  readonly instance: string
  readonly source: string
  readonly filter: string
  readonly kind: FollowingKind
  /** What was set before it followed, of the settings that it took over; null: it has taken over none. */
  readonly before: Readonly<Record<string, unknown>> | null
  /** What it set last: another value was set by somebody else. */
  readonly made: Readonly<Record<string, unknown>> | null
}

interface FollowingTable {
  obs_following: { instance: string; source: string; filter: string; following: string }
}

export interface FollowingStore {
  all(): Promise<readonly StoredFollowing[]>
  /** Resolves when it is on disk. */
  save(following: StoredFollowing): Promise<void>
  remove(following: Pick<StoredFollowing, 'instance' | 'source' | 'filter'>): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
export function createFollowingStore(database: Kysely<any>): FollowingStore {
  const tables = database as Kysely<FollowingTable>
  return {
    async all() {
      const rows = await tables.selectFrom('obs_following').selectAll().execute()
      return rows.map(({ following, ...names }) => ({ ...JSON.parse(following), ...names }) as StoredFollowing)
    },
    async save({ instance, source, filter, ...rest }) {
      const following = JSON.stringify(rest)
      await tables
        .insertInto('obs_following')
        .values({ instance, source, filter, following })
        .onConflict((conflict) => conflict.columns(['instance', 'source', 'filter']).doUpdateSet({ following }))
        .execute()
    },
    async remove({ instance, source, filter }) {
      await tables
        .deleteFrom('obs_following')
        .where('instance', '=', instance)
        .where('source', '=', source)
        .where('filter', '=', filter)
        .execute()
    },
  }
}
