import { type Static, Type } from 'typebox'

/** URLs of one order, and of what playlists among them add. */
export const maxWarmed = 10_000

export const WarmRequestSchema = Type.Object(
  {
    urls: Type.Array(Type.String({ minLength: 1, maxLength: 4096 }), {
      minItems: 1,
      maxItems: maxWarmed,
      description: '`/PATH` of this host, or `https://HOST/PATH` of another site of the nodes; what an HLS playlist lists is fetched too',
    }),
    nodes: Type.Optional(
      Type.Array(Type.String({ maxLength: 60 }), { maxItems: 500, description: 'Ids; all that are connected where left out' }),
    ),
    perSecond: Type.Integer({ minimum: 1, maximum: 1000, default: 20, description: 'Requests of each node a second, at most' }),
  },
  { additionalProperties: false },
)
export type WarmRequest = Static<typeof WarmRequestSchema>

/** What a node reports of an order. */
export const WarmProgressSchema = Type.Object({
  total: Type.Integer({ minimum: 0, maximum: maxWarmed, description: 'URLs, with those of playlists that were read so far' }),
  done: Type.Integer({ minimum: 0, maximum: maxWarmed }),
  failed: Type.Integer({ minimum: 0, maximum: maxWarmed, description: 'Of those that are done' }),
  bytes: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
})
export type WarmProgress = Static<typeof WarmProgressSchema>

export const WarmNodeSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  state: Type.Union([Type.Literal('running'), Type.Literal('done'), Type.Literal('failed'), Type.Literal('cancelled')]),
  reason: Type.Union([Type.String(), Type.Null()], { description: 'Why it failed' }),
  ...WarmProgressSchema.properties,
})

export const WarmOrderSchema = Type.Object({
  id: Type.Integer(),
  startedAt: Type.String({ format: 'date-time' }),
  urls: Type.Integer({ description: 'How many were named' }),
  nodes: Type.Array(WarmNodeSchema),
})
export type WarmOrder = Static<typeof WarmOrderSchema>
