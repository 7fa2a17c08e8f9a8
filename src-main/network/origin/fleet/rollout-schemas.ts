import { type Static, Type } from 'typebox'
import { ErrorSchema, Nullable } from '../../../platform/routes/schemas.ts'

export const RolloutIdParams = Type.Object({ id: Type.String({ maxLength: 60 }) })

export const RolloutNodeSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  state: Type.Union(
    [
      Type.Literal('waiting'),
      Type.Literal('running'),
      Type.Literal('done'),
      Type.Literal('failed'),
      Type.Literal('undone'),
      Type.Literal('skipped'),
    ],
    { description: '`undone`: it was changed, and is as before again; `skipped`: it is away' },
  ),
  note: Type.String({ description: 'What is being done, what was done, or what went wrong' }),
})
export type RolloutNode = Static<typeof RolloutNodeSchema>

/** How a change comes to several nodes. */
export const StagesSchema = {
  first: Type.Integer({ minimum: 1, maximum: 500, default: 1, description: 'Nodes that are changed first' }),
  atOnce: Type.Integer({ minimum: 1, maximum: 500, default: 5, description: 'Nodes that are changed together after that' }),
  watchS: Type.Integer({ minimum: 0, maximum: 3600, default: 10, description: 'How long nodes have to be well after a change, seconds' }),
}

export const RolloutSchema = Type.Object({
  id: Type.String(),
  kind: Type.Union([Type.Literal('configuration'), Type.Literal('update')]),
  subject: Type.String({ description: 'The group, or the version of the program' }),
  state: Type.Union([Type.Literal('running'), Type.Literal('done'), Type.Literal('failed'), Type.Literal('cancelled')]),
  startedAt: Type.String({ format: 'date-time' }),
  endedAt: Nullable(Type.String({ format: 'date-time' })),
  nodes: Type.Array(RolloutNodeSchema),
  log: Type.Array(Type.String(), { description: 'The last lines' }),
  error: Nullable(ErrorSchema),
})
export type Rollout = Static<typeof RolloutSchema>
