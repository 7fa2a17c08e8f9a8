import { Type } from 'typebox'
import type { AttemptLimit } from '../../api/index.ts'
import { cookieName } from '../../api/index.ts'
import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import type { BrowserSessions } from '../../platform/identity/browser-sessions.ts'
import type { SignInLinks } from '../../platform/identity/sign-in-links.ts'
import type { TokenStore } from '../../platform/identity/tokens.ts'
import { wholeListSchema } from '../../platform/pages.ts'
import type { Principal, Role } from '../../platform/principal.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes.ts'

const RoleSchema = Type.Union([Type.Literal('viewer'), Type.Literal('editor'), Type.Literal('admin')])
const Time = Type.String({ format: 'date-time' })
const MaybeTime = Type.Union([Time, Type.Null()])

const TokenSchema = Type.Object({
  id: Type.String(),
  label: Type.String(),
  role: RoleSchema,
  createdAt: Time,
  expiresAt: MaybeTime,
  revokedAt: MaybeTime,
  lastUsedAt: MaybeTime,
})
const MeSchema = Type.Object({
  id: Type.String({ description: '`anonymous`, `local`, `cli` or `token:ID`' }),
  role: Type.Union([RoleSchema, Type.Literal('none')]),
  signInRequired: Type.Boolean({ description: 'false: everyone who reaches this address from here may act' }),
})

export interface IdentityRoutesNeeds {
  readonly tokens: TokenStore
  readonly sessions: BrowserSessions
  readonly links: SignInLinks
  readonly attempts: AttemptLimit
  readonly audit: AuditLog
  readonly signInRequired: () => boolean
}

/** /sessions and /tokens. */
export function identityRoutes(needs: IdentityRoutesNeeds): readonly RouteDefinition[] {
  const { tokens, sessions, links, attempts, audit } = needs
  const me = (principal: Principal) => ({ id: principal.id, role: principal.role, signInRequired: needs.signInRequired() })
  const cookie = (value: string, maxAgeSeconds: number, baseUrl: string): string =>
    `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}${baseUrl.startsWith('https:') ? '; Secure' : ''}`

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
      handler: ({ body, remoteAddress, baseUrl, requestId }) => {
        attempts.check(remoteAddress)
        let principal: (Principal & { role: Role }) | undefined
        if (body.token !== undefined) {
          const found = tokens.verify(body.token)
          if (found && found.role !== 'none') principal = { id: found.id, role: found.role }
        } else if (body.link !== undefined) {
          const role = links.redeem(body.link)
          if (role) principal = { id: 'link', role }
        } else {
          throw new AppError('request.invalid', 'Give either link or token', { details: { field: 'body.link' } })
        }
        if (!principal) {
          const code = body.token === undefined ? 'auth.link_spent' : 'auth.token_unknown'
          attempts.failed(remoteAddress)
          audit.record({ kind: 'sign-in', message: 'a sign-in was refused', remoteAddress, sessionId: requestId, code })
          throw new AppError(code)
        }
        const session = sessions.create(principal)
        audit.record({ kind: 'sign-in', message: 'a browser signed in', remoteAddress, actor: principal.id, sessionId: requestId })
        return { status: 201, headers: { 'set-cookie': cookie(session.secret, session.maxAgeSeconds, baseUrl) }, body: me(principal) }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/sessions/me',
      tag: 'identity',
      summary: 'Sign out',
      role: 'none',
      responses: { 204: Type.Null() },
      handler: ({ sessionSecret, baseUrl }) => {
        if (sessionSecret !== undefined) sessions.end(sessionSecret)
        return { status: 204, headers: { 'set-cookie': cookie('', 0, baseUrl) }, body: null }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/tokens',
      tag: 'identity',
      summary: 'All tokens, without their secrets',
      role: 'admin',
      responses: { 200: wholeListSchema(TokenSchema) },
      handler: () => ({ body: { items: tokens.list(), nextCursor: null } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/tokens',
      tag: 'identity',
      summary: 'Make a token; its secret is told this once',
      role: 'admin',
      idempotent: true,
      body: Type.Object({
        label: Type.String({ minLength: 1, maxLength: 100 }),
        role: RoleSchema,
        expiresAt: Type.Optional(Type.Union([Type.String({ format: 'date-time' }), Type.Null()])),
      }),
      responses: { 201: Type.Object({ token: TokenSchema, secret: Type.String({ description: 'shown once' }) }) },
      handler: ({ body, principal, requestId }) => {
        const made = tokens.create(body.label, body.role, body.expiresAt ? new Date(body.expiresAt).toISOString() : null)
        audit.record({
          kind: 'command',
          message: `a token for ${body.role} was made`,
          actor: principal.id,
          sessionId: requestId,
          data: { token: made.token.id },
        })
        return { status: 201, body: made }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/tokens/:id',
      tag: 'identity',
      summary: 'Revoke a token; it stays in the list, marked',
      role: 'admin',
      params: Type.Object({ id: Type.String() }),
      responses: { 200: TokenSchema },
      handler: ({ params, principal, requestId }) => {
        const token = tokens.revoke(params.id)
        audit.record({
          kind: 'command',
          message: 'a token was revoked',
          actor: principal.id,
          sessionId: requestId,
          data: { token: token.id },
        })
        return { body: token }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/tokens/link',
      tag: 'identity',
      summary: 'Make a one-time sign-in link; it holds for ten minutes',
      role: 'admin',
      body: Type.Object({ role: Type.Optional(RoleSchema) }),
      responses: { 201: Type.Object({ url: Type.String(), expiresAt: Time }) },
      handler: ({ body, baseUrl, principal, requestId }) => {
        const link = links.create(body.role ?? 'admin')
        audit.record({ kind: 'command', message: 'a sign-in link was made', actor: principal.id, sessionId: requestId })
        return { status: 201, body: { url: signInUrl(baseUrl, link.secret), expiresAt: link.expiresAt } }
      },
    }),
  ]
}

/** The secret stands behind `#`, so that it reaches no log and no referrer; the page sends it to POST /sessions. */
export function signInUrl(baseUrl: string, secret: string): string {
  return `${baseUrl}/#link=${secret}`
}
