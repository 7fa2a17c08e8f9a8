import type { Logger } from '../../platform/logger.ts'
import { repeat } from '../../platform/timing/repeat.ts'
import type { LiveDatabase, Writes } from '../live-database.ts'
import type { ViewerSession } from '../schemas.ts'
import type { ViewerRun } from './schemas.ts'

export interface ViewerStoreDependencies {
  readonly database: LiveDatabase
  readonly writes: Writes
  readonly log: Logger
  /** ms since 1970. */
  readonly now: () => number
  /** Days that ended sessions are kept; 0 keeps none. */
  readonly days: number
}

/** A session that has ended, with the time of it. */
export type EndedSession = ViewerSession & { readonly endedAt: string }

const dayMs = 86_400_000
/** Sessions kept at most, of all streams, and runs. */
const maxSessions = 500_000
const maxRuns = 20_000
/** Sessions of a crowd that leaves at once are written in pieces of this many, after this many ms. */
const perWrite = 400
const gatherMs = 1000
/** If more than these wait to be written they are dropped: the machine is overloaded then. */
const maxWaiting = 50_000
const cleanMs = 600_000

/** What is kept of viewers for later: runs of streams, and sessions that have ended. */
export class ViewerStore {
  readonly #dependencies: ViewerStoreDependencies
  #waiting: { stream: string; run: string; session: EndedSession }[] = []
  #timer: NodeJS.Timeout | undefined
  #cleaning: NodeJS.Timeout | undefined

  constructor(dependencies: ViewerStoreDependencies) {
    this.#dependencies = dependencies
  }

  start(): void {
    this.#clean()
    this.#cleaning ??= repeat(cleanMs, () => this.#clean())
  }

  /** Writes what waits. */
  stop(): void {
    clearInterval(this.#cleaning)
    this.#cleaning = undefined
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#flush()
  }

  addSession(stream: string, run: string, session: ViewerSession, endedMs: number): void {
    if (this.#dependencies.days === 0 || this.#waiting.length >= maxWaiting) return
    this.#waiting.push({ stream, run, session: { ...session, endedAt: new Date(endedMs).toISOString() } })
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#flush()
    }, gatherMs)
    this.#timer.unref()
  }

  saveRun(stream: string, run: ViewerRun): void {
    const { database, writes } = this.#dependencies
    const row = { id: run.id, stream, started_at: run.startedAt, run: JSON.stringify(run) }
    writes.enqueue('viewers of a run', async () => {
      await database
        .insertInto('viewer_run')
        .values(row)
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ run: row.run }))
        .execute()
    })
  }

  /** Runs of a stream, newest first. */
  async runs(stream: string, limit: number): Promise<ViewerRun[]> {
    const { database } = this.#dependencies
    const rows = await database
      .selectFrom('viewer_run')
      .select('run')
      .where('stream', '=', stream)
      .orderBy('started_at', 'desc')
      .limit(limit)
      .execute()
    return rows.map(({ run }) => JSON.parse(run) as ViewerRun)
  }

  /** Sessions of a stream that ended within a time, newest first; `before` is the id of the last one of the page before. */
  async sessions(
    stream: string,
    { from, to, limit, before }: { from?: string | undefined; to?: string | undefined; limit: number; before?: string | undefined },
  ): Promise<EndedSession[]> {
    const { database } = this.#dependencies
    let query = database.selectFrom('viewer_session').select('session').where('stream', '=', stream)
    if (from !== undefined) query = query.where('ended_at', '>=', from)
    if (to !== undefined) query = query.where('ended_at', '<=', to)
    if (before !== undefined) {
      const last = await database.selectFrom('viewer_session').select('ended_at').where('id', '=', before).executeTakeFirst()
      if (last !== undefined) {
        query = query.where(({ eb, or, and }) =>
          or([eb('ended_at', '<', last.ended_at), and([eb('ended_at', '=', last.ended_at), eb('id', '<', before)])]),
        )
      }
    }
    const rows = await query.orderBy('ended_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
    return rows.map(({ session }) => JSON.parse(session) as EndedSession)
  }

  #flush(): void {
    const { database, writes } = this.#dependencies
    const waiting = this.#waiting
    this.#waiting = []
    for (let at = 0; at < waiting.length; at += perWrite) {
      const rows = waiting.slice(at, at + perWrite).map(({ stream, run, session }) => ({
        id: session.id,
        stream,
        run,
        ended_at: session.endedAt,
        session: JSON.stringify(session),
      }))
      writes.enqueue('viewer sessions', async () => {
        await database
          .insertInto('viewer_session')
          .values(rows)
          .onConflict((conflict) => conflict.column('id').doNothing())
          .execute()
      })
    }
  }

  /** Drops what is too old or too much. */
  #clean(): void {
    const { database, writes, now, days } = this.#dependencies
    const oldest = new Date(now() - days * dayMs).toISOString()
    writes.enqueue('old viewer sessions', async () => {
      await database.deleteFrom('viewer_session').where('ended_at', '<', oldest).execute()
      const beyond = await database
        .selectFrom('viewer_session')
        .select('ended_at')
        .orderBy('ended_at', 'desc')
        .offset(maxSessions)
        .limit(1)
        .executeTakeFirst()
      if (beyond !== undefined) await database.deleteFrom('viewer_session').where('ended_at', '<=', beyond.ended_at).execute()
      const run = await database
        .selectFrom('viewer_run')
        .select('started_at')
        .orderBy('started_at', 'desc')
        .offset(maxRuns)
        .limit(1)
        .executeTakeFirst()
      if (run !== undefined) await database.deleteFrom('viewer_run').where('started_at', '<=', run.started_at).execute()
    })
  }
}
