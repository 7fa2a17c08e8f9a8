import { Type } from 'typebox'
import { type AttemptLimit, cookieName } from '../../api/index.ts'
import { passCookie } from '../../live/index.ts'
import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import type { EventBus } from '../../platform/events/events.ts'
import type { BrowserSession, BrowserSessions, SignIn } from '../../platform/identity/browser-sessions.ts'
import type { SignInLinks } from '../../platform/identity/sign-in-links.ts'
import type { TokenStore } from '../../platform/identity/tokens.ts'
import { wholeListSchema } from '../../platform/routes/pages.ts'
import type { Principal } from '../../platform/routes/principal.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import { BrowserSessionSchema, MeSchema, type SignedInBrowser } from './identity-schemas.ts'

export interface SessionRoutesDependencies {
  readonly tokens: TokenStore
  readonly sessions: BrowserSessions
  readonly links: SignInLinks
  readonly attempts: AttemptLimit
  readonly audit: AuditLog
  readonly events: EventBus
  readonly signInRequired: () => boolean
}

/** /sessions: browsers sign in and out, and are listed. */
export function sessionRoutes(dependencies: SessionRoutesDependencies): readonly RouteDefinition[] {
  const { tokens, sessions, links, attempts, audit, events } = dependencies
  const me = ({ id, role }: Pick<Principal, 'id' | 'role'>) => ({
    id,
    role,
    signInRequired: dependencies.signInRequired() || role === 'none',
  })
  const cookie = (value: string, maxAgeSeconds: number, baseUrl: string): string =>
    `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}${baseUrl.startsWith('https:') ? '; Secure' : ''}`
  const shown = (session: BrowserSession, principal: Principal): SignedInBrowser => {
    const token = tokens.list().find(({ id }) => session.principal === `token:${id}`)
    return { ...session, label: token?.label ?? null, current: session.id === principal.session }
  }
  /** Admins see every browser, everybody else those of their own token or link. */
  const listFor = (principal: Principal): readonly BrowserSession[] =>
    sessions.list().filter((session) => principal.role === 'admin' || session.principal === principal.id)
  const end = (session: BrowserSession, principal: Principal, requestId: string): void => {
    sessions.end(session.id)
    events.publish('browser-session.ended', { id: session.id })
    const own = session.id === principal.session
    audit.record({
      kind: 'sign-in',
      message: own ? 'a browser signed out' : 'a browser was signed out',
      actor: principal.id,
      sessionId: requestId,
      data: { browser: session.id },
    })
  }

  return [
    defineRoute({
      method: 'GET',
      path: '/sessions/me',
      tag: 'identity',
      summary: 'Who you are',
      role: 'none',
      responses: { 200: MeSchema },
      handler: ({ principal }) => ({ body: me(principal) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/sessions',
      tag: 'identity',
      summary: 'Signed-in browsers: all for admins, those of your own token or link for everybody else',
      role: 'viewer',
      responses: { 200: wholeListSchema(BrowserSessionSchema) },
      handler: ({ principal }) => ({ body: { items: listFor(principal).map((session) => shown(session, principal)), nextCursor: null } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/sessions',
      tag: 'identity',
      summary: 'Sign in with a one-time link or a token; answers with a cookie',
      role: 'none',
      body: Type.Object({
        link: Type.Optional(Type.String({ maxLength: 200, description: 'the secret of a sign-in link' })),
        token: Type.Optional(Type.String({ maxLength: 200 })),
      }),
      responses: { 201: MeSchema },
      handler: ({ body, principal: before, remoteAddress, userAgent, baseUrl, requestId }) => {
        let signIn: Pick<SignIn, 'role' | 'token'> | undefined
        if (body.token !== undefined) {
          const found = tokens.verify(body.token)
          if (found && found.role !== 'none') signIn = { role: found.role, token: found.id }
        } else if (body.link !== undefined) {
          const role = links.redeem(body.link)
          if (role) signIn = { role }
        } else {
          throw new AppError('request.invalid', 'Give either link or token', { details: { field: 'body.link' } })
        }
        if (!signIn) {
          const rejection = attempts.failed(remoteAddress, body.token === undefined ? 'auth.link_spent' : 'auth.token_unknown')
          // Attempts past the limit do not fill the audit log.
          if (rejection.code !== 'auth.too_many_attempts')
            audit.record({ kind: 'sign-in', message: 'a sign-in was rejected', remoteAddress, sessionId: requestId, code: rejection.code })
          throw rejection
        }
        // The browser keeps one cookie: without it the session before could only be ended from the list.
        const replaced = sessions.list().find(({ id }) => id === before.session)
        if (replaced) end(replaced, before, requestId)
        const { session, secret, maxAgeSeconds } = sessions.create({ ...signIn, userAgent, remoteAddress })
        const principal = { id: session.principal, role: session.role, session: session.id }
        events.publish('browser-session.created', { ...shown(session, principal), current: false })
        audit.record({
          kind: 'sign-in',
          message: 'a browser signed in',
          remoteAddress,
          actor: principal.id,
          sessionId: requestId,
          data: { browser: session.id },
        })
        return { status: 201, headers: { 'set-cookie': cookie(secret, maxAgeSeconds, baseUrl) }, body: me(principal) }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/sessions/me',
      tag: 'identity',
      summary: 'Sign out',
      role: 'none',
      responses: { 204: Type.Null() },
      handler: ({ principal, baseUrl, requestId }) => {
        const own = sessions.list().find(({ id }) => id === principal.session)
        if (own) end(own, principal, requestId)
        const cookies = [cookie('', 0, baseUrl), `${passCookie}=; Path=/live/; HttpOnly; SameSite=Strict; Max-Age=0`]
        return { status: 204, headers: { 'set-cookie': cookies }, body: null }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/sessions/:id',
      tag: 'identity',
      summary: 'Sign a browser out, at once; admins any, everybody else those that GET /sessions lists',
      role: 'viewer',
      params: Type.Object({ id: Type.String({ maxLength: 80 }) }),
      responses: { 204: Type.Null() },
      handler: ({ params, principal, requestId }) => {
        const session = listFor(principal).find(({ id }) => id === params.id)
        if (!session) throw new AppError('session.not_found')
        end(session, principal, requestId)
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/sessions',
      tag: 'identity',
      summary: 'Sign out everywhere: every browser that GET /sessions lists',
      role: 'viewer',
      query: Type.Object({
        keepCurrent: Type.Optional(Type.Boolean({ default: false, description: 'true: the browser that asks stays signed in' })),
      }),
      responses: { 200: Type.Object({ ended: Type.Integer({ description: 'browsers that were signed out' }) }) },
      handler: ({ query, principal, requestId }) => {
        const ended = listFor(principal).filter(({ id }) => !(query.keepCurrent === true && id === principal.session))
        for (const session of ended) end(session, principal, requestId)
        return { body: { ended: ended.length } }
      },
    }),
  ]
}
