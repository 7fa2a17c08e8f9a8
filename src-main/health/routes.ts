import { Type } from 'typebox'
import type { AuditLog } from '../platform/audit.ts'
import { AppError } from '../platform/errors.ts'
import { defineRoute, type RouteDefinition } from '../platform/routes/routes.ts'
import type { LogTail } from '../platform/telemetry/log-tail.ts'
import { FindingSchema } from './findings/finding.ts'
import { findLines, LogLineSchema, LogQuerySchema, textOfLine } from './log/log-query.ts'
import { FiguresSchema } from './sampling/figures.ts'
import type { Watch } from './watch.ts'

export interface HealthRoutesDependencies {
  readonly watch: Watch
  readonly tail: LogTail
  /** The report file. */
  readonly report: () => Promise<string>
  readonly audit: AuditLog
}

/** What is wrong, the figures of the last hour, the log and the report. */
export function healthRoutes({ watch, tail, report, audit }: HealthRoutesDependencies): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/health/findings',
      tag: 'health',
      summary: 'What is wrong now, the worst first, with what was measured and what to set',
      role: 'viewer',
      responses: { 200: Type.Object({ items: Type.Array(FindingSchema) }) },
      handler: () => ({ body: { items: watch.findings } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/health/findings/dismiss',
      tag: 'health',
      summary: 'Take away a finding that reports something that is over',
      role: 'editor',
      body: Type.Object({ id: Type.String({ maxLength: 300 }) }, { additionalProperties: false }),
      responses: { 204: Type.Null() },
      handler: ({ body }) => {
        if (!watch.dismiss(body.id)) throw new AppError('health.finding_not_found')
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/health/figures',
      tag: 'health',
      summary: 'Figures of the machine, the studio and the streams over the last hour, and what happened in it',
      role: 'viewer',
      responses: { 200: FiguresSchema },
      handler: () => ({ body: watch.figures }),
    }),
    defineRoute({
      method: 'GET',
      path: '/health/log',
      tag: 'health',
      summary: 'The newest lines of the log, oldest first; `format=text` answers with a text file',
      role: 'admin',
      query: LogQuerySchema,
      responses: { 200: Type.Object({ items: Type.Array(LogLineSchema) }) },
      textTypes: ['text/plain'],
      handler: ({ query }) => {
        const items = findLines(tail.lines(), query)
        if (query.format !== 'text') return { body: { items } }
        const headers = { 'content-disposition': 'attachment; filename="ami-streams.log"' }
        return { headers, text: 'text/plain', body: items.map((line) => `${textOfLine(line)}\n`).join('') }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/health/report',
      tag: 'health',
      summary: 'One file for whoever helps: versions, checks, findings, figures, log and the shape of the collection, without secrets',
      role: 'admin',
      responses: { 200: Type.Unknown() },
      fileTypes: ['application/json'],
      handler: async ({ principal, requestId }) => {
        const text = await report()
        audit.record({ kind: 'command', message: 'a health report was made', actor: principal.id, sessionId: requestId })
        const day = new Date().toISOString().slice(0, 10)
        return {
          headers: { 'content-disposition': `attachment; filename="ami-streams-report-${day}.json"` },
          body: undefined,
          bytes: { data: Buffer.from(text), type: 'application/json' },
        }
      },
    }),
  ]
}
