import { Type } from 'typebox'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import type { RoutingBook } from './routing-book.ts'
import { openHeaders, ProbeSchema, RoutingSettingsSchema, SignedNodesSchema } from './routing-schemas.ts'

const tag = 'network'

/** Which nodes viewers are sent to: operators switch it on, players ask. */
export function routingRoutes(book: RoutingBook): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/network/viewer-nodes',
      alsoAt: '/api/v1/cdn/nodes',
      tag,
      summary: 'Nodes that viewers may use, signed; none while routing is off. Nodes answer it too',
      role: 'none',
      responses: { 200: SignedNodesSchema },
      handler: () => ({ headers: openHeaders, body: book.signed }),
    }),
    defineRoute({
      method: 'GET',
      path: '/network/probe',
      alsoAt: '/api/v1/cdn/probe',
      tag,
      summary: 'Whether viewers are served here: players measure by it how near a node is',
      role: 'none',
      responses: { 200: ProbeSchema },
      handler: () => ({ headers: openHeaders, body: { state: 'serving', issuedAt: book.issuedAt } }),
    }),
    defineRoute({
      method: 'GET',
      path: '/network/routing',
      tag,
      summary: 'Whether viewers are sent to nodes',
      role: 'viewer',
      responses: { 200: RoutingSettingsSchema },
      handler: () => ({ body: book.settings }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/network/routing',
      tag,
      summary: 'Switches on or off that viewers are sent to nodes',
      role: 'admin',
      body: RoutingSettingsSchema,
      responses: { 200: RoutingSettingsSchema },
      handler: async ({ body, principal }) => ({ body: await book.change(body, principal.id) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/network/routing/key',
      tag,
      summary: 'Replaces the key that signs lists of nodes; the former one signs too until it is replaced again',
      role: 'admin',
      responses: {
        200: Type.Object({ keys: Type.Array(Type.String(), { description: 'ECDSA P-256, SPKI in base64; the newest first' }) }),
      },
      handler: async ({ principal }) => ({ body: await book.rotateKey(principal.id) }),
    }),
  ]
}
