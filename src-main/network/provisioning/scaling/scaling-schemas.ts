import { type Static, Type } from 'typebox'
import { ErrorSchema, Nullable } from '../../../platform/routes/schemas.ts'
import { nodeWishFields } from '../providers/provider-schemas.ts'

export const ScalingSettingsSchema = Type.Object(
  {
    enabled: Type.Boolean({ default: false }),
    dryRun: Type.Boolean({ default: true, description: 'Decisions are shown, and nothing is done' }),
    provider: Type.String({ default: '', maxLength: 40, description: 'Where machines are ordered' }),
    size: Type.String({ default: '', maxLength: 100 }),
    regions: Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
      default: [],
      maxItems: 20,
      description: 'Where machines are ordered: in turn, where there are fewest',
    }),
    floor: Type.Integer({ default: 1, minimum: 0, maximum: 100, description: 'There are never fewer nodes that serve viewers' }),
    ceiling: Type.Integer({ default: 5, minimum: 1, maximum: 200, description: 'There are never more nodes' }),
    upPercent: Type.Integer({
      default: 70,
      minimum: 20,
      maximum: 95,
      description: 'Mean load for a minute from which on machines are ordered',
    }),
    downPercent: Type.Integer({
      default: 50,
      minimum: 5,
      maximum: 90,
      description: 'A machine is destroyed where the others would have had less load than this for all of the idle hours',
    }),
    idleHours: Type.Number({ default: 4, minimum: 0.25, maximum: 48 }),
    atOnce: Type.Integer({ default: 2, minimum: 1, maximum: 10, description: 'Machines that one decision orders at most' }),
    drainS: Type.Integer({
      default: 120,
      minimum: 0,
      maximum: 3600,
      description: 'How long players get to leave a machine that is destroyed',
    }),
    ...nodeWishFields,
    origin: Type.String({ default: '', maxLength: 300, description: 'URL of this host as the machines reach it' }),
    group: Type.Union(nodeWishFields.group.anyOf, { default: null }),
  },
  { additionalProperties: false },
)
export type ScalingSettings = Static<typeof ScalingSettingsSchema>

export const DecisionSchema = Type.Object({
  at: Type.String({ format: 'date-time' }),
  action: Type.Union([Type.Literal('add'), Type.Literal('remove'), Type.Literal('none')]),
  why: Type.Union(
    [
      Type.Literal('busy'),
      Type.Literal('below-floor'),
      Type.Literal('idle'),
      Type.Literal('away'),
      Type.Literal('ceiling'),
      Type.Literal('budget'),
      Type.Literal('by-hand'),
      Type.Literal('failed'),
    ],
    {
      description:
        '`busy`, `below-floor`: machines are ordered; `idle`, `away`: one is destroyed; `ceiling`, `budget`, `failed`: one is missing and cannot be had; `by-hand`: there is one too many, and none was ordered by this host',
    },
  ),
  count: Type.Integer({ description: 'Machines that are ordered or destroyed' }),
  machine: Nullable(Type.String({ description: 'Name of the one that is destroyed' })),
  nodes: Type.Integer({ description: 'Nodes that served viewers then' }),
  loadPercent: Type.Integer({ description: 'Their mean load of a minute' }),
  peakPercent: Type.Integer({ description: 'The highest sum of loads of all nodes of the idle hours, in percent of one node' }),
  dryRun: Type.Boolean(),
  error: Nullable(ErrorSchema),
})
export type Decision = Static<typeof DecisionSchema>

export const ScalingStateSchema = Type.Object({
  settings: ScalingSettingsSchema,
  nodes: Type.Integer({ description: 'Nodes that serve viewers now' }),
  waiting: Type.Integer({ description: 'Machines that are ordered or boot' }),
  loadPercent: Type.Integer(),
  decisions: Type.Array(DecisionSchema, { description: 'The last 100 since the start, newest first' }),
})
export type ScalingState = Static<typeof ScalingStateSchema>
