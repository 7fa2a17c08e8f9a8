import { type Static, Type } from 'typebox'
import { AnycastStateSchema } from '../front/anycast/anycast-schemas.ts'
import { PrefetchSchema } from './node-report.ts'

const Rate = Type.Array(Type.Union([Type.Number(), Type.Null()]))
const Ms = Type.Union([Type.Number(), Type.Null()])
const Ratio = Type.Union([Type.Number(), Type.Null()])

/** The last ten seconds of a node. */
export const NodeTrafficSchema = Type.Object({
  at: Type.String({ format: 'date-time' }),
  requestsPerS: Type.Number(),
  bitrateOutBps: Type.Number({ description: 'To viewers, bits per second' }),
  bitrateInBps: Type.Number(),
  hitRatio: Type.Union([Type.Number(), Type.Null()], { description: 'Share that the cache answered of what it was asked for, 0 to 1' }),
  errorRatio: Type.Number({ description: 'Share of requests that were answered with 4xx or 5xx' }),
  p50Ms: Ms,
  p95Ms: Ms,
  p99Ms: Ms,
  connections: Type.Integer(),
  cpu: Type.Number({ description: 'Share of the processors of its machine, 0 to 1' }),
  memory: Type.Number(),
  cache: Type.Union([
    Type.Object({
      bytes: Type.Number(),
      maxBytes: Type.Number(),
      objects: Type.Integer(),
      warning: Type.Union([Type.Literal(0), Type.Literal(80), Type.Literal(90), Type.Literal(95)], {
        description: 'Per cent of its share that it has reached; 0 below 80',
      }),
    }),
    Type.Null(),
  ]),
  region: Type.Union([Type.String(), Type.Null()]),
  capacityMbps: Type.Union([Type.Integer(), Type.Null()]),
  anycast: Type.Union([AnycastStateSchema, Type.Null()], {
    description: 'Prefixes that it announces by BGP; null where it announces none',
  }),
  prefetch: Type.Union([PrefetchSchema, Type.Null()], {
    description: 'What it fetched before players asked for it, since it started; null without a rule with prefetch',
  }),
})
export type NodeTrafficNow = Static<typeof NodeTrafficSchema>

/** Most points of a series. */
export const maxPoints = 1000

export const TrafficQuerySchema = Type.Object({
  from: Type.Optional(Type.String({ format: 'date-time', description: 'An hour before `to` where left out' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'Now where left out' })),
  stepS: Type.Optional(
    Type.Integer({ minimum: 10, maximum: 30 * 86_400, description: `Seconds of a point; there are ${maxPoints} at most` }),
  ),
  by: Type.Optional(
    Type.Union([Type.Literal('all'), Type.Literal('node'), Type.Literal('region')], {
      default: 'all',
      description: 'What has a series of its own',
    }),
  ),
  node: Type.Optional(Type.String({ maxLength: 60, description: 'Of this node alone' })),
})
export type TrafficQuery = Static<typeof TrafficQuerySchema>

const NamedSharesSchema = Type.Array(Type.Object({ name: Type.String(), requests: Type.Number(), bytes: Type.Number() }))
const CostSchema = Type.Union([Type.Object({ currency: Type.String(), amount: Type.Number(), perTb: Ratio }), Type.Null()], {
  description: 'By the prices that were entered; `perTb` is all of it for each 10^12 bytes that were sent',
})
const PlaceSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  requests: Type.Number(),
  bytesOut: Type.Number(),
  hitRatio: Ratio,
  cost: CostSchema,
})

export const TrafficSchema = Type.Object({
  from: Type.String({ format: 'date-time' }),
  to: Type.String({ format: 'date-time' }),
  stepS: Type.Integer(),
  times: Type.Array(Type.Integer(), { description: 'Start of each point, ms since 1970' }),
  series: Type.Array(
    Type.Object(
      {
        id: Type.String({ description: '`all`, or id of the node or region; `other` for what has no series of its own' }),
        name: Type.String(),
        requestsPerS: Rate,
        bitrateOutBps: Rate,
        bitrateInBps: Rate,
        hitRatio: Rate,
        errorRatio: Rate,
        p50Ms: Rate,
        p95Ms: Rate,
        p99Ms: Rate,
        connections: Rate,
        cpu: Rate,
        memory: Rate,
        fill: Rate,
      },
      { description: 'A value for each time; null where nothing was measured' },
    ),
  ),
  totals: Type.Object({
    requests: Type.Number(),
    bytesIn: Type.Number(),
    bytesOut: Type.Number(),
    hitRatio: Ratio,
    errors4xx: Type.Number(),
    errors5xx: Type.Number(),
    p50Ms: Ms,
    p95Ms: Ms,
    p99Ms: Ms,
  }),
  nodes: Type.Array(Type.Object({ ...PlaceSchema.properties, region: Type.Union([Type.String(), Type.Null()]) })),
  regions: Type.Array(Type.Object({ ...PlaceSchema.properties, labels: Type.Array(Type.String()) })),
  costs: Type.Array(Type.Object({ currency: Type.String(), amount: Type.Number() })),
  paths: NamedSharesSchema,
  referers: NamedSharesSchema,
  countries: NamedSharesSchema,
  map: Type.Array(
    Type.Object({
      kind: Type.Union([Type.Literal('country'), Type.Literal('region')]),
      id: Type.String({ description: 'ISO 3166 code of the country, or id of the region' }),
      name: Type.String(),
      latitude: Type.Number(),
      longitude: Type.Number(),
      requests: Type.Number(),
      bytesOut: Type.Number(),
    }),
    { description: 'Where viewers are, and regions of nodes that `regions.yaml` has a place for' },
  ),
  devices: NamedSharesSchema,
  statuses: NamedSharesSchema,
})
export type Traffic = Static<typeof TrafficSchema>
