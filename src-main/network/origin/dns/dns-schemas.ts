import { type Static, Type } from 'typebox'

const closed = { additionalProperties: false }
const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
const Ip = Type.String({ maxLength: 45, pattern: '^[0-9a-fA-F:.]+$', description: 'IPv4 or IPv6 address' })
const Endpoint = Type.Object({ address: Ip, port: Type.Integer({ minimum: 1, maximum: 65_535, default: 53 }) }, closed)

const DnsNodeSchema = Type.Object(
  {
    id: Type.String({ maxLength: 60 }),
    country: Type.Union([Type.String({ pattern: '^[A-Z]{2}$' }), Type.Null()], {
      default: null,
      description: 'Where it is, ISO 3166; without one it is farther from everybody than the others',
    }),
    addresses: Type.Array(Ip, {
      maxItems: 8,
      default: [],
      description: 'IP addresses that viewers reach it by; without one, that of its public URL where there is one in it',
    }),
    weight: Type.Integer({
      minimum: 0,
      maximum: 100,
      default: 100,
      description: 'Share of viewers beside nodes that are as near; 0: none',
    }),
  },
  closed,
)

export const DnsSettingsSchema = Type.Object(
  {
    enabled: Type.Boolean({ default: false, description: 'Whether this host runs Knot and answers for the zone' }),
    zone: Type.String({
      maxLength: 180,
      pattern: `^${label}(\\.${label})+$`,
      default: 'cdn.example.com',
      description: 'Domain that is delegated to this host',
    }),
    name: Type.String({ pattern: `^${label}$`, default: 'live', description: 'Name in the zone that viewers use' }),
    ttlS: Type.Integer({ minimum: 10, maximum: 3600, default: 60, description: 'How long answers are kept elsewhere, seconds' }),
    listen: Type.Array(Endpoint, { minItems: 1, maxItems: 8, default: [{ address: '127.0.0.1', port: 5353 }] }),
    nameServers: Type.Array(
      Type.Object({ name: Type.String({ pattern: `^${label}$` }), addresses: Type.Array(Ip, { minItems: 1, maxItems: 8 }) }, closed),
      {
        minItems: 1,
        maxItems: 8,
        default: [{ name: 'ns1', addresses: ['127.0.0.1'] }],
        description: 'Name servers of the zone: their names in it and public IP addresses, this host and secondaries',
      },
    ),
    secondaries: Type.Array(Endpoint, {
      maxItems: 8,
      default: [],
      description: 'Servers that are notified and may copy the zone, by TSIG',
    }),
    geoFile: Type.Union([Type.String({ maxLength: 1000, pattern: '^/[^\\u0000-\\u001f"\\\\]+$' }), Type.Null()], {
      default: null,
      description: 'File of this machine: `.mmdb` with countries, else text with a network and a country a line (`192.0.2.0/24 DE`)',
    }),
    nodes: Type.Array(DnsNodeSchema, { maxItems: 500, default: [] }),
  },
  closed,
)
export type DnsSettings = Static<typeof DnsSettingsSchema>

export const DnsStateSchema = Type.Object({
  settings: DnsSettingsSchema,
  running: Type.Boolean(),
  problem: Type.Union([Type.String(), Type.Null()], { description: 'Why the newest change is not served; what was before it is' }),
  servedAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], { description: 'When the answers changed' }),
  serving: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), addresses: Type.Array(Type.String()) }), {
    description: 'Nodes that are in the answers',
  }),
  left: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), why: Type.String() }), {
    description: 'Nodes that are not, and why',
  }),
  ds: Type.Array(Type.String(), { description: 'DS records for the parent zone' }),
})
export type DnsState = Static<typeof DnsStateSchema>

export const SecondarySchema = Type.Object({
  configuration: Type.String({ description: 'knot.conf of a secondary, with the TSIG key' }),
})
