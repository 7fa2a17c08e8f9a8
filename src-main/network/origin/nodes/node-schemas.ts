import { type Static, Type } from 'typebox'
import { NodeTrafficSchema } from '../../figures/traffic-schemas.ts'
import { NodeIdSchema } from '../../node-id.ts'

export const tag = 'network'

const Name = Type.String({ minLength: 1, maxLength: 80, pattern: '^[^\\u0000-\\u001f\\u007f]+$', description: 'A name for people' })

const PublicUrl = Type.Union(
  [
    Type.String({ maxLength: 300, pattern: '^https?://[A-Za-z0-9.-]+(:\\d{1,5})?$|^https?://\\[[0-9a-fA-F:.]+\\](:\\d{1,5})?$' }),
    Type.Null(),
  ],
  {
    description: 'Base URL that viewers reach it by, without a path; null: viewers are not sent there',
  },
)
const Draining = Type.Boolean({ description: 'It gets no new viewers, and players that are there move to other nodes' })

/** The name of a group of nodes. */
export const groupPattern = '^[a-z0-9][a-z0-9-]{0,39}$'
const Group = Type.Union([Type.String({ pattern: groupPattern }), Type.Null()], {
  description: 'Group that its configuration comes from; null: none',
})
const Labels = Type.Array(Type.String({ pattern: '^[a-z0-9][a-z0-9._=-]{0,59}$' }), {
  maxItems: 20,
  uniqueItems: true,
  description: 'Words by which nodes are chosen, such as `ssd` or `country=es`',
})

export const NodeSchema = Type.Object({
  id: Type.String(),
  name: Name,
  enabled: Type.Boolean({ description: 'false: its connection is closed, and no other is accepted' }),
  publicUrl: PublicUrl,
  draining: Draining,
  group: Group,
  labels: Labels,
  connected: Type.Boolean(),
  connectedSince: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
  remoteAddress: Type.Union([Type.String(), Type.Null()], { description: 'IP address that it is connected from' }),
  version: Type.Union([Type.String(), Type.Null()], { description: 'Version of the program; null while it is away' }),
  createdAt: Type.String({ format: 'date-time' }),
  streams: Type.Integer({ description: 'Streams that are sent to it' }),
  sentBytes: Type.Integer({ description: 'Media sent to it since it connected' }),
  requests: Type.Integer({ description: 'Requests for playlists and media that it answered since it started' }),
  deliveredBytes: Type.Integer({ description: 'What it sent to viewers since it started' }),
  waiting: Type.Integer({ description: 'Requests at the node that wait for media now' }),
  traffic: Type.Union([NodeTrafficSchema, Type.Null()], { description: 'Its last ten seconds; null where it did not report them' }),
})
export type NetworkNode = Static<typeof NodeSchema>

export const NodeIdParams = Type.Object({ id: Type.String({ maxLength: 60 }) })
export const NodeChangesSchema = Type.Object({
  name: Type.Optional(Name),
  enabled: Type.Optional(Type.Boolean()),
  publicUrl: Type.Optional(PublicUrl),
  draining: Type.Optional(Draining),
  group: Type.Optional(Group),
  labels: Type.Optional(Labels),
})
export type NodeChanges = Static<typeof NodeChangesSchema>

export const NewJoinTokenSchema = Type.Object({
  expiresInS: Type.Integer({ minimum: 60, maximum: 30 * 86_400, default: 3600, description: 'How long it can be used, seconds' }),
})
export const JoinTokenSchema = Type.Object({
  token: Type.String({ description: 'Valid once; it is shown this once' }),
  expiresAt: Type.String({ format: 'date-time' }),
  origin: Type.String({ description: 'URL of this host' }),
  command: Type.String({ description: 'What to run on the machine of the node' }),
})

/** What a node sends to join. */
export const RegistrationSchema = Type.Object({
  token: Type.String({ maxLength: 200 }),
  publicKey: Type.String({ minLength: 40, maxLength: 100, pattern: '^[A-Za-z0-9+/]+=*$', description: 'Ed25519, SPKI in base64' }),
  proof: Type.String({
    maxLength: 100,
    pattern: '^[A-Za-z0-9+/]+=*$',
    description: 'Signature of the token with the private key, in base64',
  }),
  name: Name,
  id: Type.Optional(NodeIdSchema),
})
export type Registration = Static<typeof RegistrationSchema>

export const RegisteredSchema = Type.Object({
  id: Type.String(),
  forwardSecret: Type.String({ description: 'Goes with requests that the node hands on' }),
})
export type Registered = Static<typeof RegisteredSchema>

export const NetworkHealthSchema = Type.Object({
  status: Type.Union([Type.Literal('ok'), Type.Literal('degraded')], { description: 'degraded: a node that is enabled is away' }),
  nodes: Type.Integer(),
  connected: Type.Integer(),
  disabled: Type.Integer(),
  requestsPerS: Type.Number({ description: 'At all nodes' }),
  bitrateOutBps: Type.Number({ description: 'To viewers, bits per second' }),
  cacheWarnings: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), percent: Type.Integer() }), {
    description: 'Nodes whose cache has reached 80, 90 or 95 % of its share of the disk',
  }),
})
