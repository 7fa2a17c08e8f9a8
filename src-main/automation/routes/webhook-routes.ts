import { Type } from 'typebox'
import type { AuditLog } from '../../platform/audit.ts'
import { wholeListSchema } from '../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import { exactly, IdParams, NameSchema, tag, WebhookSchema } from '../api-schemas.ts'
import type { Webhook, Webhooks } from '../triggers/webhooks.ts'

export interface WebhookRoutesDependencies {
  readonly webhooks: Webhooks
  readonly audit: Pick<AuditLog, 'record'>
  /** Triggers the rules of a webhook. Answers how many there are. */
  readonly fire: (webhook: Webhook) => number
}

/** API routes of webhooks that trigger rules. */
export function webhookRoutes({ webhooks, audit, fire }: WebhookRoutesDependencies): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/automation/webhooks',
      tag,
      summary: 'Webhooks that trigger rules',
      role: 'editor',
      responses: { 200: wholeListSchema(WebhookSchema) },
      handler: () => ({ body: { items: webhooks.list(), nextCursor: null } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/automation/webhooks',
      tag,
      summary: 'Creates a webhook; its URL contains a token that is shown this once and can do nothing else',
      role: 'editor',
      idempotent: true,
      body: Type.Object({ name: NameSchema }, exactly),
      responses: { 201: Type.Object({ webhook: WebhookSchema, url: Type.String({ description: 'POST to it' }) }) },
      handler: async ({ body, principal, sharedBaseUrl }) => {
        const { webhook, token } = await webhooks.add(body.name)
        audit.record({ kind: 'command', message: `the webhook ${webhook.name} was created`, actor: principal.id })
        return {
          status: 201,
          body: { webhook, url: `${sharedBaseUrl}/api/v1/automation/webhooks/${webhook.id}/calls?token=${token}` },
        }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/automation/webhooks/:id',
      tag,
      summary: 'Deletes a webhook: its URL is invalid at once',
      role: 'editor',
      params: IdParams,
      responses: { 204: Type.Null() },
      handler: async ({ params, principal }) => {
        await webhooks.remove(params.id)
        audit.record({ kind: 'command', message: `the webhook ${params.id} was deleted`, actor: principal.id })
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/automation/webhooks/:id/calls',
      tag,
      summary: 'Triggers the rules of a webhook, by the token of its own URL, without a sign-in; at most 20 times in 10 s',
      role: 'none',
      params: IdParams,
      query: Type.Object({ token: Type.String({ minLength: 1, maxLength: 100 }) }, exactly),
      responses: { 202: Type.Object({ rules: Type.Integer({ description: 'how many it triggers' }) }) },
      handler: ({ params, query }) => ({ status: 202, body: { rules: fire(webhooks.call(params.id, query.token)) } }),
    }),
  ]
}
