import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import type { TrafficBook } from './traffic-book.ts'
import { TrafficQuerySchema, TrafficSchema } from './traffic-schemas.ts'

/** What nodes deliver. Editors: who makes content may see how it is watched; nobody is named. */
export function trafficRoutes(book: TrafficBook): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/network/analytics/traffic',
      alsoAt: '/api/v1/cdn/analytics/traffic',
      tag: 'network',
      summary: 'What nodes delivered: over time, by node and region with its cost, and by path, referring host, country, device and status',
      role: 'editor',
      query: TrafficQuerySchema,
      responses: { 200: TrafficSchema },
      handler: async ({ query }) => ({ body: await book.query(query) }),
    }),
  ]
}
