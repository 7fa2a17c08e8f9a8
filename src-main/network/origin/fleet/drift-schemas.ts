import { type Static, Type } from 'typebox'
import { Nullable } from '../../../platform/routes/schemas.ts'
import { maxInspectedLines, NodeLogLineSchema } from '../nodes/inspection.ts'
import { groupPattern } from '../nodes/node-schemas.ts'

const DifferenceSchema = Type.Object({
  kind: Type.Union([
    Type.Literal('program'),
    Type.Literal('configuration'),
    Type.Literal('own-file'),
    Type.Literal('nginx'),
    Type.Literal('unit'),
  ]),
  text: Type.String(),
})
export type Difference = Static<typeof DifferenceSchema>

export const DriftSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  group: Nullable(Type.String()),
  state: Type.Union([Type.Literal('ok'), Type.Literal('drifted'), Type.Literal('unknown')]),
  reason: Type.String({ description: 'Why it is unknown' }),
  nginx: Nullable(Type.String(), { description: 'Version of nginx at the node' }),
  differences: Type.Array(DifferenceSchema),
})
export type DriftAnswer = Static<typeof DriftSchema>

export const LogQuerySchema = Type.Object({
  node: Type.Optional(Type.String({ maxLength: 60, description: 'Of this node alone' })),
  group: Type.Optional(Type.String({ pattern: groupPattern, description: 'Of the nodes of this group' })),
  label: Type.Optional(Type.String({ maxLength: 60, description: 'Of the nodes with this label' })),
  lines: Type.Optional(Type.Integer({ minimum: 1, maximum: maxInspectedLines, default: 100, description: 'Of each node' })),
  level: Type.Optional(
    Type.Union([Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error')], {
      default: 'info',
      description: 'Lines of this level and above',
    }),
  ),
})

export const LogAnswerSchema = Type.Object({
  items: Type.Array(Type.Object({ node: Type.String(), name: Type.String(), ...NodeLogLineSchema.properties }), {
    description: 'Oldest first',
  }),
  missing: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), reason: Type.String() }), {
    description: 'Nodes that did not answer',
  }),
})
export type LogAnswer = Static<typeof LogAnswerSchema>
