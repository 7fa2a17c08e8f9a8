import { type Static, type TLiteral, type TUnion, Type } from 'typebox'
import { ErrorSchema, Nullable } from '../../platform/routes/schemas.ts'
import { StagesSchema } from '../origin/fleet/rollout-schemas.ts'
import { groupPattern } from '../origin/nodes/node-schemas.ts'
import { keyFilePattern, maxKeyBytes } from './key-files.ts'
import { findingIds } from './machine/judge-machine.ts'
import { hostPattern, userPattern } from './ssh/ssh-target.ts'

export const tag = 'network'

/** One of these words. */
const oneOf = <const T extends readonly string[]>(words: T) =>
  Type.Union(words.map((word) => Type.Literal(word))) as unknown as TUnion<{ -readonly [K in keyof T]: TLiteral<T[K] & string> }>

/** A password is one line. */
const Password = Type.String({ maxLength: 1000, pattern: '^[^\\u0000\\r\\n]*$' })
const Passphrase = Type.Optional(Password)

const CredentialsSchema = Type.Union(
  [
    Type.Object({ kind: Type.Literal('agent') }, { additionalProperties: false }),
    Type.Object({ kind: Type.Literal('password'), password: Password }, { additionalProperties: false }),
    Type.Object(
      { kind: Type.Literal('key'), privateKey: Type.String({ minLength: 1, maxLength: maxKeyBytes }), passphrase: Passphrase },
      { additionalProperties: false },
    ),
    Type.Object(
      { kind: Type.Literal('keyFile'), name: Type.String({ pattern: keyFilePattern }), passphrase: Passphrase },
      { additionalProperties: false },
    ),
  ],
  { description: 'How to sign in; none of it is stored. `keyFile` names a file in `.ssh` of the user that this host runs as' },
)
export type Credentials = Static<typeof CredentialsSchema>

const placeFields = {
  host: Type.String({ minLength: 1, maxLength: 253, pattern: hostPattern, description: 'Name or IP address' }),
  port: Type.Integer({ minimum: 1, maximum: 65_535, default: 22, description: 'Of its SSH server' }),
}

const Fingerprint = Type.String({ pattern: '^SHA256:[A-Za-z0-9+/]{43}$', description: 'As `ssh` shows it: SHA256:…' })

const accessFields = {
  ...placeFields,
  user: Type.String({ pattern: userPattern }),
  hostKey: Fingerprint,
  credentials: CredentialsSchema,
  sudoPassword: Type.Optional(Password),
}

const portRange = { minimum: 1, maximum: 65_535 }
const Port = Type.Integer(portRange)

const nodeFields = {
  name: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 80,
      pattern: '^[^\\u0000-\\u001f\\u007f]+$',
      description: 'What people call the node; else its host',
    }),
  ),
  origin: Type.Optional(
    Type.String({ maxLength: 300, description: 'URL of this host as the machine reaches it; else the one that is used now' }),
  ),
  bind: Type.String({ default: '0.0.0.0', maxLength: 60, pattern: '^[A-Fa-f0-9.:]+$', description: 'IP address that viewers connect to' }),
  httpPort: Type.Integer({ ...portRange, default: 8080 }),
  httpsPort: Type.Union([Port, Type.Literal('off')], { default: 8443 }),
  acmeNames: Type.String({
    default: '',
    maxLength: 1000,
    pattern: '^[^\\s\\u0000-\\u001f\\u007f]*$',
    description: 'Names that a certificate is ordered for from an ACME authority, separated by commas; empty for a self-made one',
  }),
  acmeEmail: Type.String({ default: '', maxLength: 254, pattern: '^$|^[^\\s@,]+@[^\\s@,]+$', description: 'That the authority writes to' }),
  cache: Type.Boolean({ default: false, description: 'With nginx in front, which is installed where it is missing' }),
  cacheSize: Type.String({ default: '10G', pattern: '^[1-9][0-9]{0,5}[MGT]$' }),
}

/** Ports that only a host has. */
const hostFields = {
  rtmpPort: Type.Union([Port, Type.Literal('off')], { default: 1935, description: 'Of a host; nodes have none' }),
  rtmpsPort: Type.Union([Port, Type.Literal('off')], { default: 1936, description: 'Of a host' }),
  srtPort: Type.Union([Port, Type.Literal('off')], { default: 8890, description: 'Of a host, UDP' }),
  webrtcPort: Type.Union([Port, Type.Literal('off')], { default: 8189, description: 'Of a host, UDP' }),
}

const Role = Type.Union([Type.Literal('edge'), Type.Literal('origin')], {
  default: 'edge',
  description: '`edge`: a node of this host; `origin`: a host of its own',
})

export const PlaceSchema = Type.Object(placeFields, { additionalProperties: false })
export const AccessSchema = Type.Object(accessFields, { additionalProperties: false })
export type Access = Static<typeof AccessSchema>
export const RemoveSchema = Type.Object(
  {
    ...accessFields,
    role: Role,
    deleteData: Type.Boolean({ default: false, description: 'Needed for a host: its streams, keys, recordings and settings are deleted' }),
  },
  { additionalProperties: false },
)
export const SetUpSchema = Type.Object({ ...accessFields, role: Role, ...nodeFields, ...hostFields }, { additionalProperties: false })
export type SetUp = Static<typeof SetUpSchema>

export const UserDataRequestSchema = Type.Object(
  {
    ...nodeFields,
    name: Type.String({ minLength: 1, maxLength: 80, pattern: '^[^\\u0000-\\u001f\\u007f]+$', description: 'What people call the node' }),
    expiresInS: Type.Integer({ minimum: 60, maximum: 30 * 86_400, default: 86_400, description: 'How long it can be used, seconds' }),
  },
  { additionalProperties: false },
)
/** What a node is to be. */
export type NodeWish = Omit<Static<typeof UserDataRequestSchema>, 'expiresInS' | 'origin'>
export const UserDataSchema = Type.Object({
  userData: Type.String({ description: 'A shell script that makes one machine a node, once; it has a join token' }),
  expiresAt: Type.String({ format: 'date-time' }),
})
export const ProgramParams = Type.Object({ sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) })

export const UpdateSchema = Type.Object(
  {
    nodes: Type.Optional(Type.Array(Type.String({ maxLength: 60 }), { maxItems: 500, description: 'Ids; else `group`, `label`, or all' })),
    group: Type.Optional(Type.String({ pattern: groupPattern, description: 'The nodes of this group' })),
    label: Type.Optional(Type.String({ maxLength: 60, description: 'The nodes with this label' })),
    credentials: CredentialsSchema,
    sudoPassword: Type.Optional(Password),
    nginx: Type.Boolean({ default: false, description: 'nginx too, where the package manager has a newer one' }),
    drainS: Type.Integer({ minimum: 0, maximum: 3600, default: 30, description: 'How long players get to move to other nodes, seconds' }),
    ...StagesSchema,
  },
  { additionalProperties: false },
)

export const SignInLinkSchema = Type.Object({
  url: Type.String({ description: 'Signs in as admin, once' }),
  expiresAt: Type.String({ format: 'date-time' }),
  fingerprint: Type.Union([Type.String(), Type.Null()], {
    description: 'SHA-256 of the self-made certificate, as browsers show it; null for one of an authority',
  }),
})
export type SignInLink = Static<typeof SignInLinkSchema>

export const ShownHostKeySchema = Type.Object({
  type: Type.String(),
  fingerprint: Fingerprint,
  state: Type.Union([Type.Literal('new'), Type.Literal('known'), Type.Literal('changed')], {
    description: '`known`: it is the one that was accepted before; `changed`: another one was',
  }),
})

export const MeansSchema = Type.Object({
  agent: Type.Boolean({ description: 'An ssh-agent of the user that this host runs as is there' }),
  keyFiles: Type.Array(Type.String(), { description: 'Names of private keys of that user' }),
  packages: Type.Array(Type.Object({ version: Type.String(), architecture: Type.String(), bytes: Type.Integer() }), {
    description: 'Packed programs that machines can be sent',
  }),
  origin: Type.String({ description: 'URL of this host as it is used now' }),
})

export const stepIds = [
  'connect',
  'check',
  'prepare',
  'copy',
  'nginx',
  'configure',
  'start',
  'join',
  'answer',
  'finish',
  'remove',
  'undo',
] as const
export type StepId = (typeof stepIds)[number]
const StepIdSchema = oneOf(stepIds)

export const MachineReportSchema = Type.Object({
  suitable: Type.Boolean(),
  hostName: Type.String(),
  findings: Type.Array(
    Type.Object({
      id: oneOf(findingIds),
      state: Type.Union([Type.Literal('ok'), Type.Literal('warn'), Type.Literal('fail')]),
      text: Type.String(),
      remedy: Type.String(),
    }),
  ),
  steps: Type.Array(StepIdSchema, { description: 'What will be done' }),
})
export type MachineReport = Static<typeof MachineReportSchema>

export const JobSchema = Type.Object({
  id: Type.String(),
  kind: Type.Union([Type.Literal('add'), Type.Literal('remove')]),
  host: Type.String(),
  port: Type.Integer(),
  user: Type.String(),
  state: Type.Union([Type.Literal('running'), Type.Literal('done'), Type.Literal('failed'), Type.Literal('cancelled')]),
  startedAt: Type.String({ format: 'date-time' }),
  endedAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
  steps: Type.Array(
    Type.Object({
      id: StepIdSchema,
      state: Type.Union([Type.Literal('waiting'), Type.Literal('running'), Type.Literal('done'), Type.Literal('failed')]),
      ms: Type.Union([Type.Integer(), Type.Null()], { description: 'How long it took' }),
    }),
  ),
  sentBytes: Type.Integer({ description: 'Of the program, to the machine' }),
  totalBytes: Type.Integer(),
  nodeId: Type.Union([Type.String(), Type.Null()]),
  role: Role,
  hostUrl: Type.Union([Type.String(), Type.Null()], { description: 'Of the host that answers there now' }),
  error: Nullable(ErrorSchema),
})
export type Job = Static<typeof JobSchema>

export const JobWithLogSchema = Type.Object({ ...JobSchema.properties, log: Type.Array(Type.String()) })
export const JobIdParams = Type.Object({ id: Type.String({ maxLength: 60 }) })
export const NodeMachineSchema = Type.Object({
  host: Type.String(),
  port: Type.Integer(),
  user: Type.String(),
  fingerprint: Fingerprint,
  nodeId: Type.Union([Type.String(), Type.Null()], { description: 'The node that was set up there' }),
  hostUrl: Type.Union([Type.String(), Type.Null()], { description: 'URL of the host that was set up there' }),
  acceptedAt: Type.String({ format: 'date-time', description: 'When its host key was accepted' }),
})
