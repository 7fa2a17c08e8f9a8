import { Type } from 'typebox'
import type { AuditLog } from '../../../../platform/audit.ts'
import { AppError } from '../../../../platform/errors.ts'
import type { SecretBox } from '../../../../platform/identity/secret-box.ts'
import { defineRoute, type RouteDefinition } from '../../../../platform/routes.ts'
import type { StateStore } from '../../state-store.ts'
import { CategorySchema, ChannelSchema, type ChannelService, type ServiceId, serviceIds } from './channel-service.ts'
import { createTwitch } from './twitch.ts'
import { createYoutube } from './youtube.ts'

const tag = 'studio'
/** Requests to services at a time. */
const maxAsked = 6
const exactly = { additionalProperties: false }
const Service = Type.Union([Type.Literal('twitch'), Type.Literal('youtube')])
const params = Type.Object({ service: Service })

export interface ChannelRoutesDependencies {
  readonly store: Pick<StateStore, 'get' | 'set'>
  readonly secrets: SecretBox
  readonly audit: AuditLog
  /** `AMI_STREAMS_TWITCH_URL` and `AMI_STREAMS_YOUTUBE_URL` take the place of the services' own APIs. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** API routes of the accounts at services: their tokens, and title and category of what is streamed there. */
export function channelRoutes({ store, secrets, audit, environment }: ChannelRoutesDependencies): readonly RouteDefinition[] {
  const { AMI_STREAMS_TWITCH_URL: twitch, AMI_STREAMS_YOUTUBE_URL: youtube } = environment
  const services: Readonly<Record<ServiceId, ChannelService>> = {
    twitch: createTwitch({ id: twitch ?? 'https://id.twitch.tv', api: twitch ?? 'https://api.twitch.tv' }),
    youtube: createYoutube(youtube ?? 'https://www.googleapis.com'),
  }
  const key = (service: ServiceId): string => `channel-token-${service}`
  const tokenOf = (service: ServiceId): string => {
    const kept = store.get(key(service))
    if (typeof kept !== 'string') throw new AppError('studio.channel_token', 'There is no access token')
    return secrets.open(kept)
  }
  let asked = 0
  const limited = async <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    if (asked >= maxAsked) throw new AppError('studio.busy', `${maxAsked} requests to services are under way already`)
    asked++
    try {
      return await work()
    } finally {
      asked--
    }
  }
  return [
    defineRoute({
      method: 'GET',
      path: '/studio/channels',
      tag,
      summary: 'Services whose title and category can be set, and whether there is an access token for them',
      role: 'editor',
      responses: { 200: Type.Object({ items: Type.Array(Type.Object({ service: Service, connected: Type.Boolean() })) }) },
      handler: () => ({
        body: { items: serviceIds.map((service) => ({ service, connected: typeof store.get(key(service)) === 'string' })) },
      }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/studio/channels/:service/token',
      tag,
      summary: 'Sets the access token of the account at a service, which is tried first and never shown again; empty deletes it',
      role: 'editor',
      params,
      body: Type.Object({ token: Type.String({ maxLength: 4000, pattern: '^[\\x21-\\x7e]*$' }) }, exactly),
      responses: { 200: Type.Object({ service: Service, connected: Type.Boolean() }) },
      handler: async ({ params: { service }, body: { token }, principal }) => {
        if (token !== '') await limited(() => services[service].categories(token, 'a'))
        store.set(key(service), token === '' ? undefined : secrets.encrypt(token))
        const message = token === '' ? `access token of ${service} deleted` : `access token of ${service} set`
        audit.record({ kind: 'command', message, actor: principal.id })
        return { body: { service, connected: token !== '' } }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/channels/:service',
      tag,
      summary: 'Title and category, as the service has them now',
      role: 'editor',
      params,
      responses: { 200: ChannelSchema },
      handler: async ({ params: { service } }) => ({ body: await limited(() => services[service].read(tokenOf(service))) }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/studio/channels/:service',
      tag,
      summary: 'Sets title and category at the service',
      role: 'editor',
      params,
      body: Type.Object(
        {
          title: Type.String({ minLength: 1, maxLength: 140 }),
          category: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{1,40}$', description: 'id; left out: as it is' })),
        },
        exactly,
      ),
      responses: { 200: ChannelSchema },
      handler: async ({ params: { service }, body, principal }) => {
        const token = tokenOf(service)
        await limited(() => services[service].write(token, body))
        audit.record({ kind: 'command', message: `title at ${service} set to "${body.title}"`, actor: principal.id })
        return { body: await limited(() => services[service].read(token)) }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/channels/:service/categories',
      tag,
      summary: 'Categories of the service that have a text in their names',
      role: 'editor',
      params,
      query: Type.Object({ text: Type.String({ minLength: 1, maxLength: 100 }) }, exactly),
      responses: { 200: Type.Object({ items: Type.Array(CategorySchema) }) },
      handler: async ({ params: { service }, query: { text } }) => ({
        body: { items: [...(await limited(() => services[service].categories(tokenOf(service), text)))] },
      }),
    }),
  ]
}
