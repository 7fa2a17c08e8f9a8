import { type TSchema, Type } from 'typebox'
import { AcmeStatusSchema } from '../../platform/acme/acme-status.ts'
import type { AuditLog } from '../../platform/audit.ts'
import { AppError, type ErrorCode } from '../../platform/errors.ts'
import { pageSchema } from '../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import { ErrorSchema } from '../../platform/routes/schemas.ts'
import type { StoredAuditLog } from '../../platform/telemetry/audit-log.ts'
import type { SteadyClock } from '../../platform/timing/steady-clock.ts'
import { type RuntimeSettings, SettingsSchema } from '../runtime-settings.ts'

const MaybeText = Type.Union([Type.String(), Type.Null()])
const MaybePort = Type.Union([Type.Integer(), Type.Null()])

const HostSchema = Type.Object({
  version: Type.String(),
  node: Type.String(),
  platform: Type.String(),
  pid: Type.Integer(),
  run: Type.String(),
  startedAt: Type.String({ format: 'date-time' }),
  dataDir: Type.String(),
  bind: Type.String(),
  addresses: Type.Object({ url: Type.String(), httpsUrl: MaybeText, rtmpUrl: Type.String(), rtmpsUrl: MaybeText, srtUrl: MaybeText }),
  ports: Type.Object({ http: Type.Integer(), https: MaybePort, rtmp: Type.Integer(), rtmps: MaybePort }),
  auth: Type.Object({ mode: Type.String(), signInRequired: Type.Boolean() }),
  limits: Type.Record(Type.String(), Type.Number()),
  engine: Type.Object({ present: Type.Boolean({ description: 'the media engine, which the test stream needs' }) }),
  acme: Type.Union([AcmeStatusSchema, Type.Null()], { description: 'certificate of an ACME authority; null where none is asked' }),
  certificate: Type.Union([Type.Object({ selfMade: Type.Boolean(), expiresAt: Type.String(), fingerprint: Type.String() }), Type.Null()]),
  storage: Type.Object({
    waitingWrites: Type.Integer(),
    failedWrites: Type.Integer({ description: 'attempts that failed since the start, e.g. because the disk was full' }),
    lostWrites: Type.Integer(),
  }),
})

const AuditSubjectSchema = Type.Union([Type.Literal('administration'), Type.Literal('streams'), Type.Literal('viewers')], {
  description: 'administration: what signed-in people and the command line did; viewers: connections, viewers and rejections',
})

const AuditLineSchema = Type.Object({
  id: Type.Integer(),
  time: Type.String({ format: 'date-time' }),
  about: AuditSubjectSchema,
  kind: Type.String({ description: 'connect, publish, quality, disconnect, state, error, command, sign-in' }),
  message: Type.String(),
  streamId: Type.Optional(Type.String()),
  streamName: Type.Optional(Type.String()),
  sessionId: Type.Optional(Type.String({ description: 'connection, viewer session or request' })),
  remoteAddress: Type.Optional(Type.String()),
  actor: Type.Optional(Type.String()),
  code: Type.Optional(Type.String()),
  data: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
})

export interface HostRoutesDependencies {
  readonly version: string
  readonly startedAtMs: number
  /** What does not work at present although it should; may name a code more than once. */
  readonly problems: () => readonly ErrorCode[]
  /** Everything of HostSchema. */
  readonly describe: () => unknown
  readonly settings: RuntimeSettings
  /** The clock that streams are dated by. */
  readonly clock: SteadyClock
  readonly auditLog: StoredAuditLog
  readonly audit: AuditLog
}

/** /health, /time, /host, /settings and /audit. */
export function hostRoutes(dependencies: HostRoutesDependencies): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/health',
      tag: 'host',
      summary: 'Whether the host runs',
      role: 'none',
      responses: {
        200: Type.Object({
          status: Type.Union([Type.Literal('ok'), Type.Literal('degraded')], {
            description: 'degraded: something does not work at present although it should, see problems',
          }),
          problems: Type.Array(ErrorSchema, {
            description: 'e.g. storage.full while settings and audit lines wait in memory, recording.disk_full while a recording waits',
          }),
          version: Type.String(),
          uptimeMs: Type.Integer(),
          startedAt: Type.String({ format: 'date-time' }),
        }),
      },
      handler: () => {
        // Anybody may ask: the words of the catalogue, and not of which stream or file.
        const problems = [...new Set(dependencies.problems())].map((code) => {
          const { message, remedy } = new AppError(code)
          return { code, message, remedy }
        })
        return {
          body: {
            status: problems.length === 0 ? 'ok' : 'degraded',
            problems,
            version: dependencies.version,
            uptimeMs: Date.now() - dependencies.startedAtMs,
            startedAt: new Date(dependencies.startedAtMs).toISOString(),
          },
        }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/time',
      tag: 'host',
      summary: "The host's clock, for players that measure their latency; `format=iso` answers with text, as MPDs name it",
      role: 'none',
      query: Type.Object({ format: Type.Optional(Type.Union([Type.Literal('json'), Type.Literal('iso')])) }),
      responses: { 200: Type.Object({ timeMs: Type.Integer({ description: 'ms since 1970' }) }) },
      textTypes: ['text/plain'],
      handler: ({ query }) => {
        const now = new Date(dependencies.clock.now())
        // Players of other origins keep time too.
        const headers = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }
        return query.format === 'iso'
          ? { headers, text: 'text/plain', body: now.toISOString() }
          : { headers, body: { timeMs: now.getTime() } }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/host',
      tag: 'host',
      summary: 'URLs, ports, versions, limits and what is present',
      role: 'viewer',
      responses: { 200: HostSchema },
      handler: () => ({ body: dependencies.describe() }),
    }),
    defineRoute({
      method: 'GET',
      path: '/settings',
      tag: 'host',
      summary: 'The settings that may change while the host runs',
      role: 'viewer',
      responses: { 200: SettingsSchema },
      handler: () => ({ body: dependencies.settings.current() }),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/settings',
      tag: 'host',
      summary: 'Change settings; in force at once and kept',
      role: 'admin',
      body: withoutDefaults(SettingsSchema),
      responses: { 200: SettingsSchema },
      handler: ({ body, principal, requestId }) => {
        const changed = dependencies.settings.change(body as Parameters<RuntimeSettings['change']>[0])
        dependencies.audit.record({
          kind: 'command',
          message: 'settings were changed',
          actor: principal.id,
          sessionId: requestId,
          data: body as Record<string, unknown>,
        })
        return { body: changed }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/audit',
      tag: 'host',
      summary: 'The audit log, newest first',
      role: 'viewer',
      query: Type.Object({
        stream: Type.Optional(Type.String({ description: 'id or name' })),
        kind: Type.Optional(Type.String()),
        about: Type.Optional(AuditSubjectSchema),
        cursor: Type.Optional(Type.String({ pattern: '^\\d{1,15}$' })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
      }),
      responses: { 200: pageSchema(AuditLineSchema) },
      handler: async ({ query }) => {
        const limit = query.limit ?? 100
        const items = await dependencies.auditLog.list({
          limit,
          ...(query.stream ? { stream: query.stream } : {}),
          ...(query.kind ? { kind: query.kind } : {}),
          ...(query.about ? { about: query.about } : {}),
          ...(query.cursor ? { before: Number(query.cursor) } : {}),
        })
        return { body: { items, nextCursor: items.length === limit ? String(items.at(-1)?.id) : null } }
      },
    }),
  ]
}

/** Every property optional and none filled in: a change names what it changes; what it names must exist. */
function withoutDefaults(schema: typeof SettingsSchema): TSchema {
  const properties = Object.entries(JSON.parse(JSON.stringify(schema.properties)) as Record<string, Record<string, unknown>>)
  return {
    type: 'object',
    properties: Object.fromEntries(properties.map(([key, { default: _default, ...property }]) => [key, property])),
    additionalProperties: false,
  } as TSchema
}
