import type { Kysely } from 'kysely'
import type { AuditEntry, AuditLog } from '../audit.ts'
import type { ErrorCode } from '../errors.ts'
import type { EventBus } from '../events/events.ts'
import type { Logger } from '../logger.ts'
import { maskUrlsIn } from '../outbound/url-secrets.ts'
import { toStorageError } from '../storage/storage-error.ts'

/**
 * What a line is about. Each is kept by its own number of lines: viewers and strangers cause as many as they like, and push out none that
 * say what administrators did.
 */
export type AuditSubject = 'administration' | 'streams' | 'viewers'

export interface AuditLine extends AuditEntry {
  readonly about: AuditSubject
  /** Grows with every line, over all runs. */
  readonly id: number
  /** ISO 8601. */
  readonly time: string
}

export interface AuditFilter {
  /** Stream id or name. */
  readonly stream?: string
  readonly kind?: string
  readonly about?: AuditSubject
  /** Lines older than this id. */
  readonly before?: number
  readonly limit: number
}

export interface StoredAuditLog extends AuditLog {
  /** Newest first. */
  list(filter: AuditFilter): Promise<readonly AuditLine[]>
  flush(): Promise<void>
  /** Lines that could not be kept because the database did not take them. */
  lost(): number
  /** Why the newest attempt to write failed, e.g. `storage.full`; undefined while writing works. */
  problem(): ErrorCode | undefined
  stop(): Promise<void>
}

interface AuditRow {
  id: number
  time: string
  about: AuditSubject
  kind: string
  message: string
  stream_id: string | null
  stream_name: string | null
  session_id: string | null
  remote_address: string | null
  actor: string | null
  code: string | null
  data: string | null
}

export interface AuditDependencies {
  readonly database: Kysely<{ audit: AuditRow }>
  readonly logger: Logger
  readonly events: EventBus
  /** Newest lines that are kept about administration, and as many about streams. */
  readonly rows: number
  /** Newest lines that are kept about viewers. */
  readonly viewerRows: number
  /** ms that lines are gathered before they are written in one transaction. */
  readonly batchMs?: number
}

/** Most lines that wait in memory while the disk is full. */
const maxWaiting = 10_000
/** 12 columns a row: well under SQLite's limit of 32,766 parameters. */
const maxPerInsert = 1000

/** Opens the audit log. Lines are written in batches, so that recording one never waits for the disk. */
export async function createAuditLog(dependencies: AuditDependencies): Promise<StoredAuditLog> {
  const { database, logger, events } = dependencies
  const newest = await database.selectFrom('audit').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst()
  let nextId = (newest?.id ?? 0) + 1
  let waiting: AuditRow[] = []
  let lost = 0
  let failures = 0
  let problem: ErrorCode | undefined
  let sinceTrim = 0
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> | undefined

  const kept: Readonly<Record<AuditSubject, number>> = {
    administration: dependencies.rows,
    streams: dependencies.rows,
    viewers: dependencies.viewerRows,
  }

  const trim = async (about: AuditSubject): Promise<void> => {
    const oldest = database.selectFrom('audit').select('id').where('about', '=', about).orderBy('id', 'desc').limit(1).offset(kept[about])
    await database.deleteFrom('audit').where('about', '=', about).where('id', '<=', oldest).execute()
  }

  const write = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, maxPerInsert)
      try {
        await database.insertInto('audit').values(batch).execute()
        const written = new Set(batch)
        waiting = waiting.filter((row) => !written.has(row))
        sinceTrim += batch.length
        failures = 0
        problem = undefined
        if (sinceTrim >= Math.min(1000, ...Object.values(kept))) {
          sinceTrim = 0
          for (const about of Object.keys(kept) as AuditSubject[]) await trim(about)
        }
      } catch (error) {
        failures += 1
        const { code, message } = toStorageError(error, 'The audit log could not be written')
        problem = code
        logger.warn({ code, reason: message, waiting: waiting.length, failures }, 'the audit log could not be written and will be repeated')
        return
      }
    }
  }
  const flush = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    writing ??= write().finally(() => {
      writing = undefined
    })
    await writing
    if (waiting.length > 0) plan()
  }
  const plan = (): void => {
    if (timer) return
    timer = setTimeout(() => void flush(), Math.min((dependencies.batchMs ?? 250) * 2 ** Math.min(failures, 7), 30_000))
    timer.unref()
  }

  return {
    record(given) {
      const entry = withoutUrlSecrets(given)
      const time = new Date().toISOString()
      const line: AuditLine = { id: nextId, time, about: subjectOf(entry), ...entry }
      nextId += 1
      const fields = { audit: line.id, ...entry, message: undefined }
      if (entry.kind === 'error') logger.warn(fields, entry.message)
      else logger.info(fields, entry.message)
      if (waiting.length >= maxWaiting) {
        waiting = withoutOldest(waiting, 1000)
        lost += 1000
      }
      waiting.push(toRow(line))
      plan()
      events.publish('audit', line, entry.streamId ? { stream: entry.streamId } : {})
    },
    async list(filter) {
      await flush()
      let query = database.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(filter.limit)
      const { stream, kind, about, before } = filter
      if (stream) query = query.where((where) => where.or([where('stream_id', '=', stream), where('stream_name', '=', stream)]))
      if (kind) query = query.where('kind', '=', kind)
      if (about) query = query.where('about', '=', about)
      if (before !== undefined) query = query.where('id', '<', before)
      return (await query.execute()).map(toLine)
    },
    flush,
    lost: () => lost,
    problem: () => problem,
    async stop() {
      await flush()
      clearTimeout(timer)
    },
  }
}

/** What only signed-in people and the command line cause is administration; what anybody can cause that connects is about viewers. */
function subjectOf({ kind, actor, remoteAddress }: AuditEntry): AuditSubject {
  if (actor !== undefined || kind === 'command') return 'administration'
  if (kind === 'connect' || kind === 'disconnect' || kind === 'quality') return 'viewers'
  return kind !== 'publish' && remoteAddress !== undefined ? 'viewers' : 'streams'
}

/** Lines about viewers go first. */
function withoutOldest(rows: readonly AuditRow[], count: number): AuditRow[] {
  let spare = count
  const left = rows.filter(({ about }) => about !== 'viewers' || spare-- <= 0)
  return left.slice(Math.max(0, left.length - (rows.length - count)))
}

function withoutUrlSecrets(entry: AuditEntry): AuditEntry {
  const { data } = entry
  return {
    ...entry,
    message: maskUrlsIn(entry.message),
    ...(data && {
      data: Object.fromEntries(Object.entries(data).map(([name, value]) => [name, typeof value === 'string' ? maskUrlsIn(value) : value])),
    }),
  }
}

function toRow(line: AuditLine): AuditRow {
  return {
    id: line.id,
    time: line.time,
    about: line.about,
    kind: line.kind,
    message: line.message,
    stream_id: line.streamId ?? null,
    stream_name: line.streamName ?? null,
    session_id: line.sessionId ?? null,
    remote_address: line.remoteAddress ?? null,
    actor: line.actor ?? null,
    code: line.code ?? null,
    data: line.data ? JSON.stringify(line.data) : null,
  }
}

function toLine(row: AuditRow): AuditLine {
  return {
    id: row.id,
    time: row.time,
    about: row.about,
    kind: row.kind as AuditLine['kind'],
    message: row.message,
    ...(row.stream_id !== null ? { streamId: row.stream_id } : {}),
    ...(row.stream_name !== null ? { streamName: row.stream_name } : {}),
    ...(row.session_id !== null ? { sessionId: row.session_id } : {}),
    ...(row.remote_address !== null ? { remoteAddress: row.remote_address } : {}),
    ...(row.actor !== null ? { actor: row.actor } : {}),
    ...(row.code !== null ? { code: row.code } : {}),
    ...(row.data !== null ? { data: JSON.parse(row.data) } : {}),
  }
}
