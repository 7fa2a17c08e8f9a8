import { Type } from 'typebox'
import type { AuditLog } from '../../../../platform/audit.ts'
import { defineRoute, type RouteDefinition } from '../../../../platform/routes/routes.ts'
import { Nullable } from '../../../../platform/routes/schemas.ts'
import { tag } from '../../routes/answer-schemas.ts'
import type { WindowRules } from './window-rules.ts'

const WindowSchema = Type.Object({ class: Type.String(), title: Type.String() })

const StateSchema = Type.Object({
  enabled: Type.Boolean({ description: 'macros with `window` run by themselves' }),
  window: Nullable(WindowSchema),
  last: Nullable(WindowSchema),
  problem: Nullable(Type.String({ description: 'why the active window cannot be known on this machine' })),
  problems: Type.Record(Type.String(), Type.String(), { description: 'by macro: why its rule means no window' }),
  log: Type.Array(
    Type.Object({
      time: Type.String({ format: 'date-time' }),
      window: WindowSchema,
      macro: Type.String(),
      result: Type.Union(
        ['ran', 'skipped', 'failed'].map((result) => Type.Literal(result)),
        {
          description: 'skipped: somebody had switched by hand within ten seconds',
        },
      ),
      problem: Nullable(Type.String()),
    }),
    { description: 'the last 20 windows that rules meant, newest first' },
  ),
})

/** API routes of macros that follow the active window. */
export function windowRuleRoutes(rules: WindowRules, audit: Pick<AuditLog, 'record'>): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/studio/active-window',
      tag,
      summary: 'The window that is active on this machine, and which macros followed it',
      role: 'editor',
      responses: { 200: StateSchema },
      handler: () => ({ body: rules.look() }),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/studio/active-window',
      tag,
      summary: 'Switches macros that follow the active window on or off',
      role: 'editor',
      body: Type.Object({ enabled: Type.Boolean() }, { additionalProperties: false }),
      responses: { 200: StateSchema },
      handler: ({ body: { enabled }, principal }) => {
        rules.enable(enabled)
        audit.record({
          kind: 'command',
          message: `studio: macros ${enabled ? 'follow' : 'do not follow'} the active window`,
          actor: principal.id,
        })
        return { body: rules.look() }
      },
    }),
  ]
}
