import { Type } from 'typebox'
import type { AnyAction, AutomationKinds, AutomationRule } from '../../media/automation/automation-kinds.ts'
import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import { wholeListSchema } from '../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import { DryRunSchema, IdParams, NewRuleSchema, RuleChangesSchema, RuleViewSchema, tag } from '../api-schemas.ts'
import type { RuleEngine } from '../engine/rule-engine.ts'
import type { HostRules } from '../rules/host-rules.ts'
import type { RuleViews } from '../rules/rule-views.ts'

export interface RuleRoutesDependencies {
  readonly kinds: AutomationKinds
  readonly engine: RuleEngine
  readonly hostRules: HostRules
  readonly views: RuleViews
  readonly audit: Pick<AuditLog, 'record'>
}

/** API routes of rules: those of the host are edited here, macros of the show in its document. */
export function ruleRoutes({ kinds, engine, hostRules, views, audit }: RuleRoutesDependencies): readonly RouteDefinition[] {
  const ruleOf = (id: string): AutomationRule => {
    const found = kinds.rules().find(({ key }) => key === id)
    if (found === undefined) throw new AppError('automation.not_found', `There is no rule "${id}"`)
    return found
  }
  const command = (message: string, actor: string): void => audit.record({ kind: 'command', message, actor })
  return [
    defineRoute({
      method: 'GET',
      path: '/automation/rules',
      tag,
      summary: 'Rules of the host, and macros of the open show that run by themselves',
      role: 'editor',
      responses: { 200: wholeListSchema(RuleViewSchema) },
      handler: () => ({ body: { items: views.list(), nextCursor: null } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/automation/rules',
      tag,
      summary: 'Adds a rule of the host, which works whether or not a show is open',
      role: 'editor',
      idempotent: true,
      body: NewRuleSchema,
      responses: { 201: RuleViewSchema },
      handler: async ({ body, principal }) => {
        const { id, name } = await hostRules.add({ ...body, actions: body.actions as AnyAction[] }, principal)
        command(`the rule ${name} was added`, principal.id)
        return { status: 201, body: views.find(id) }
      },
    }),
    defineRoute({
      method: 'PATCH',
      path: '/automation/rules/:id',
      tag,
      summary: 'Changes a rule of the host; switched off, what it does is cancelled',
      role: 'editor',
      params: IdParams,
      body: RuleChangesSchema,
      responses: { 200: RuleViewSchema },
      handler: async ({ params, body, principal }) => {
        const { id, name } = await hostRules.change(params.id, body as Parameters<HostRules['change']>[1], principal)
        command(`the rule ${name} was changed`, principal.id)
        return { body: views.find(id) }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/automation/rules/:id',
      tag,
      summary: 'Deletes a rule of the host, and cancels what it does',
      role: 'editor',
      params: IdParams,
      responses: { 204: Type.Null() },
      handler: async ({ params, principal }) => {
        const { name } = await hostRules.remove(params.id)
        command(`the rule ${name} was deleted`, principal.id)
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/automation/rules/:id/dry-run',
      tag,
      summary: 'What a rule would do if it were triggered now, and what is in the way; nothing is done',
      role: 'editor',
      params: IdParams,
      responses: { 200: DryRunSchema },
      handler: ({ params }) => ({ body: engine.dryRun(ruleOf(params.id)) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/automation/rules/:id/run',
      tag,
      summary: 'Runs a rule now, whatever its conditions; answers when it has started',
      role: 'editor',
      params: IdParams,
      responses: { 202: RuleViewSchema },
      handler: ({ params, principal }) => {
        engine.runNow(ruleOf(params.id), principal.id)
        return { status: 202, body: views.find(params.id) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/automation/rules/:id/cancel',
      tag,
      summary: 'Stops a rule that runs',
      role: 'editor',
      params: IdParams,
      responses: { 204: Type.Null() },
      handler: ({ params, principal }) => {
        engine.cancel(params.id)
        command(`the rule ${params.id} was stopped`, principal.id)
        return { status: 204, body: null }
      },
    }),
  ]
}
