import { type Static, Type } from 'typebox'

const closed = { additionalProperties: false }

/** When nodes report an attack, and what they do then. */
export const AttackSettingsSchema = Type.Object(
  {
    alarmPercent: Type.Integer({
      minimum: 150,
      maximum: 10_000,
      default: 300,
      description: 'Requests compared with the usual ones, percent',
    }),
    minPerSecond: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 50, description: 'Fewer requests a second are no attack' }),
    block: Type.Boolean({ default: false, description: 'Blocks IP addresses that make a large part of the requests of an attack' }),
    blockMinutes: Type.Integer({ minimum: 1, maximum: 1440, default: 15, description: 'How long they are blocked' }),
    challenge: Type.Union([Type.Literal('off'), Type.Literal('attack'), Type.Literal('always')], {
      default: 'off',
      description: 'When browsers prove work before they get a page: never, during an attack at the node, or always',
    }),
    challengeBits: Type.Integer({
      minimum: 8,
      maximum: 24,
      default: 18,
      description: 'How much work: each bit doubles it. 18 takes a browser less than a second',
    }),
    passMinutes: Type.Integer({
      minimum: 1,
      maximum: 1440,
      default: 60,
      description: 'How long a browser that proved work is not asked again',
    }),
  },
  closed,
)
export type AttackSettings = Static<typeof AttackSettingsSchema>

export const defaultAttackSettings: AttackSettings = {
  ...{ alarmPercent: 300, minPerSecond: 50, block: false, blockMinutes: 15 },
  ...{ challenge: 'off', challengeBits: 18, passMinutes: 60 },
}

/** What the origin says about attacks and lists. */
export interface GuardRules {
  readonly settings: AttackSettings
  /** IP addresses and networks that are never limited or blocked, and those that are always denied. */
  readonly allow: readonly string[]
  readonly deny: readonly string[]
  /** Signs passes of viewers, which are valid at all nodes. An older origin has none: each node uses its own then. */
  readonly challengeSecret?: string
}

const Rate = Type.Number({ minimum: 0, maximum: 1e9 })

/** What many of an attack's requests have in common, and usually have not. */
export const PatternSchema = Type.Object({
  kind: Type.Union([Type.Literal('range'), Type.Literal('agent'), Type.Literal('path'), Type.Literal('country')]),
  value: Type.String({ maxLength: 200 }),
  share: Type.Number({ minimum: 0, maximum: 1, description: 'Of the requests' }),
})
export type Pattern = Static<typeof PatternSchema>

/** Alarms and blocks of one node at a time. */
export const maxAlarms = 20
export const maxBlocks = 500

/** An alarm as a node reports it. */
export const NodeAlarmSchema = Type.Object({
  route: Type.String({ maxLength: 120, description: 'First part of the path; `*`: all requests' }),
  perSecond: Rate,
  usualPerSecond: Rate,
  pattern: Type.Array(PatternSchema, { maxItems: 4 }),
})
export type NodeAlarm = Static<typeof NodeAlarmSchema>

/** What a node blocks by itself. */
export const NodeBlockSchema = Type.Object({
  network: Type.String({ maxLength: 64, description: 'An IPv4 address, or a /64 network of IPv6' }),
  perSecond: Rate,
  /** Until it ends. */
  leftS: Type.Integer({ minimum: 0, maximum: 86_400 }),
})
export type NodeBlock = Static<typeof NodeBlockSchema>

/** What a node reports when it changes. */
export const GuardReportSchema = Type.Object({
  alarms: Type.Array(NodeAlarmSchema, { maxItems: maxAlarms }),
  blocks: Type.Array(NodeBlockSchema, { maxItems: maxBlocks }),
})
export type GuardReport = Static<typeof GuardReportSchema>
