import { type Static, type TLiteral, type TUnion, Type } from 'typebox'
import { VariableNameSchema, VariableValueSchema } from './action-schemas.ts'

/** When a macro of a show, or a rule of the host, runs by itself. */

const exactly = { additionalProperties: false }
const oneOf = <const T extends readonly string[]>(...words: T) =>
  Type.Union(words.map((word) => Type.Literal(word))) as unknown as TUnion<{ -readonly [K in keyof T]: TLiteral<T[K] & string> }>
const Obs = Type.String({ minLength: 1, maxLength: 80, description: 'id or name of the OBS instance; left out: any' })
const Name = Type.String({ minLength: 1, maxLength: 300 })
const Id = Type.String({ minLength: 1, maxLength: 80 })
const Clock = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$', description: 'e.g. `20:15`' })
const Days = Type.Optional(
  Type.Array(Type.Integer({ minimum: 0, maximum: 6 }), { maxItems: 7, description: '0 is Sunday; left out or empty: every day' }),
)
const TimeZone = Type.Optional(Type.String({ maxLength: 60, description: 'IANA name, e.g. `Europe/Madrid`; left out: that of the host' }))
const ForSeconds = Type.Optional(Type.Number({ minimum: 0, maximum: 3600, description: 'for how long it is so first; left out: at once' }))
const Where = Type.Optional(
  Type.Array(
    Type.Object(
      {
        field: Type.String({ minLength: 1, maxLength: 200, description: 'of the data of the event; within objects with dots: `a.b`' }),
        is: oneOf('equals', 'not', 'contains', 'above', 'below'),
        value: Type.Union([Type.String({ maxLength: 300 }), Type.Number(), Type.Boolean()]),
      },
      exactly,
    ),
    { maxItems: 8, description: 'all of them must match' },
  ),
)
const not = Type.Optional(Type.Boolean({ description: 'true: the opposite' }))

export const TriggerSchema = Type.Union([
  Type.Object(
    { on: Type.Literal('obs-event'), obs: Type.Optional(Obs), event: Type.String({ pattern: '^[A-Za-z]{1,80}$' }), where: Where },
    exactly,
  ),
  Type.Object(
    {
      on: Type.Literal('event'),
      topic: Type.String({ pattern: '^[a-z_.-]{1,60}$', description: 'a topic of the event socket, e.g. `studio.switched`' }),
      where: Where,
    },
    exactly,
  ),
  Type.Object({ on: Type.Literal('time'), at: Clock, days: Days, timeZone: TimeZone }, exactly),
  Type.Object({ on: Type.Literal('every'), seconds: Type.Number({ minimum: 1, maximum: 604_800 }) }, exactly),
  Type.Object(
    {
      on: Type.Literal('stream'),
      stream: Type.Optional(Type.String({ maxLength: 80, description: 'name or id; left out: any' })),
      is: oneOf('bitrate-below', 'dropped-above', 'publisher-lost', 'viewers-above'),
      value: Type.Optional(Type.Number({ minimum: 0, description: 'kbit/s, frames in a second, or viewers' })),
      forSeconds: ForSeconds,
    },
    exactly,
  ),
  Type.Object(
    {
      on: Type.Literal('level'),
      source: Type.Optional(Type.String({ maxLength: 64, description: 'id of a source of the open show' })),
      obs: Type.Optional(Obs),
      input: Type.Optional(Name),
      is: oneOf('above', 'below'),
      db: Type.Number({ minimum: -100, maximum: 20, description: 'dBFS of the peaks' }),
      forSeconds: ForSeconds,
    },
    { ...exactly, description: 'of a `source`, or of an `input` of OBS' },
  ),
  Type.Object(
    { on: Type.Literal('hotkey'), chord: Type.String({ minLength: 1, maxLength: 60, description: 'e.g. `Ctrl+Shift+1`' }) },
    exactly,
  ),
  Type.Object({ on: Type.Literal('webhook'), webhook: Id }, exactly),
])
export type Trigger = Static<typeof TriggerSchema>
export type TriggerOf<On extends Trigger['on']> = Extract<Trigger, { on: On }>

export const obsConditionSchemas = {
  'obs-connected': Type.Object({ is: Type.Literal('obs-connected'), obs: Type.Optional(Obs), not }, exactly),
  'obs-scene': Type.Object({ is: Type.Literal('obs-scene'), obs: Type.Optional(Obs), scene: Name, not }, exactly),
  'obs-output': Type.Object(
    {
      is: Type.Literal('obs-output'),
      obs: Type.Optional(Obs),
      output: oneOf('stream', 'record', 'replay', 'virtual-camera'),
      not,
    },
    exactly,
  ),
} as const
export const studioConditionSchemas = {
  'studio-scene': Type.Object({ is: Type.Literal('studio-scene'), scene: Id, not }, exactly),
  'studio-output': Type.Object({ is: Type.Literal('studio-output'), output: Id, not }, exactly),
} as const
export const ownConditionSchemas = {
  time: Type.Object({ is: Type.Literal('time'), from: Clock, to: Clock, days: Days, timeZone: TimeZone, not }, exactly),
  variable: Type.Object({ is: Type.Literal('variable'), name: VariableNameSchema, value: VariableValueSchema, not }, exactly),
  level: Type.Object(
    {
      is: Type.Literal('level'),
      source: Type.Optional(Type.String({ maxLength: 64 })),
      obs: Type.Optional(Obs),
      input: Type.Optional(Name),
      above: Type.Number({ minimum: -100, maximum: 20, description: 'dBFS; with `not`: at most' }),
      not,
    },
    exactly,
  ),
} as const

export const ConditionSchema = Type.Union([
  obsConditionSchemas['obs-connected'],
  obsConditionSchemas['obs-scene'],
  obsConditionSchemas['obs-output'],
  studioConditionSchemas['studio-scene'],
  studioConditionSchemas['studio-output'],
  ownConditionSchemas.time,
  ownConditionSchemas.variable,
  ownConditionSchemas.level,
])
export type Condition = Static<typeof ConditionSchema>
export type ConditionOf<Is extends Condition['is']> = Extract<Condition, { is: Is }>

/** When and how something runs by itself; left out, a macro runs by its keys and its button alone. */
export const RuleSettingsSchema = Type.Object(
  {
    mode: Type.Union([Type.Literal('on'), Type.Literal('dry-run'), Type.Literal('off')], {
      description: 'dry-run: the log says what would be done, and nothing is done',
    }),
    triggers: Type.Array(TriggerSchema, { maxItems: 16, description: 'any of them starts it' }),
    conditions: Type.Optional(Type.Array(ConditionSchema, { maxItems: 16, description: 'all of them must be met' })),
    cooldownMs: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 86_400_000, description: 'for how long it does not run again after it ran' }),
    ),
    maxRuns: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1_000_000,
        description: 'how often it runs until the host is started again; 0: as often as it is triggered',
      }),
    ),
  },
  exactly,
)
export type RuleSettings = Static<typeof RuleSettingsSchema>
