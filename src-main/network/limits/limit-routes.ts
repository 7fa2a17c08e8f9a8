import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import type { LimitBook } from './limit-book.ts'
import { LimitSettingsSchema } from './limit-settings.ts'

const tag = 'network'

/** Limits of requests at nodes. */
export function limitRoutes(book: LimitBook): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/network/limits',
      alsoAt: '/api/v1/cdn/limits',
      tag,
      summary: 'How many requests viewers may make at nodes',
      role: 'viewer',
      responses: { 200: LimitSettingsSchema },
      handler: () => ({ body: book.settings }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/network/limits',
      alsoAt: '/api/v1/cdn/limits',
      tag,
      summary: 'Changes how many requests viewers may make at all nodes together',
      role: 'admin',
      body: LimitSettingsSchema,
      responses: { 200: LimitSettingsSchema },
      handler: async ({ body, principal }) => ({ body: await book.change(body, principal.id) }),
    }),
  ]
}
