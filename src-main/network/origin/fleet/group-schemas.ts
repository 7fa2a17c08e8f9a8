import { type Static, Type } from 'typebox'
import { groupPattern } from '../nodes/node-schemas.ts'
import { StagesSchema } from './rollout-schemas.ts'

export const GroupNameParams = Type.Object({ name: Type.String({ pattern: groupPattern }) })

const Configuration = Type.String({
  maxLength: 262_144,
  description:
    'What `edge.yaml` can say and nodes use without a restart, as YAML; secrets are shown as `(kept secret)`, and stay where sent so',
})

export const GroupSchema = Type.Object({
  name: Type.String(),
  configuration: Configuration,
  hasFormer: Type.Boolean({ description: 'There is a former configuration that differs' }),
  changedAt: Type.String({ format: 'date-time' }),
})
export type GroupAnswer = Static<typeof GroupSchema>

export const PreviewRequestSchema = Type.Object({ configuration: Configuration }, { additionalProperties: false })
export const GroupChangeSchema = Type.Object(
  {
    configuration: Configuration,
    changedAt: Type.Optional(
      Type.String({ format: 'date-time', description: 'Of the group as it was read: where it was changed since, nothing is done' }),
    ),
    ...StagesSchema,
  },
  { additionalProperties: false },
)
export const RollBackSchema = Type.Object(StagesSchema, { additionalProperties: false })

export const PreviewSchema = Type.Object({
  lines: Type.Array(
    Type.Object({
      kind: Type.Union([Type.Literal('same'), Type.Literal('added'), Type.Literal('removed')]),
      text: Type.String(),
    }),
    { description: 'What differs, with some lines around it; empty where nothing does' },
  ),
  changedSecrets: Type.Boolean({ description: 'Only secrets differ, which are not shown' }),
})
