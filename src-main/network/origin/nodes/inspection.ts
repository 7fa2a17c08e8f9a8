import { type Static, Type } from 'typebox'

/** The unit of a node that was set up over SSH. */
export const nodeUnitFile = '/etc/systemd/system/ami-streams-node.service'
/** Lines of its log that a node answers at most. */
export const maxInspectedLines = 500

/** A line of the log of a node. */
export const NodeLogLineSchema = Type.Object({
  at: Type.String({ maxLength: 40 }),
  level: Type.Union([Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error')]),
  part: Type.String({ maxLength: 200 }),
  message: Type.String({ maxLength: 4000 }),
  fields: Type.String({ maxLength: 4100, description: 'Whatever else it says, as JSON' }),
})

/** What a node says of itself when it is asked. */
export const NodeInspectionSchema = Type.Object({
  version: Type.String({ maxLength: 40 }),
  /** Id of the configuration of its group that it uses; empty for none. */
  configuration: Type.String({ maxLength: 64 }),
  /** What its own file says in place of its group's configuration. */
  own: Type.Array(Type.String({ maxLength: 80 }), { maxItems: 100 }),
  /** Version of nginx; null where it has none. */
  nginx: Type.Union([Type.String({ maxLength: 40 }), Type.Null()]),
  /** SHA-256 of the unit that it runs by, in hex digits; null where it was not set up over SSH. */
  unit: Type.Union([Type.String({ maxLength: 64 }), Type.Null()]),
  /** Drop-ins of that unit. */
  dropIns: Type.Integer({ minimum: 0, maximum: 1000 }),
  lines: Type.Array(NodeLogLineSchema, { maxItems: maxInspectedLines }),
})
export type NodeInspection = Static<typeof NodeInspectionSchema>
