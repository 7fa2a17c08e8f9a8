import { Type } from 'typebox'
import { AppError } from '../../platform/errors.ts'
import type { SignInAttempts } from '../../platform/identity/sign-in-attempts.ts'
import type { Principal } from '../../platform/routes/principal.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import type { Grants } from '../rights/grants.ts'
import type { SecondFactor } from '../rights/second-factor.ts'
import { slowGuesses } from '../rights/slow-guesses.ts'
import { CodeSchema, tag } from '../schemas/display.ts'

const StateSchema = Type.Object({
  enrolled: Type.Boolean({ description: 'you have a second factor' }),
  needed: Type.Boolean({ description: 'desktops are closed to this sign-in until a code was proved' }),
})
const EnrolledSchema = Type.Object({
  secret: Type.String({ description: 'in base 32, for apps that take no QR code; shown in this answer alone' }),
  uri: Type.String({ description: 'what the QR code has: `otpauth://totp/...`' }),
})

/** The second factor of users: everybody's own, which admins may remove. */
export function secondFactorRoutes(factor: SecondFactor, grants: Grants, attempts: SignInAttempts): readonly RouteDefinition[] {
  const state = (principal: Principal) => ({ enrolled: factor.isEnrolled(principal.id), needed: factor.isNeeded(principal) })
  return [
    defineRoute({
      method: 'GET',
      path: '/desktop/second-factor',
      tag,
      summary: 'Whether you have a second factor for desktops, and whether it is asked for now',
      role: 'viewer',
      responses: { 200: StateSchema },
      handler: ({ principal }) => ({ body: state(principal) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/desktop/second-factor',
      tag,
      summary: 'Makes a secret for an authenticator app: it counts once a code of it was proved',
      role: 'viewer',
      responses: { 201: EnrolledSchema },
      handler: async ({ principal }) => {
        // Such a sign-in is never had again.
        if (principal.id.startsWith('link:')) {
          throw new AppError('desktop.user_unknown', 'Who signed in by a one-time link has no second factor: sign in with a token')
        }
        return { status: 201, body: await factor.enrol(principal, grants.nameOf(principal)) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/desktop/second-factor/prove',
      tag,
      summary: 'Proves a code of the authenticator app: desktops are open to this sign-in for twelve hours',
      role: 'viewer',
      body: CodeSchema,
      responses: { 200: StateSchema },
      handler: async ({ body, principal, remoteAddress }) => {
        await slowGuesses(attempts, remoteAddress, 'desktop.code_wrong', () => factor.prove(principal, body.code, remoteAddress))
        return { body: state(principal) }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/desktop/second-factor',
      tag,
      summary: 'Removes your second factor, which was proved in this sign-in',
      role: 'viewer',
      responses: { 200: StateSchema },
      handler: async ({ principal }) => {
        factor.demand(principal)
        await factor.remove(principal.id, principal.id)
        return { body: state(principal) }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/desktop/second-factors/:user',
      tag,
      summary: 'Removes the second factor of a user who has lost it',
      role: 'admin',
      params: Type.Object({ user: Type.String({ maxLength: 100 }) }),
      responses: { 204: Type.Null() },
      handler: async ({ params, principal }) => {
        factor.demand(principal)
        await factor.remove(params.user, principal.id)
        return { status: 204, body: null }
      },
    }),
  ]
}
