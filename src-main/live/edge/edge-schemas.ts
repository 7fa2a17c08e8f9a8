import { Type } from 'typebox'

/** Messages of a node to its origin: what a node says is checked, however well it is known. */

/** Players in one report: a node sends as many reports as it needs. */
export const maxSeen = 100

const Word = Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9_-]+$' })
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

const HeldRenditionSchema = Type.Object({
  inits: Type.Array(Count, { maxItems: 1000 }),
  sequence: Count,
  parts: Count,
  complete: Type.Boolean(),
  first: Count,
  unstored: Count,
})

/** What a node has of the runs of a stream, by epoch and rendition id. */
export const HeldSchema = Type.Record(Word, Type.Record(Word, HeldRenditionSchema, { maxProperties: 100 }), { maxProperties: 20 })

const CmcdSchema = Type.Object(
  {
    sid: Type.Optional(Type.String({ maxLength: 64 })),
    cid: Type.Optional(Type.String({ maxLength: 2000 })),
    br: Type.Optional(Type.Number()),
    tb: Type.Optional(Type.Number()),
    mtp: Type.Optional(Type.Number()),
    bl: Type.Optional(Type.Number()),
    dl: Type.Optional(Type.Number()),
    pr: Type.Optional(Type.Number()),
    bs: Type.Optional(Type.Literal(true)),
    su: Type.Optional(Type.Literal(true)),
    ot: Type.Optional(Type.String({ maxLength: 2000 })),
    sf: Type.Optional(Type.String({ maxLength: 2000 })),
    st: Type.Optional(Type.String({ maxLength: 2000 })),
  },
  { additionalProperties: false },
)

/** What a player of a node fetched. */
export const SeenSchema = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 64 }),
  epoch: Word,
  request: Type.Object(
    {
      remoteAddress: Type.String({ maxLength: 64 }),
      userAgent: Type.String({ maxLength: 1000 }),
      session: Type.Optional(Type.String({ maxLength: 64 })),
      hint: Type.Optional(Type.Union([Type.Literal('ll-hls'), Type.Literal('dash'), Type.Literal('hls'), Type.Literal('webrtc')])),
      rendition: Type.Optional(Word),
      bytes: Count,
      cmcd: Type.Optional(CmcdSchema),
    },
    { additionalProperties: false },
  ),
})

/** A viewer who said that it leaves, as WebRTC does. */
export const LeftSchema = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 64 }),
  session: Type.String({ minLength: 1, maxLength: 64 }),
})

/** What the players of one node fetched, joined by player, kind of request and rendition. */
export const SeenReportSchema = Type.Object({
  seen: Type.Array(Type.Unknown(), { maxItems: maxSeen }),
  left: Type.Optional(Type.Array(Type.Unknown(), { maxItems: maxSeen })),
})
