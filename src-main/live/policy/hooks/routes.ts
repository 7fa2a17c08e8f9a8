import { Type } from 'typebox'
import { wholeListSchema } from '../../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import type { Hooks } from './hooks.ts'
import { DeliverySchema, HookChangesSchema, HookCreatedSchema, HookRequestSchema, HookSchema } from './schemas.ts'

const tag = 'live'
const Params = Type.Object({ id: Type.String({ maxLength: 80 }) })

/** API routes of hooks. Hooks make the host send requests, so they are the admin's. */
export function hookRoutes(hooks: Hooks): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/live/hooks',
      tag,
      summary: 'HTTP hooks',
      role: 'admin',
      responses: { 200: wholeListSchema(HookSchema) },
      handler: () => ({ body: { items: hooks.list(), nextCursor: null } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/live/hooks',
      tag,
      summary: 'Makes a hook; its secret is answered this once',
      role: 'admin',
      body: HookRequestSchema,
      responses: { 201: HookCreatedSchema },
      idempotent: true,
      handler: async ({ body, principal }) => ({ status: 201, body: await hooks.create(body, principal.id) }),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/live/hooks/:id',
      tag,
      summary: 'Changes a hook',
      role: 'admin',
      params: Params,
      body: HookChangesSchema,
      responses: { 200: HookSchema },
      handler: async ({ params, body, principal }) => ({ body: await hooks.change(params.id, body, principal.id) }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/live/hooks/:id',
      tag,
      summary: 'Removes a hook',
      role: 'admin',
      params: Params,
      responses: { 204: Type.Null() },
      handler: async ({ params, principal }) => {
        await hooks.remove(params.id, principal.id)
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/live/hooks/:id/test',
      tag,
      summary: 'Sends a hook a test and answers what it said',
      role: 'admin',
      params: Params,
      responses: {
        200: Type.Object({
          status: Type.Union([Type.Integer(), Type.Null()]),
          error: Type.Union([Type.String(), Type.Null()]),
          durationMs: Type.Number(),
        }),
      },
      handler: async ({ params }) => ({ body: await hooks.test(params.id) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/live/hooks/:id/deliveries',
      tag,
      summary: 'The newest deliveries of a hook, newest first',
      role: 'admin',
      params: Params,
      responses: { 200: wholeListSchema(DeliverySchema) },
      handler: ({ params }) => ({ body: { items: hooks.deliveries(params.id), nextCursor: null } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/live/hooks/:id/deliveries/:delivery/again',
      tag,
      summary: 'Sends a delivery once more',
      role: 'admin',
      params: Type.Object({ id: Type.String({ maxLength: 80 }), delivery: Type.String({ maxLength: 80 }) }),
      responses: { 204: Type.Null() },
      handler: ({ params }) => {
        hooks.again(params.id, params.delivery)
        return { status: 204, body: null }
      },
    }),
  ]
}
