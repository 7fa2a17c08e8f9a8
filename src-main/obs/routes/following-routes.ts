import { wholeListSchema } from '../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import type { FollowingFilters } from '../following/following-filters.ts'
import { FollowBody, FollowingSchema } from '../schemas/following.ts'
import { IdParams, tag } from '../schemas/words.ts'

/** Filters of OBS whose settings follow the light or the level. */
export function followingRoutes(following: FollowingFilters): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/obs/:id/following',
      tag,
      summary: 'Filters of an OBS whose settings follow the light or the level, with what they chose',
      role: 'viewer',
      params: IdParams,
      responses: { 200: wholeListSchema(FollowingSchema) },
      handler: async ({ params }) => ({ body: { items: following.list(params.id), nextCursor: null } }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/obs/:id/following',
      tag,
      summary: 'Has a filter of OBS follow the light or the level, or not; what is left out stays as it is',
      role: 'editor',
      params: IdParams,
      body: FollowBody,
      responses: { 200: FollowingSchema },
      handler: async ({ params, body, principal }) => ({ body: await following.change(params.id, body, principal.id) }),
    }),
  ]
}
