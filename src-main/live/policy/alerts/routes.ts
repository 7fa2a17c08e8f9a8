import { Type } from 'typebox'
import { wholeListSchema } from '../../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import type { Alerts } from './alerts.ts'
import {
  AlertRuleChangesSchema,
  AlertRuleRequestSchema,
  AlertRuleSchema,
  AlertSchema,
  ChannelRequestSchema,
  ChannelSchema,
} from './schemas.ts'

const tag = 'live'
const Params = Type.Object({ id: Type.String({ maxLength: 80 }) })

/** API routes of alerts: what happened, the rules, the channels. */
export function alertRoutes(alerts: Alerts): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/live/alerts',
      tag,
      summary: 'Alerts of this run, newest first',
      role: 'viewer',
      responses: { 200: wholeListSchema(AlertSchema) },
      handler: () => ({ body: { items: alerts.alerts(), nextCursor: null } }),
    }),
    defineRoute({
      method: 'GET',
      path: '/live/alert-rules',
      tag,
      summary: 'What is watched for',
      role: 'viewer',
      responses: { 200: wholeListSchema(AlertRuleSchema) },
      handler: () => ({ body: { items: alerts.rules(), nextCursor: null } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/live/alert-rules',
      tag,
      summary: 'Watches for something',
      role: 'editor',
      body: AlertRuleRequestSchema,
      responses: { 201: AlertRuleSchema },
      idempotent: true,
      handler: async ({ body, principal }) => ({ status: 201, body: await alerts.createRule(body, principal.id) }),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/live/alert-rules/:id',
      tag,
      summary: 'Changes an alert rule',
      role: 'editor',
      params: Params,
      body: AlertRuleChangesSchema,
      responses: { 200: AlertRuleSchema },
      handler: async ({ params, body, principal }) => ({ body: await alerts.changeRule(params.id, body, principal.id) }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/live/alert-rules/:id',
      tag,
      summary: 'Removes an alert rule',
      role: 'editor',
      params: Params,
      responses: { 204: Type.Null() },
      handler: async ({ params, principal }) => {
        await alerts.removeRule(params.id, principal.id)
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/live/alert-channels',
      tag,
      summary: 'Where alerts go',
      role: 'editor',
      responses: { 200: wholeListSchema(ChannelSchema) },
      handler: () => ({ body: { items: alerts.channels(), nextCursor: null } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/live/alert-channels',
      tag,
      summary: 'Makes a channel: webhook, Slack or e-mail',
      role: 'admin',
      body: ChannelRequestSchema,
      responses: { 201: ChannelSchema },
      idempotent: true,
      handler: async ({ body, principal }) => ({ status: 201, body: await alerts.createChannel(body, principal.id) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/live/alert-channels/:id/test',
      tag,
      summary: 'Sends a channel a test; answers when it was taken',
      role: 'admin',
      params: Params,
      responses: { 204: Type.Null() },
      handler: async ({ params }) => {
        await alerts.testChannel(params.id)
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/live/alert-channels/:id',
      tag,
      summary: 'Removes a channel',
      role: 'admin',
      params: Params,
      responses: { 204: Type.Null() },
      handler: async ({ params, principal }) => {
        await alerts.removeChannel(params.id, principal.id)
        return { status: 204, body: null }
      },
    }),
  ]
}
