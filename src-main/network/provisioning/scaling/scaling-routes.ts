import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import type { Scaler } from './scaler.ts'
import { ScalingSettingsSchema, ScalingStateSchema } from './scaling-schemas.ts'

const tag = 'network'

/** Scaling orders machines by itself: admins alone. */
export function scalingRoutes(scaler: Scaler): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/network/scaling',
      tag,
      summary: 'How machines are ordered and destroyed by load, and what was decided why',
      role: 'admin',
      responses: { 200: ScalingStateSchema },
      handler: () => ({ body: scaler.state }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/network/scaling',
      tag,
      summary: 'Changes how machines are ordered and destroyed by load',
      role: 'admin',
      body: ScalingSettingsSchema,
      responses: { 200: ScalingStateSchema },
      handler: async ({ body, principal }) => ({ body: await scaler.change(body, principal.id) }),
    }),
  ]
}
