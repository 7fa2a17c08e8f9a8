import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import { checkReach, type ReachFacts } from '../reach/reach-checks.ts'
import { tag } from '../schemas/display.ts'
import { ReachSchema } from '../schemas/reach.ts'

/** Whether links to desktops work from elsewhere. */
export function reachRoutes(facts: () => ReachFacts): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/desktop/reach',
      tag,
      summary: 'Whether people elsewhere reach the desktops of this host, and why not; asks the STUN and TURN servers of its options',
      role: 'admin',
      responses: { 200: ReachSchema },
      handler: async () => {
        const known = facts()
        return { body: { checks: [...(await checkReach(known))], iceServers: known.iceServers.map((each) => ({ ...each })) } }
      },
    }),
  ]
}
