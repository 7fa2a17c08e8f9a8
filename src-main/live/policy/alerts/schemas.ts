import { type Static, Type } from 'typebox'

export const AlertKindSchema = Type.Union(
  [
    Type.Literal('publisher-lost'),
    Type.Literal('no-keyframe'),
    Type.Literal('bitrate-collapse'),
    Type.Literal('av-drift'),
    Type.Literal('frames-dropped'),
    Type.Literal('encoder-behind'),
    Type.Literal('destination-failed'),
    Type.Literal('disk-low'),
    Type.Literal('attack'),
  ],
  { description: 'what is watched for' },
)
export type AlertKind = Static<typeof AlertKindSchema>

const ruleProperties = {
  kind: AlertKindSchema,
  stream: Type.Union([Type.String({ maxLength: 64 }), Type.Null()], { description: 'name of one stream; null: every stream' }),
  threshold: Type.Union([Type.Number({ minimum: 0 }), Type.Null()], {
    description:
      'bitrate-collapse: percent of the mean of the minute before; av-drift: ms; no-keyframe: s; disk-low: free GB; null: the usual one',
  }),
  holdS: Type.Integer({ minimum: 0, maximum: 3600, description: 's that it must last before anybody is notified' }),
  channels: Type.Array(Type.String({ maxLength: 40 }), { maxItems: 20, description: 'ids of channels' }),
  enabled: Type.Boolean(),
}

export const AlertRuleSchema = Type.Object({ id: Type.String(), ...ruleProperties, createdAt: Type.String({ format: 'date-time' }) })
export type AlertRule = Static<typeof AlertRuleSchema>

export const AlertRuleRequestSchema = Type.Object({
  kind: ruleProperties.kind,
  stream: Type.Optional(ruleProperties.stream),
  threshold: Type.Optional(ruleProperties.threshold),
  holdS: Type.Optional(ruleProperties.holdS),
  channels: Type.Optional(ruleProperties.channels),
  enabled: Type.Optional(ruleProperties.enabled),
})
export type AlertRuleRequest = Static<typeof AlertRuleRequestSchema>
export const AlertRuleChangesSchema = Type.Partial(Type.Omit(AlertRuleRequestSchema, ['kind']))

const Label = Type.String({ minLength: 1, maxLength: 100 })
const Url = Type.String({ pattern: '^https?://[^\\s]+$', maxLength: 1000 })

/** How a channel is reached. Passwords and URLs that are secrets are kept encrypted and never returned. */
export const ChannelRequestSchema = Type.Union([
  Type.Object({ kind: Type.Literal('webhook'), label: Label, url: Url }),
  Type.Object({ kind: Type.Literal('slack'), label: Label, url: Url }),
  Type.Object({
    kind: Type.Literal('email'),
    label: Label,
    to: Type.Array(Type.String({ pattern: '^[^\\s@]+@[^\\s@]+$', maxLength: 200 }), { minItems: 1, maxItems: 20 }),
    from: Type.String({ pattern: '^[^\\s@]+@[^\\s@]+$', maxLength: 200 }),
    host: Type.String({ minLength: 1, maxLength: 200, description: 'SMTP server' }),
    port: Type.Integer({ minimum: 1, maximum: 65_535 }),
    security: Type.Union([Type.Literal('tls'), Type.Literal('starttls'), Type.Literal('none')], {
      description: 'tls: from the first byte (465); starttls: required (587); none: only where the network is trusted',
    }),
    user: Type.Optional(Type.String({ maxLength: 200 })),
    password: Type.Optional(Type.String({ maxLength: 500 })),
  }),
])
export type ChannelRequest = Static<typeof ChannelRequestSchema>

export const ChannelSchema = Type.Object({
  id: Type.String(),
  kind: Type.Union([Type.Literal('webhook'), Type.Literal('slack'), Type.Literal('email')]),
  label: Type.String(),
  where: Type.String({ description: 'where it goes, without secrets' }),
  createdAt: Type.String({ format: 'date-time' }),
  lastError: Type.Union([Type.String(), Type.Null()]),
})
export type Channel = Static<typeof ChannelSchema>

export const AlertSchema = Type.Object({
  id: Type.String(),
  ruleId: Type.String(),
  kind: AlertKindSchema,
  stream: Type.Union([Type.String(), Type.Null()]),
  message: Type.String(),
  raisedAt: Type.String({ format: 'date-time' }),
  resolvedAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
})
export type Alert = Static<typeof AlertSchema>
