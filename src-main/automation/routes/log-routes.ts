import { Type } from 'typebox'
import { VariableNameSchema, VariableValueSchema } from '../../media/automation/action-schemas.ts'
import type { AuditLog } from '../../platform/audit.ts'
import { type PageRequest, pageFields, pageOf, pageSchema, wholeListSchema } from '../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import { exactly, FiringSchema, tag } from '../api-schemas.ts'
import type { FiringLog } from '../engine/firing-log.ts'
import type { Variables } from '../engine/variables.ts'

export interface LogRoutesDependencies {
  readonly firings: FiringLog
  readonly variables: Variables
  readonly audit: Pick<AuditLog, 'record'>
}

const VariableSchema = Type.Object({ name: Type.String(), value: VariableValueSchema })

/** API routes of what fired and why, and of variables. */
export function logRoutes({ firings, variables, audit }: LogRoutesDependencies): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/automation/log',
      tag,
      summary: 'The last 500 times that a rule was triggered, newest first: what ran, what did not and why',
      role: 'editor',
      query: Type.Object(pageFields(100)),
      responses: { 200: pageSchema(FiringSchema) },
      handler: ({ query }) => ({ body: pageOf(firings.firings, query as PageRequest) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/automation/variables',
      tag,
      summary: 'Variables that rules set and ask for; they last until the host ends',
      role: 'editor',
      responses: { 200: wholeListSchema(VariableSchema) },
      handler: () => ({ body: { items: variables.list(), nextCursor: null } }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/automation/variables/:name',
      tag,
      summary: 'Sets a variable; null takes it away',
      role: 'editor',
      params: Type.Object({ name: VariableNameSchema }),
      body: Type.Object({ value: Type.Union([...VariableValueSchema.anyOf, Type.Null()]) }, exactly),
      responses: { 204: Type.Null() },
      handler: ({ params, body, principal }) => {
        variables.set(params.name, body.value)
        audit.record({ kind: 'command', message: `the variable ${params.name} was set`, actor: principal.id })
        return { status: 204, body: null }
      },
    }),
  ]
}
