import { type Static, Type } from 'typebox'
import { ConditionSchema, RuleSettingsSchema } from '../media/automation/rule-schemas.ts'
import { Nullable } from '../platform/routes/schemas.ts'

export const tag = 'automation'
export const exactly = { additionalProperties: false }
export const IdParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 80 }) })
const Time = Type.String({ format: 'date-time' })

export const NameSchema = Type.String({ minLength: 1, maxLength: 120 })
export const AnyActionSchema = Type.Object({ do: Type.String({ maxLength: 40 }) }, { description: 'a body of `POST /studio/actions`' })
export const ActionsSchema = Type.Array(AnyActionSchema, {
  maxItems: 64,
  description: 'done one after the other: bodies of `POST /studio/actions`',
})

const ResultSchema = Type.Union(
  [
    Type.Literal('ran'),
    Type.Literal('failed'),
    Type.Literal('cancelled'),
    Type.Literal('skipped'),
    Type.Literal('cut'),
    Type.Literal('dry-run'),
  ],
  { description: 'skipped: it did not run, see `detail`; cut: it would have started itself again' },
)

export const FiringSchema = Type.Object({
  id: Type.String(),
  time: Time,
  rule: Type.String(),
  name: Type.String(),
  result: ResultSchema,
  because: Type.String({ description: 'what triggered it' }),
  detail: Nullable(Type.String({ description: 'why it did not run, what failed, or what would have been done' })),
  durationMs: Nullable(Type.Number()),
  count: Type.Integer({ description: 'how often the same happened in a row' }),
})

export const RuleViewSchema = Type.Object({
  id: Type.String({ description: '`rule_…` of the host, `macro:ID` of the open show' }),
  name: Type.String(),
  of: Type.Union([Type.Literal('host'), Type.Literal('show')], { description: 'show: a macro of the open show, edited there' }),
  settings: RuleSettingsSchema,
  actions: ActionsSchema,
  byEditor: Nullable(
    Type.Boolean({ description: 'it may do what editors may; null: a macro, whose requests to OBS are judged one by one' }),
  ),
  running: Type.Boolean(),
  runs: Type.Integer({ description: 'since the host was started' }),
  last: Nullable(Type.Object({ time: Time, result: ResultSchema, because: Type.String(), detail: Nullable(Type.String()) })),
})
export type RuleView = Static<typeof RuleViewSchema>

export const NewRuleSchema = Type.Object({ name: NameSchema, settings: RuleSettingsSchema, actions: ActionsSchema }, exactly)
export const RuleChangesSchema = Type.Partial(NewRuleSchema, exactly)

export const DryRunSchema = Type.Object({
  blocked: Nullable(Type.String({ description: 'why it would not run; null where it would' })),
  conditions: Type.Array(Type.Object({ condition: ConditionSchema, met: Type.Boolean(), because: Type.String() })),
  actions: Type.Array(Type.Object({ action: AnyActionSchema, problem: Nullable(Type.String({ description: 'why it would fail' })) })),
})

export const WebhookSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  createdAt: Time,
  lastCalledAt: Nullable(Time),
  calls: Type.Integer({ description: 'since the host was started' }),
})
