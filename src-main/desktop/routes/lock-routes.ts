import { Type } from 'typebox'
import { AppError } from '../../platform/errors.ts'
import type { SignInAttempts } from '../../platform/identity/sign-in-attempts.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import type { DisplayBook } from '../displays/display-book.ts'
import type { DisplayLocks } from '../rights/display-locks.ts'
import type { Grants } from '../rights/grants.ts'
import type { SecondFactor } from '../rights/second-factor.ts'
import { slowGuesses } from '../rights/slow-guesses.ts'
import { CodeSchema, DisplayIdParams, tag } from '../schemas/display.ts'

export interface LockRoutesDependencies {
  readonly book: DisplayBook
  readonly grants: Grants
  readonly locks: DisplayLocks
  readonly secondFactor: SecondFactor
  readonly attempts: SignInAttempts
}

/** Opens displays that were locked. The code counts for the sign-in as well. */
export function lockRoutes({ book, grants, locks, secondFactor, attempts }: LockRoutesDependencies): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/desktop/displays/:id/unlock',
      tag,
      summary: 'Unlocks a display by a code of your second factor, if you may control it',
      role: 'viewer',
      params: DisplayIdParams,
      body: CodeSchema,
      responses: { 204: Type.Null() },
      handler: async ({ params: { id }, body: { code }, principal, remoteAddress }) => {
        grants.demand(principal, book.describe(id).id, 'control')
        if (!secondFactor.isEnrolled(principal.id)) {
          throw new AppError('desktop.second_factor_missing', 'A locked display opens by a second factor, and you have none')
        }
        await slowGuesses(attempts, remoteAddress, 'desktop.code_wrong', () => secondFactor.prove(principal, code, remoteAddress))
        locks.unlock(id, principal.id)
        return { status: 204, body: null }
      },
    }),
  ]
}

/** What shows a display, or what is on it, waits until it is unlocked. */
export function behindLock(route: RouteDefinition, locks: DisplayLocks): RouteDefinition {
  return {
    ...route,
    handler: (request) => {
      locks.demand(request.params.id)
      return route.handler(request)
    },
  }
}
