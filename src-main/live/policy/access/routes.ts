import { Type } from 'typebox'
import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import type { EventTopic } from '../../../platform/events/event-topics.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import { bareIp } from '../../../platform/net/ip-address.ts'
import { randomText } from '../../../platform/random-id.ts'
import { wholeListSchema } from '../../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import type { AccessGate } from './access-gate.ts'
import { passCookie } from './access-http.ts'
import type { AccessStore } from './access-store.ts'
import type { UsableKey } from './grants.ts'
import { compileIpRules } from './ip-rules.ts'
import { algorithmsOf, newPlaybackSecret, type PlaybackKey } from './playback-key.ts'
import {
  HostAccessSchema,
  PlaybackKeyCreatedSchema,
  PlaybackKeyRequestSchema,
  PlaybackKeySchema,
  SignedUrlsSchema,
  SignRequestSchema,
  StreamAccessSchema,
} from './schemas.ts'

export interface AccessRoutesDependencies {
  readonly store: AccessStore
  readonly gate: AccessGate
  readonly audit: AuditLog
  readonly events: EventBus
  readonly now: () => number
  /** Name of a stream by id or name, also of one that has only a key yet. Throws `stream.not_found`. */
  readonly nameOf: (idOrName: string) => string
  /** Of session keys that are no viewers. A secret. */
  readonly previewPrefix: string
}

const tag = 'live'
const Params = Type.Object({ id: Type.String({ maxLength: 80, description: 'id or name of the stream' }) })
const KeyParams = Type.Object({ id: Type.String({ maxLength: 80 }) })

const shown = ({ id, label, kind, publicKey, createdAt }: UsableKey): PlaybackKey => ({ id, label, kind, publicKey, createdAt })

/** API routes of access rules, playback keys and signed URLs. */
export function accessRoutes({
  store,
  gate,
  audit,
  events,
  now,
  nameOf,
  previewPrefix,
}: AccessRoutesDependencies): readonly RouteDefinition[] {
  const changed = (topic: EventTopic, data: unknown, message: string, actor: string): void => {
    gate.refresh()
    events.publish(topic, data)
    audit.record({ kind: 'command', message, actor })
  }
  return [
    defineRoute({
      method: 'GET',
      path: '/live/access',
      tag,
      summary: 'IP addresses that may watch and publish on this host',
      role: 'viewer',
      responses: { 200: HostAccessSchema },
      handler: () => ({ body: store.host }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/live/access',
      tag,
      summary: 'Sets the IP addresses that may watch and publish on this host',
      role: 'admin',
      body: HostAccessSchema,
      responses: { 200: HostAccessSchema },
      handler: ({ body, principal }) => {
        compileIpRules(body.play)
        compileIpRules(body.publish)
        store.setHost(body)
        changed('access.updated', body, 'the IP address rules of the host were changed', principal.id)
        return { body: store.host }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/live/streams/:id/access',
      tag,
      summary: 'Who may watch a stream',
      role: 'viewer',
      params: Params,
      responses: { 200: StreamAccessSchema },
      handler: ({ params }) => ({ body: store.streams.get(nameOf(params.id)) ?? { mode: 'open', allow: [], deny: [] } }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/live/streams/:id/access',
      tag,
      summary: 'Sets who may watch a stream; in force for every request from now on',
      role: 'editor',
      params: Params,
      body: StreamAccessSchema,
      responses: { 200: StreamAccessSchema },
      handler: ({ params, body, principal }) => {
        const stream = nameOf(params.id)
        compileIpRules(body)
        store.setStream(stream, body)
        changed('access.updated', { stream, ...body }, `who may watch ${stream} was changed to ${body.mode}`, principal.id)
        return { body }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/live/streams/:id/signed-addresses',
      tag,
      summary: 'Creates signed URLs to watch a stream',
      role: 'editor',
      params: Params,
      body: SignRequestSchema,
      responses: { 201: SignedUrlsSchema },
      handler: async ({ params, body, sharedBaseUrl }) => {
        const stream = nameOf(params.id)
        const expires = Math.floor(now() / 1000) + body.expiresInS
        if (body.address !== undefined) compileIpRules({ allow: [body.address], deny: [] })
        const token = await gate.issue(stream, expires, body.address === undefined ? undefined : bareIp(body.address))
        return {
          status: 201,
          body: {
            token,
            expiresAt: new Date(expires * 1000).toISOString(),
            watchUrl: `${sharedBaseUrl}/watch/${stream}?token=${token}`,
            hlsUrl: `${sharedBaseUrl}/live/${stream}/@${token}/index.m3u8`,
            dashUrl: `${sharedBaseUrl}/live/${stream}/@${token}/manifest.mpd`,
          },
        }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/live/preview-pass',
      tag,
      summary: 'Lets the browser of a signed-in user watch every stream, by a cookie, and without being counted',
      role: 'viewer',
      responses: {
        200: Type.Object({ session: Type.String({ description: 'starts `session` in URLs of players that are no viewers' }) }),
      },
      handler: async () => {
        const { token, lifeS } = await gate.pass()
        const cookie = `${passCookie}=${token}; Path=/live/; Max-Age=${lifeS}; HttpOnly; SameSite=Strict`
        return { headers: { 'set-cookie': cookie }, body: { session: previewPrefix } }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/live/playback-keys',
      tag,
      summary: 'Keys that signed URLs and tokens are checked by',
      role: 'editor',
      responses: { 200: wholeListSchema(PlaybackKeySchema) },
      handler: () => ({ body: { items: store.keys.map(shown), nextCursor: null } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/live/playback-keys',
      tag,
      summary: 'Makes a shared secret, or takes in a public key',
      role: 'admin',
      body: PlaybackKeyRequestSchema,
      responses: { 201: PlaybackKeyCreatedSchema },
      idempotent: true,
      handler: async ({ body, principal }) => {
        const common = { id: `pk_${randomText(8)}`, label: body.label, createdAt: new Date(now()).toISOString() }
        if (body.publicKey !== undefined) algorithmsOf(body.publicKey)
        const key: UsableKey =
          body.publicKey === undefined
            ? { ...common, kind: 'secret', publicKey: null, secret: newPlaybackSecret() }
            : { ...common, kind: 'public', publicKey: body.publicKey }
        await store.addKey(key)
        changed('playback-key.created', shown(key), `playback key "${key.label}" was created`, principal.id)
        return { status: 201, body: { key: shown(key), secret: key.secret ?? null } }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/live/playback-keys/:id',
      tag,
      summary: 'Revokes a playback key: what it signed is no longer valid',
      role: 'admin',
      params: KeyParams,
      responses: { 204: Type.Null() },
      handler: async ({ params, principal }) => {
        const key = store.keys.find((each) => each.id === params.id)
        if (key === undefined) throw new AppError('access.key_not_found')
        await store.removeKey(key.id)
        changed('playback-key.removed', { id: key.id }, `playback key "${key.label}" was revoked`, principal.id)
        return { status: 204, body: null }
      },
    }),
  ]
}
