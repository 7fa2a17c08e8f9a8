import type { Kysely } from 'kysely'
import type { AuditEntry, AuditLog } from '../audit.ts'
import type { EventBus } from '../events.ts'
import type { Logger } from '../logger.ts'
import { toStorageError } from '../storage/storage-error.ts'

export interface AuditLine extends AuditEntry {
  /** Grows with every line, over all runs. */
  readonly id: number
  /** ISO 8601. */
  readonly time: string
}

export interface AuditFilter {
  /** Stream id or name. */
  readonly stream?: string
  readonly kind?: string
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
  /** True while the newest attempt to write failed, e.g. because the disk is full. */
  failing(): boolean
  stop(): Promise<void>
}

interface AuditRow {
  id: number
  time: string
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

export interface AuditNeeds {
  readonly database: Kysely<{ audit: AuditRow }>
  readonly logger: Logger
  readonly events: EventBus
  /** Newest lines that are kept. */
  readonly rows: number
  /** ms that lines are gathered before they are written in one transaction. */
  readonly batchMs?: number
}

/** Most lines that wait in memory while the disk is full. */
const mostWaiting = 10_000
/** 11 columns a row: well under SQLite's limit of 32,766 parameters. */
const mostPerInsert = 1000

/** Opens the audit log. Lines are written in batches, so that recording one never waits for the disk. */
export async function createAuditLog(needs: AuditNeeds): Promise<StoredAuditLog> {
  const { database, logger, events } = needs
  const newest = await database.selectFrom('audit').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst()
  let nextId = (newest?.id ?? 0) + 1
  let waiting: AuditRow[] = []
  let lost = 0
  let failures = 0
  let sinceTrim = 0
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> | undefined

  const write = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, mostPerInsert)
      try {
        await database.insertInto('audit').values(batch).execute()
        waiting.splice(0, batch.length)
        sinceTrim += batch.length
        failures = 0
        if (sinceTrim >= Math.min(1000, needs.rows)) {
          sinceTrim = 0
          await database
            .deleteFrom('audit')
            .where('id', '<=', nextId - 1 - needs.rows)
            .execute()
        }
      } catch (error) {
        failures += 1
        const { code, message } = toStorageError(error, 'The audit log could not be written')
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
    timer = setTimeout(() => void flush(), Math.min((needs.batchMs ?? 250) * 2 ** Math.min(failures, 7), 30_000))
    timer.unref()
  }

  return {
    record(entry) {
      const time = new Date().toISOString()
      const line: AuditLine = { id: nextId, time, ...entry }
      nextId += 1
      const fields = { audit: line.id, ...entry, message: undefined }
      if (entry.kind === 'error') logger.warn(fields, entry.message)
      else logger.info(fields, entry.message)
      if (waiting.length >= mostWaiting) {
        waiting = waiting.slice(1000)
        lost += 1000
      }
      waiting.push(toRow(line))
      plan()
      events.publish('audit', line, entry.streamId ? { stream: entry.streamId } : {})
    },
    async list(filter) {
      await flush()
      let query = database.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(filter.limit)
      const { stream, kind, before } = filter
      if (stream) query = query.where((where) => where.or([where('stream_id', '=', stream), where('stream_name', '=', stream)]))
      if (kind) query = query.where('kind', '=', kind)
      if (before !== undefined) query = query.where('id', '<', before)
      return (await query.execute()).map(toLine)
    },
    flush,
    lost: () => lost,
    failing: () => failures > 0,
    async stop() {
      await flush()
      clearTimeout(timer)
    },
  }
}

function toRow(line: AuditLine): AuditRow {
  return {
    id: line.id,
    time: line.time,
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
