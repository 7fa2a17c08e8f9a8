import { Type } from 'typebox'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import { Nullable } from '../../../platform/routes/schemas.ts'
import type { GlobalHotkeys } from '../program/hotkeys/global-hotkeys.ts'
import { tag } from './answer-schemas.ts'

const oneOf = <const T extends string>(values: readonly T[], description?: string) =>
  Type.Union(
    values.map((value) => Type.Literal(value)),
    description === undefined ? {} : { description },
  )

const HotkeysSchema = Type.Object({
  setting: oneOf(['off', 'safe', 'all']),
  through: Nullable(oneOf(['x11', 'portal'])),
  problem: Nullable(oneOf(['no-display', 'display-lost', 'rejected', 'only-x11', 'dismissed', 'not-built'])),
  items: Type.Array(
    Type.Object({
      chord: Type.String({ description: 'as a macro has it' }),
      macros: Type.Array(Type.String(), { description: 'ids of its macros' }),
      typed: Type.Boolean({ description: 'people press it while they write: where it works in every window, no other program gets it' }),
      state: oneOf(
        ['active', 'starting', 'taken', 'unknown-key', 'unassigned', 'typed', 'off', 'no-display', 'unsupported'],
        'active: works in every window; taken: another program has it, which is tried again every 5 s; unknown-key: this keyboard cannot press it; unassigned: the desktop gave it no keys; typed: people press it while they write, and the setting is safe',
      ),
      trigger: Nullable(Type.String({ description: 'keys that the desktop has given it, in its own words' })),
    }),
  ),
})

/** API routes of hotkeys that work in every window. */
export function hotkeyRoutes(hotkeys: Pick<GlobalHotkeys, 'report'>): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/studio/hotkeys',
      tag,
      summary: 'Hotkeys of the open collection, and which of them work while another window has the focus',
      role: 'viewer',
      responses: { 200: HotkeysSchema },
      handler: () => ({ body: hotkeys.report() }),
    }),
  ]
}
