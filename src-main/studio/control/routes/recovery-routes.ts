import { Type } from 'typebox'
import type { AuditLog } from '../../../platform/audit.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import { Nullable } from '../../../platform/routes/schemas.ts'
import type { Recovery } from '../program/recovery/recovery.ts'
import type { SafeMode } from '../program/recovery/safe-mode.ts'
import { tag } from './answer-schemas.ts'

const exactly = { additionalProperties: false }

const RecoverySchema = Type.Object({
  offer: Nullable(
    Type.Object(
      {
        endedAt: Type.String({ format: 'date-time', description: 'when that host was last seen' }),
        cause: Nullable(Type.String({ description: 'e.g. `was killed (SIGKILL)`; null where nobody saw it' })),
        scenes: Type.Array(Type.Object({ canvas: Type.String(), scene: Type.String() }), { description: 'on air, by name' }),
        outputs: Type.Array(
          Type.Object({
            id: Type.String(),
            name: Type.String(),
            kind: Type.String(),
            goesOn: Type.Boolean({ description: 'it went on by itself' }),
            why: Nullable(Type.String({ description: 'why it was left off' })),
          }),
          { description: 'that ran when it ended' },
        ),
        recordings: Type.Array(
          Type.Object({ id: Type.String(), title: Type.String(), state: Type.String(), durationMs: Type.Integer(), bytes: Type.Integer() }),
          { description: 'files of the studio that it was writing' },
        ),
      },
      { description: 'null where the host before ended in order, and once somebody answered' },
    ),
  ),
  safeMode: Type.Object({
    on: Type.Boolean(),
    offered: Type.Boolean({ description: 'the host or the process of the studio ended unexpectedly three times in ten minutes' }),
    leftOut: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), kind: Type.String() }), {
      description: 'sources that do not run in safe mode',
    }),
  }),
})

export interface RecoveryRoutesDependencies {
  readonly recovery: Recovery
  readonly safeMode: SafeMode
  readonly audit: Pick<AuditLog, 'record'>
}

/** API routes of what a host left that ended unexpectedly, and of safe mode. */
export function recoveryRoutes({ recovery, safeMode, audit }: RecoveryRoutesDependencies): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/studio/recovery',
      tag,
      summary: 'What ran when the host ended unexpectedly, and whether the studio is in safe mode',
      role: 'viewer',
      responses: { 200: RecoverySchema },
      handler: () => ({ body: recovery.report() }),
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/recovery',
      tag,
      summary: 'Goes on where the host was when it ended unexpectedly, or ends what went on by itself',
      role: 'editor',
      body: Type.Object(
        { goOn: Type.Boolean({ description: 'true: starts outputs that were left off; false: stops those that went on by themselves' }) },
        exactly,
      ),
      responses: { 200: RecoverySchema },
      handler: async ({ body, principal }) => ({ body: await recovery.answer(body.goOn, principal.id) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/safe-mode',
      tag,
      summary: 'Enters or leaves safe mode: browser sources and sources that crashed do not run',
      role: 'editor',
      body: Type.Object({ on: Type.Boolean() }, exactly),
      responses: { 200: RecoverySchema },
      handler: ({ body: { on }, principal }) => {
        if (safeMode.on !== on)
          audit.record({ kind: 'command', message: `studio: ${on ? 'entered' : 'left'} safe mode`, actor: principal.id })
        safeMode.set(on)
        return { body: recovery.report() }
      },
    }),
  ]
}
