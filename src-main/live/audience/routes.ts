import { Type } from 'typebox'
import { AppError } from '../../platform/errors.ts'
import { pageFields, pageOf } from '../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import { StreamViewersSchema, ViewerHistorySchema, ViewerRunSchema } from './schemas.ts'
import { type ExportedSession, sessionTable } from './session-table.ts'
import type { ViewerSessions } from './viewer-sessions.ts'
import type { ViewerStore } from './viewer-store.ts'

export interface ViewerRoutesDependencies {
  readonly viewers: ViewerSessions
  readonly store: ViewerStore
  /** Throws `stream.not_found`. */
  readonly streamOf: (idOrName: string) => { readonly id: string; readonly name: string }
  /** ms since 1970. */
  readonly now: () => number
}

const tag = 'live'
const IdParams = Type.Object({ id: Type.String({ maxLength: 80, description: 'id or name' }) })
const Time = (description: string) =>
  Type.Optional(Type.String({ maxLength: 40, description: `${description}: ISO 8601, or ms since 1970` }))

/** Max sessions in one export, the newest. */
const maxExported = 50_000

/** The endpoints of the API that say who watches. */
export function viewerRoutes({ viewers, store, streamOf, now }: ViewerRoutesDependencies): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/live/streams/:id/viewers',
      tag,
      summary: 'Who watches and how well: figures of this second, and sessions',
      role: 'viewer',
      params: IdParams,
      query: Type.Object({
        state: Type.Optional(Type.Union([Type.Literal('watching'), Type.Literal('ended')], { default: 'watching' })),
        ...pageFields(200),
      }),
      responses: { 200: StreamViewersSchema },
      handler: async ({ params, query }) => {
        const { id, name } = streamOf(params.id)
        const { cursor, limit = 200 } = query
        const figures = viewers.figures(id)
        if (query.state === 'ended') {
          const found = await store.sessions(name, { limit: limit + 1, before: cursor })
          const items = found.slice(0, limit)
          return { body: { streamId: id, figures, items, nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null } }
        }
        return { body: { streamId: id, figures, ...pageOf(viewers.sessions(id), query) } }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/live/streams/:id/viewers/history',
      tag,
      summary: 'Figures of the last 12 hours: each second of five minutes, ten seconds of an hour, then minutes',
      role: 'viewer',
      params: IdParams,
      query: Type.Object({
        from: Time('start; default: five minutes ago'),
        to: Time('end; default: now'),
        step: Type.Optional(
          Type.Integer({ minimum: 1, maximum: 3600, description: 's between samples; the next of 1, 10 and 60 is taken' }),
        ),
      }),
      responses: { 200: ViewerHistorySchema },
      handler: ({ params, query }) => {
        const fromMs = readTime(query.from, 'from') ?? now() - 300_000
        const toMs = readTime(query.to, 'to') ?? now() + 1000
        return { body: viewers.history(streamOf(params.id).id, fromMs, toMs, query.step) }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/live/streams/:id/viewers/runs',
      tag,
      summary: 'Runs of a stream as their viewers had them, newest first',
      role: 'viewer',
      params: IdParams,
      query: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })) }),
      responses: { 200: Type.Object({ items: Type.Array(ViewerRunSchema) }) },
      handler: async ({ params, query }) => {
        const { id, name } = streamOf(params.id)
        const current = viewers.run(id)
        const kept = await store.runs(name, query.limit ?? 50)
        return { body: { items: [...(current ? [current] : []), ...kept.filter((run) => run.id !== current?.id)] } }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/live/streams/:id/viewers/export',
      tag,
      summary: `Sessions as a file, those that watch now and those that ended, the newest ${maxExported}`,
      role: 'viewer',
      params: IdParams,
      query: Type.Object({
        format: Type.Optional(Type.Union([Type.Literal('csv'), Type.Literal('json')], { default: 'csv' })),
        from: Time('sessions that ended after'),
        to: Time('sessions that ended before'),
      }),
      responses: { 200: Type.Object({ items: Type.Array(Type.Unknown()) }) },
      textTypes: ['text/csv'],
      handler: async ({ params, query }) => {
        const { id, name } = streamOf(params.id)
        const fromMs = readTime(query.from, 'from')
        const toMs = readTime(query.to, 'to')
        const watching = toMs !== undefined && toMs < now() ? [] : viewers.sessions(id)
        const ended = await store.sessions(name, {
          from: fromMs === undefined ? undefined : new Date(fromMs).toISOString(),
          to: toMs === undefined ? undefined : new Date(toMs).toISOString(),
          limit: Math.max(0, maxExported - watching.length),
        })
        const items: ExportedSession[] = [...watching.map((session) => ({ ...session, endedAt: null })), ...ended]
        const format = query.format ?? 'csv'
        const headers = { 'content-disposition': `attachment; filename="${name}-viewers.${format}"`, 'cache-control': 'no-store' }
        if (format === 'json') return { body: { items }, headers }
        return { body: sessionTable(items), text: 'text/csv', headers }
      },
    }),
  ]
}

/** ms since 1970. Throws `request.invalid`. */
function readTime(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined
  const ms = /^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text)
  if (Number.isNaN(ms) || ms > 8.64e15) throw new AppError('request.invalid', `${name} is a time in ISO 8601, or ms since 1970`)
  return ms
}
