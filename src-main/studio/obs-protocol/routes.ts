import { type Static, Type } from 'typebox'
import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import { ErrorSchema, Nullable } from '../../platform/routes/schemas.ts'
import type { ClientBook } from './clients/client-book.ts'
import { ClientName, ClientSchema, PairingRequestSchema, type ProtocolClient, RightSchema } from './clients/client-schemas.ts'
import type { Pairing } from './clients/pairing.ts'
import type { Session } from './server/session.ts'

const tag = 'studio'
const exactly = { additionalProperties: false }

const settings = {
  enabled: Type.Boolean({ description: 'whether programs that speak the protocol of obs-websocket may connect' }),
  port: Type.Integer({ minimum: 0, maximum: 65_535, description: 'TCP; 4455 as OBS Studio; 0 for any that is free' }),
  listen: Type.Union([Type.Literal('loopback'), Type.Literal('network')], {
    description: 'loopback: programs of this machine; network: those of others, too. The protocol is not encrypted',
  }),
}
const SettingsSchema = Type.Object(settings)
export type ObsProtocolSettings = Static<typeof SettingsSchema>

const StateSchema = Type.Object({
  ...settings,
  state: Type.Union([Type.Literal('off'), Type.Literal('listening'), Type.Literal('failed')]),
  openPort: Type.Union([Type.Integer(), Type.Null()], { description: 'that is open now' }),
  error: Nullable(ErrorSchema),
  connections: Type.Integer(),
  pairingUntil: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
    description: 'until when programs that are not known may ask to connect; null: pairing is closed',
  }),
  pairingRequests: Type.Array(PairingRequestSchema),
})
export type ServerState = Static<typeof StateSchema>

const CreatedSchema = Type.Object({
  client: ClientSchema,
  password: Type.String({ description: 'to be entered in the program as the password of OBS; it is given out this once' }),
})
const ConnectionSchema = Type.Object({
  client: Type.String({ description: 'id' }),
  name: Type.String(),
  right: RightSchema,
  ip: Type.String(),
  encoding: Type.Union([Type.Literal('json'), Type.Literal('msgpack')]),
  connectedAt: Type.String({ format: 'date-time' }),
})
const IdParams = Type.Object({ id: Type.String({ maxLength: 60 }) })

export interface ProtocolRoutesDependencies {
  readonly book: ClientBook
  readonly pairing: Pairing
  readonly audit: AuditLog
  readonly state: () => ServerState
  readonly sessions: () => readonly Session[]
  readonly change: (changes: Partial<ObsProtocolSettings>) => Promise<ServerState>
  /** A client has other rights, or (undefined) may no longer connect. */
  readonly changed: (id: string, client: ProtocolClient | undefined) => void
  /** Resolves when what was changed is on the disk. */
  readonly kept: () => Promise<void>
}

/** API routes of the server that programs made for OBS Studio connect to. */
export function protocolRoutes(dependencies: ProtocolRoutesDependencies): readonly RouteDefinition[] {
  return [...serverRoutes(dependencies), ...clientRoutes(dependencies), ...pairingRoutes(dependencies)]
}

function serverRoutes({ audit, state, sessions, change }: ProtocolRoutesDependencies): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/studio/obs-protocol',
      tag,
      summary: 'The server that programs made for OBS Studio connect to: settings, state, who asks to be paired',
      role: 'admin',
      responses: { 200: StateSchema },
      handler: () => ({ body: state() }),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/studio/obs-protocol',
      tag,
      summary: 'Switches it on or off, or changes where it listens; kept, and in force at once',
      role: 'admin',
      body: Type.Object(
        { enabled: Type.Optional(settings.enabled), port: Type.Optional(settings.port), listen: Type.Optional(settings.listen) },
        exactly,
      ),
      responses: { 200: StateSchema },
      handler: async ({ body, principal }) => {
        const next = await change(body)
        const what = next.enabled ? `on at port ${next.port} (${next.listen})` : 'off'
        audit.record({ kind: 'command', message: `OBS protocol: switched ${what}`, actor: principal.id })
        return { body: next }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/obs-protocol/connections',
      tag,
      summary: 'Programs that are connected',
      role: 'admin',
      responses: { 200: Type.Object({ items: Type.Array(ConnectionSchema) }) },
      handler: () => ({
        body: {
          items: sessions().flatMap(({ client, ip, encoding, connectedAt }) =>
            client === undefined ? [] : [{ client: client.id, name: client.name, right: client.right, ip, encoding, connectedAt }],
          ),
        },
      }),
    }),
  ]
}

function clientRoutes({ book, audit, sessions, changed, kept }: ProtocolRoutesDependencies): readonly RouteDefinition[] {
  const view = (client: ProtocolClient) => ({
    ...client,
    connections: sessions().filter((session) => session.client?.id === client.id).length,
  })
  return [
    defineRoute({
      method: 'GET',
      path: '/studio/obs-protocol/clients',
      tag,
      summary: 'Programs that may connect, each with a password of its own',
      role: 'admin',
      responses: { 200: Type.Object({ items: Type.Array(ClientSchema) }) },
      handler: () => ({ body: { items: book.list().map(view) } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/obs-protocol/clients',
      tag,
      summary: 'Creates a password for a program',
      role: 'admin',
      body: Type.Object({ name: ClientName, right: RightSchema }, exactly),
      responses: { 201: CreatedSchema },
      handler: async ({ body: { name, right }, principal }) => {
        const { client, password } = book.create(name, right)
        changed(client.id, client)
        await kept()
        audit.record({ kind: 'command', message: `OBS protocol: created a password to ${right} for ${name}`, actor: principal.id })
        return { status: 201, body: { client: view(client), password } }
      },
    }),
    defineRoute({
      method: 'PATCH',
      path: '/studio/obs-protocol/clients/:id',
      tag,
      summary: 'Changes the name or the right of a program; also of its open connections',
      role: 'admin',
      params: IdParams,
      body: Type.Object({ name: Type.Optional(ClientName), right: Type.Optional(RightSchema) }, exactly),
      responses: { 200: ClientSchema },
      handler: async ({ params, body, principal }) => {
        const client = book.change(params.id, body)
        changed(params.id, client)
        await kept()
        audit.record({ kind: 'command', message: `OBS protocol: ${client.name} may ${client.right}`, actor: principal.id })
        return { body: view(client) }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/studio/obs-protocol/clients/:id',
      tag,
      summary: 'Revokes the password of a program, and closes its connections',
      role: 'admin',
      params: IdParams,
      responses: { 204: Type.Null() },
      handler: async ({ params, principal }) => {
        const { name } = book.remove(params.id)
        changed(params.id, undefined)
        await kept()
        audit.record({ kind: 'command', message: `OBS protocol: revoked the password of ${name}`, actor: principal.id })
        return { status: 204, body: null }
      },
    }),
  ]
}

function pairingRoutes({ pairing, audit, state, kept }: ProtocolRoutesDependencies): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/studio/obs-protocol/pairing',
      tag,
      summary: 'Opens or closes pairing: for two minutes, programs that are not known wait for an answer instead of being rejected',
      role: 'admin',
      body: Type.Object({ open: Type.Boolean() }, exactly),
      responses: { 200: StateSchema },
      handler: ({ body }) => {
        if (body.open && state().state !== 'listening') throw new AppError('obs.protocol_off')
        if (body.open) pairing.open()
        else pairing.close()
        return { body: state() }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/obs-protocol/pairing/:id',
      tag,
      summary: 'Allows a program that asks; answers with the password for its next connection',
      role: 'admin',
      params: IdParams,
      body: Type.Object({ name: ClientName, right: RightSchema }, exactly),
      responses: { 201: CreatedSchema },
      handler: async ({ params, body: { name, right }, principal }) => {
        const { client, password } = pairing.allow(params.id, name, right)
        await kept()
        audit.record({ kind: 'command', message: `OBS protocol: paired ${name}, which may ${right}`, actor: principal.id })
        return { status: 201, body: { client: { ...client, connections: 1 }, password } }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/studio/obs-protocol/pairing/:id',
      tag,
      summary: 'Denies a program that asks',
      role: 'admin',
      params: IdParams,
      responses: { 204: Type.Null() },
      handler: ({ params }) => {
        pairing.deny(params.id)
        return { status: 204, body: null }
      },
    }),
  ]
}
