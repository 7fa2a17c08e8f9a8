import { type Static, Type } from 'typebox'
import { AnycastStateSchema } from '../front/anycast/anycast-schemas.ts'
import { latencyClasses } from './latency.ts'
import { PricesSchema } from './prices.ts'

/** So often a node reports, ms. */
export const reportMs = 10_000
/** Names in each list of a report. */
export const reportedNames = 30

/** What one node can have done in a report, at the most: what is above is no figure. */
const Requests = Type.Integer({ minimum: 0, maximum: 10_000_000 })
const Bytes = Type.Integer({ minimum: 0, maximum: 10 ** 15 })
const Share = Type.Number({ minimum: 0, maximum: 1 })

const plainName = '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$'
const Names = (maxLength: number, pattern = plainName) =>
  Type.Array(Type.Object({ name: Type.String({ maxLength, pattern }), requests: Requests, bytes: Bytes }), { maxItems: reportedNames })

/** What a node's file says of it. */
const factProperties = {
  region: Type.Union([Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$' }), Type.Null()]),
  capacityMbps: Type.Union([Type.Integer({ minimum: 1, maximum: 10_000_000 }), Type.Null()]),
  prices: Type.Union([PricesSchema, Type.Null()]),
}
export const NodeFactsSchema = Type.Object(factProperties)
export type NodeFacts = Static<typeof NodeFactsSchema>

/** What a node fetched ahead since it started. */
export const PrefetchSchema = Type.Object({
  isOn: Type.Boolean({ description: 'False while too few predictions come' }),
  predicted: Bytes,
  share: Type.Union([Share, Type.Null()], { description: 'Of the newest 200 predictions those that came within a minute, 0 to 1' }),
  fetched: Bytes,
  bytes: Bytes,
})

/** What a node did since its last report, and how it is. The origin checks it, however well it knows the node. */
export const NodeReportSchema = Type.Object({
  seconds: Type.Number({ exclusiveMinimum: 0, maximum: 3600 }),
  requests: Requests,
  /** Of those that were looked for in the cache. */
  hits: Requests,
  lookups: Requests,
  bytesIn: Bytes,
  bytesOut: Bytes,
  errors4xx: Requests,
  errors5xx: Requests,
  /** Counts by `latencyClass`. */
  latency: Type.Array(Requests, { minItems: latencyClasses, maxItems: latencyClasses }),
  connections: Requests,
  cpu: Share,
  memory: Share,
  /** Bytes of the cache and its share of the disk; null without one. */
  cache: Type.Union([Type.Object({ bytes: Bytes, maxBytes: Bytes, objects: Requests }), Type.Null()]),
  paths: Names(200),
  referers: Names(100),
  countries: Names(2, '^([A-Z]{2})?$'),
  devices: Names(20, '^[a-z]+$'),
  statuses: Names(3, '^\\d{3}$'),
  /** Left out by nodes of an older version. */
  anycast: Type.Optional(Type.Union([AnycastStateSchema, Type.Null()])),
  /** Left out by nodes of an older version, and where nothing was asked for below a rule with prefetch. */
  prefetch: Type.Optional(PrefetchSchema),
  ...factProperties,
})
export type NodeReport = Static<typeof NodeReportSchema>

/** Lists of a report, by what they are of. */
export const shareKinds = ['paths', 'referers', 'countries', 'devices', 'statuses'] as const
export type ShareKind = (typeof shareKinds)[number]

/**
 * How full a cache is, in whole per cent: the highest of 80, 90 and 95 % that it has reached; 0 below. The least recently used files go at
 * 90 %: nginx looks every 10 s whether some have to, so that one that fills fast gets above, and one that is full stays a little below.
 */
export function fillLevel(cache: { readonly bytes: number; readonly maxBytes: number } | null): 0 | 80 | 90 | 95 {
  const percent = cache === null || cache.maxBytes === 0 ? 0 : Math.round((cache.bytes / cache.maxBytes) * 100)
  return percent >= 95 ? 95 : percent >= 90 ? 90 : percent >= 80 ? 80 : 0
}
