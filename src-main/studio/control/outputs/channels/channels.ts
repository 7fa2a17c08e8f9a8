import { Type } from 'typebox'
import type { AuditLog } from '../../../../platform/audit.ts'
import { AppError } from '../../../../platform/errors.ts'
import type { SecretBox } from '../../../../platform/identity/secret-box.ts'
import { defineRoute, type RouteDefinition } from '../../../../platform/routes/routes.ts'
import { Nullable } from '../../../../platform/routes/schemas.ts'
import type { StateStore } from '../../state-store.ts'
import { type Account, ChannelAccounts, type SignIn } from './channel-accounts.ts'
import { CategorySchema, ChannelSchema, type ChannelService, type ServiceId } from './channel-service.ts'
import type { GrantEndpoints } from './device-grant.ts'
import { createTwitch, twitchGrant } from './twitch.ts'
import { createYoutube, youtubeGrant } from './youtube.ts'

const tag = 'studio'
/** Requests to services at a time. */
const maxAsked = 6
const exactly = { additionalProperties: false }
const Service = Type.Union([Type.Literal('twitch'), Type.Literal('youtube')])
const params = Type.Object({ service: Service })

const SignInSchema = Type.Object({
  state: Type.Union([Type.Literal('waiting'), Type.Literal('failed')]),
  userCode: Type.String({ description: 'what the user enters at the service' }),
  url: Type.String({ description: 'page of the service that takes the code' }),
  expiresAt: Type.String({ format: 'date-time', description: 'until when the code is valid' }),
  reason: Nullable(Type.Union([Type.Literal('denied'), Type.Literal('expired'), Type.Literal('rejected')]), {
    description: 'why it failed; null while it waits',
  }),
  detail: Nullable(Type.String(), { description: "in the service's own words" }),
})

const AccountSchema = Type.Object({
  service: Service,
  connected: Type.Boolean({ description: 'whether there is an access token' }),
  connectedBy: Nullable(Type.Union([Type.Literal('token'), Type.Literal('sign-in')]), {
    description: 'how it came: entered by hand, or by signing in',
  }),
  clientId: Nullable(Type.String(), { description: 'of the application that is signed in with' }),
  hasClientSecret: Type.Boolean(),
  signIn: Nullable(SignInSchema, { description: 'one that waits for the user, or the last one if it failed' }),
})

const shownSignIn = ({ expiresAtMs, ...rest }: SignIn) => ({ ...rest, expiresAt: new Date(expiresAtMs).toISOString() })

const shown = ({ signIn, ...account }: Account) => ({
  ...account,
  connected: account.connectedBy !== null,
  signIn: signIn && shownSignIn(signIn),
})

export interface ChannelsDependencies {
  readonly store: Pick<StateStore, 'get' | 'set'>
  readonly secrets: SecretBox
  readonly audit: AuditLog
  /** `AMI_STREAMS_TWITCH_URL` and `AMI_STREAMS_YOUTUBE_URL` take the place of the services' own servers. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

export interface Channels {
  readonly routes: readonly RouteDefinition[]
  /** Ends sign-ins that wait. */
  stop(): void
}

/** The accounts at services: sign-in, tokens, and title and category of what is streamed there. */
export function createChannels({ store, secrets, audit, environment }: ChannelsDependencies): Channels {
  const { AMI_STREAMS_TWITCH_URL: twitch, AMI_STREAMS_YOUTUBE_URL: youtube } = environment
  const services: Readonly<Record<ServiceId, ChannelService>> = {
    twitch: createTwitch({ id: twitch ?? 'https://id.twitch.tv', api: twitch ?? 'https://api.twitch.tv' }),
    youtube: createYoutube(youtube ?? 'https://www.googleapis.com'),
  }
  const endpoints: Readonly<Record<ServiceId, GrantEndpoints>> = {
    twitch: twitchGrant(twitch ?? 'https://id.twitch.tv'),
    youtube: youtubeGrant(youtube ?? 'https://oauth2.googleapis.com'),
  }
  const accounts = new ChannelAccounts({ store, secrets, audit, endpoints, now: Date.now })
  const accountOf = (service: ServiceId): Account => {
    const account = accounts.list().find((each) => each.service === service)
    if (account === undefined) throw new Error(`no account of ${service}`)
    return account
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
  const routes = [
    defineRoute({
      method: 'GET',
      path: '/studio/channels',
      tag,
      summary: 'Services whose title and category can be set, whether there is an access token for them, and sign-ins under way',
      role: 'editor',
      responses: { 200: Type.Object({ items: Type.Array(AccountSchema) }) },
      handler: () => ({ body: { items: accounts.list().map(shown) } }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/studio/channels/:service/application',
      tag,
      summary: 'Sets the application, registered at the service, that accounts sign in with; an empty client ID deletes it',
      role: 'editor',
      params,
      body: Type.Object(
        {
          clientId: Type.String({ maxLength: 200, pattern: '^[\\x21-\\x7e]*$' }),
          clientSecret: Type.Optional(
            Type.String({
              maxLength: 200,
              pattern: '^[\\x21-\\x7e]*$',
              description: 'kept encrypted, never shown again; YouTube needs it',
            }),
          ),
        },
        exactly,
      ),
      responses: { 200: AccountSchema },
      handler: ({ params: { service }, body: { clientId, clientSecret = '' }, principal }) => {
        accounts.setApplication(service, clientId === '' ? undefined : { clientId, clientSecret }, principal.id)
        return { body: shown(accountOf(service)) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/channels/:service/sign-in',
      tag,
      summary: 'Starts a sign-in by a code that the user enters at the service (RFC 8628); one that waits already is answered',
      role: 'editor',
      params,
      responses: { 200: SignInSchema },
      handler: async ({ params: { service }, principal }) => ({
        body: shownSignIn(await limited(() => accounts.signIn(service, principal.id))),
      }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/studio/channels/:service/sign-in',
      tag,
      summary: 'Ends a sign-in that waits',
      role: 'editor',
      params,
      responses: { 200: AccountSchema },
      handler: ({ params: { service } }) => {
        accounts.cancel(service)
        return { body: shown(accountOf(service)) }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/studio/channels/:service/account',
      tag,
      summary: 'Signs out: deletes the tokens, and ends those of a sign-in at the service',
      role: 'editor',
      params,
      responses: {
        200: Type.Object({
          revoked: Type.Boolean({ description: 'false where the service did not end them: they end by themselves' }),
          problem: Nullable(Type.String()),
        }),
      },
      handler: async ({ params: { service }, principal }) => {
        const problem = await limited(() => accounts.disconnect(service, principal.id))
        return { body: { revoked: problem === undefined, problem: problem ?? null } }
      },
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
        await limited(async () => {
          if (token === '') {
            await accounts.disconnect(service, principal.id)
            return
          }
          await services[service].categories(token, 'a')
          await accounts.setToken(service, token, principal.id)
        })
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
      handler: async ({ params: { service } }) => ({ body: await limited(() => accounts.use(service, services[service].read)) }),
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
        await limited(() => accounts.use(service, (token) => services[service].write(token, body)))
        audit.record({ kind: 'command', message: `title at ${service} set to "${body.title}"`, actor: principal.id })
        return { body: await limited(() => accounts.use(service, services[service].read)) }
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
        body: { items: [...(await limited(() => accounts.use(service, (token) => services[service].categories(token, text))))] },
      }),
    }),
  ]
  return { routes, stop: () => accounts.stop() }
}
