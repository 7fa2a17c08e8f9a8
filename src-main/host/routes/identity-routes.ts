import { Type } from 'typebox'
import { wholeListSchema } from '../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import { RoleSchema, Time, TokenSchema } from './identity-schemas.ts'
import { type SessionRoutesDependencies, sessionRoutes } from './session-routes.ts'

/** /sessions and /tokens. */
export function identityRoutes(dependencies: SessionRoutesDependencies): readonly RouteDefinition[] {
  const { tokens, sessions, links, audit, events } = dependencies

  return [
    ...sessionRoutes(dependencies),
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
      summary: 'Create a token; its secret is shown only in this answer',
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
          message: `a token for ${body.role} was created`,
          actor: principal.id,
          sessionId: requestId,
          data: { token: made.token.id },
        })
        events.publish('token.created', made.token)
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
        const browsers = sessions.list().filter((session) => session.principal === `token:${params.id}`)
        const token = tokens.revoke(params.id)
        for (const { id } of browsers) {
          sessions.end(id)
          events.publish('browser-session.ended', { id })
        }
        audit.record({
          kind: 'command',
          message: 'a token was revoked',
          actor: principal.id,
          sessionId: requestId,
          data: { token: token.id },
        })
        events.publish('token.revoked', token)
        return { body: token }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/tokens/link',
      tag: 'identity',
      summary: 'Create a one-time sign-in link; it is valid for ten minutes',
      role: 'admin',
      body: Type.Object({ role: Type.Optional(RoleSchema) }),
      responses: { 201: Type.Object({ url: Type.String(), expiresAt: Time }) },
      handler: ({ body, signInBaseUrl, principal, requestId }) => {
        const link = links.create(body.role ?? 'admin')
        audit.record({ kind: 'command', message: 'a sign-in link was created', actor: principal.id, sessionId: requestId })
        return { status: 201, body: { url: signInUrl(signInBaseUrl, link.secret), expiresAt: link.expiresAt } }
      },
    }),
  ]
}

/** The secret is behind `#`, so that it reaches no log and no referrer; the page sends it to POST /sessions. */
export function signInUrl(baseUrl: string, secret: string): string {
  return `${baseUrl}/#link=${secret}`
}

/** A page for a window on this machine, signed in by a one-time link where that is needed. What is for guests needs none. */
export function windowUrl(baseUrl: string, path: string, secret: string | undefined): string {
  return secret === undefined || path.includes('#') ? `${baseUrl}${path}` : `${baseUrl}${path}#link=${secret}`
}
