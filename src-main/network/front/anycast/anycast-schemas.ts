import { type Static, Type } from 'typebox'

const closed = { additionalProperties: false }
const Asn = Type.Integer({ minimum: 1, maximum: 4_294_967_295, description: 'Number of an autonomous system' })
const Address = Type.String({ minLength: 2, maxLength: 45, pattern: '^[0-9a-fA-F.:]+$' })

const NeighborSchema = Type.Object(
  {
    address: Type.String({ ...Address, description: 'IP address of the router' }),
    asn: Asn,
    localAddress: Type.Optional(Type.String({ ...Address, description: "The node's own IP address of this connection" })),
    password: Type.Optional(
      Type.String({ minLength: 1, maxLength: 80, pattern: '^[!#-\\[\\]-~]+$', description: 'Of TCP MD5 signatures (RFC 2385)' }),
    ),
    multihop: Type.Optional(Type.Integer({ minimum: 2, maximum: 64, description: 'Hops to a router that is not on the same network' })),
    bfd: Type.Boolean({ default: true, description: 'Detects within `bfdIntervalMs` × 3 that the other end is gone (RFC 5880)' }),
  },
  closed,
)

/** What `edge.yaml` says of the prefixes that a node announces. */
export const AnycastSchema = Type.Object(
  {
    prefixes: Type.Array(Type.String({ maxLength: 49, pattern: '^[0-9a-fA-F.:]+/\\d{1,3}$' }), {
      minItems: 1,
      maxItems: 32,
      description: 'What is announced, such as 203.0.113.10/32; an IP address in each is one of this machine',
    }),
    asn: Asn,
    routerId: Type.String({ ...Address, description: 'An IPv4 address of this node alone, such as that of its network card' }),
    neighbors: Type.Array(NeighborSchema, { minItems: 1, maxItems: 16, description: 'Routers that learn the prefixes by BGP' }),
    bfdIntervalMs: Type.Integer({ minimum: 50, maximum: 10_000, default: 300 }),
  },
  { ...closed, description: 'Prefixes that this node announces by BGP (BIRD 2) while it can serve viewers' },
)
export type AnycastSettings = Static<typeof AnycastSchema>

/** What a node says of its prefixes. */
export const AnycastStateSchema = Type.Object({
  announced: Type.Boolean({ description: 'Its routers have the prefixes, or get them as soon as they are connected' }),
  reason: Type.Union([Type.String({ maxLength: 300 }), Type.Null()], { description: 'Why they are not announced; null while they are' }),
  neighbors: Type.Array(
    Type.Object({
      address: Type.String({ maxLength: 45 }),
      up: Type.Boolean(),
      state: Type.String({ maxLength: 200, description: 'In the words of BIRD' }),
    }),
    { maxItems: 16 },
  ),
})
export type AnycastState = Static<typeof AnycastStateSchema>
