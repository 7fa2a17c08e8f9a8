import { type Static, Type } from 'typebox'
import { ErrorSchema, Nullable } from '../../platform/routes/schemas.ts'
import { exactly, Name } from './words.ts'

export const InstanceStateSchema = Type.Union(
  [Type.Literal('connecting'), Type.Literal('connected'), Type.Literal('disconnected'), Type.Literal('failed')],
  {
    description:
      'connecting; connected: its mirror is complete; disconnected: switched off, or not reachable and tried again at `nextAttemptAt`; failed: needs a person, see `error`',
  },
)
export type InstanceState = Static<typeof InstanceStateSchema>

/** What an OBS said of itself when it was connected. */
export const ObsVersionSchema = Type.Object({
  obs: Type.String({ description: 'version of OBS Studio, e.g. 30.2.3' }),
  webSocket: Type.String({ description: 'version of obs-websocket, e.g. 5.5.2' }),
  platform: Type.String(),
  platformDescription: Type.String(),
  requests: Type.Array(Type.String(), { description: 'requests of the protocol that it answers' }),
  imageFormats: Type.Array(Type.String(), { description: 'formats of screenshots' }),
})
export type ObsVersion = Static<typeof ObsVersionSchema>

/** What of an OBS's outputs runs, for lists of instances. */
export const ObsActivitySchema = Type.Object({
  streaming: Type.Boolean(),
  recording: Type.Boolean(),
  program: Nullable(Type.String({ description: 'scene on air' })),
})

/** The stream of this host that an OBS was set to publish into. */
export const LinkedStreamSchema = Type.Object({
  stream: Type.String({ description: 'name of the stream' }),
  keyId: Type.String({ description: 'stream key that was created for it' }),
})
export type LinkedStream = Static<typeof LinkedStreamSchema>

export const InstanceSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  host: Type.String(),
  port: Type.Integer(),
  enabled: Type.Boolean({ description: 'connected to, again and again where it is lost' }),
  password: Type.Union([Type.Literal('none'), Type.Literal('kept'), Type.Literal('found')], {
    description: 'kept: encrypted here, never given back; found: read from the settings of OBS on this machine at each connection',
  }),
  createdAt: Type.String({ format: 'date-time' }),
  state: InstanceStateSchema,
  stateSince: Type.String({ format: 'date-time' }),
  error: Nullable(ErrorSchema),
  nextAttemptAt: Nullable(Type.String({ format: 'date-time' })),
  attempts: Type.Integer({ description: 'attempts in a row that failed' }),
  reconnects: Type.Integer({ description: 'connections that were lost since the host started' }),
  version: Nullable(ObsVersionSchema),
  activity: Nullable(ObsActivitySchema),
  linkedStream: Nullable(LinkedStreamSchema),
  connector: Nullable(Type.Object({ connected: Type.Boolean({ description: 'to this host; whether it reaches its OBS, `state` says' }) }), {
    description:
      'the connector that connects to this host for that OBS; null: this host connects to `host` and `port`, which are empty and 0 otherwise',
  }),
})
export type Instance = Static<typeof InstanceSchema>

const Host = Type.String({
  minLength: 1,
  maxLength: 253,
  pattern: '^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?|\\[?[0-9A-Fa-f:.]+(?:%[A-Za-z0-9]+)?\\]?)$',
  description: 'host name or IP address, without port',
})
const Port = Type.Integer({ minimum: 1, maximum: 65_535, description: '4455 where left out' })
const Password = Type.String({
  maxLength: 500,
  description: 'of the WebSocket server of OBS, empty for none; kept encrypted, never given back',
})
const Label = Type.String({ minLength: 1, maxLength: 100 })

export const NewInstanceSchema = Type.Object(
  {
    name: Type.Optional(Label),
    found: Type.Optional(
      Type.String({ maxLength: 80, description: 'id of `GET /obs/found`: host, port and password come from the settings of that OBS' }),
    ),
    host: Type.Optional(Host),
    port: Type.Optional(Port),
    password: Type.Optional(Password),
    enabled: Type.Optional(Type.Boolean({ default: true })),
  },
  exactly,
)
export type NewInstance = Static<typeof NewInstanceSchema>

export const InstanceChangesSchema = Type.Object(
  {
    name: Type.Optional(Label),
    host: Type.Optional(Host),
    port: Type.Optional(Port),
    password: Type.Optional(Password),
    enabled: Type.Optional(Type.Boolean()),
  },
  exactly,
)
/** An OBS that this host cannot reach. */
export const NewConnectorSchema = Type.Object({ name: Type.Optional(Label), password: Type.Optional(Password) }, exactly)
export type NewConnector = Static<typeof NewConnectorSchema>
export const ConnectorTokenSchema = Type.Object({
  instance: InstanceSchema,
  token: Type.String({ description: 'for `streams obs connect` beside that OBS; shown this once' }),
})

export type InstanceChanges = Static<typeof InstanceChangesSchema>

/** An OBS Studio of this machine, as its own settings describe it. */
export const FoundObsSchema = Type.Object({
  id: Type.String(),
  folder: Type.String({ description: 'folder of its settings' }),
  packaging: Type.Union([Type.Literal('system'), Type.Literal('flatpak'), Type.Literal('snap'), Type.Literal('portable')]),
  host: Type.String(),
  port: Type.Integer(),
  serverEnabled: Type.Boolean({ description: 'false: its WebSocket server is switched off; `remedy` says where to switch it on' }),
  authentication: Type.Boolean({ description: 'it asks for a password' }),
  hasPassword: Type.Boolean({ description: 'its settings hold the password' }),
  instance: Nullable(Type.String({ description: 'id of the instance that was added for it' })),
  remedy: Nullable(Type.String()),
})
export type FoundObs = Static<typeof FoundObsSchema>

/** `obs.instance.removed`. */
export const RemovedInstanceSchema = Type.Object({ id: Type.String(), name: Name })
