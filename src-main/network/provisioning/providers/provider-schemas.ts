import { type Static, Type } from 'typebox'
import { ErrorSchema, Nullable } from '../../../platform/routes/schemas.ts'
import { programNamePattern } from './command-provider.ts'
import { offeredNamePattern } from './provider.ts'

export const tag = 'network'

export const ProviderNameParams = Type.Object({ name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$' }) })
const limitFields = {
  maxMachines: Type.Integer({ minimum: 0, maximum: 100, default: 5, description: 'This host never has more machines there' }),
  maxPerHour: Type.Number({
    minimum: 0,
    maximum: 100_000,
    description: 'Budget: what all its machines there may cost together an hour, in the currency of the provider',
  }),
}
const Program = Type.String({ pattern: programNamePattern, description: 'Name of a program in the folder `providers` of the data folder' })
const ApiUrl = Type.Optional(
  Type.String({ maxLength: 300, description: 'Base URL of its API, where it is not the public one; plain HTTP on this machine alone' }),
)
/** What an operator sends. */
export const ProviderSettingsSchema = Type.Union([
  Type.Object({ kind: Type.Literal('command'), program: Program, ...limitFields }, { additionalProperties: false }),
  Type.Object(
    {
      kind: Type.Literal('hetzner'),
      token: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 500,
          pattern: '^[!-~]+$',
          description: 'Token of its API that may write; encrypted, never shown. Without it the one before is kept',
        }),
      ),
      url: ApiUrl,
      ...limitFields,
    },
    { additionalProperties: false },
  ),
])
export type ProviderSettings = Static<typeof ProviderSettingsSchema>

export const ProviderSchema = Type.Object({
  name: Type.String(),
  kind: Type.Union([Type.Literal('command'), Type.Literal('hetzner')]),
  program: Type.Union([Type.String(), Type.Null()]),
  url: Type.Union([Type.String(), Type.Null()]),
  ...limitFields,
  machines: Type.Integer({ description: 'Of this host there now' }),
  perHour: Type.Number({ description: 'What they cost together an hour' }),
})
export type ShownProvider = Static<typeof ProviderSchema>
export const ProvidersSchema = Type.Object({
  items: Type.Array(ProviderSchema),
  programs: Type.Array(Type.String(), { description: 'Programs in the folder `providers` of the data folder' }),
})

const portRange = { minimum: 1, maximum: 65_535 }
/** What a node on a machine of a provider is to be. */
export const nodeWishFields = {
  origin: Type.Optional(
    Type.String({ maxLength: 300, description: 'URL of this host as the machine reaches it; else the one that is used now' }),
  ),
  httpPort: Type.Integer({ ...portRange, default: 80 }),
  httpsPort: Type.Union([Type.Integer(portRange), Type.Literal('off')], { default: 443 }),
  cache: Type.Boolean({ default: false, description: 'With nginx in front' }),
  cacheSize: Type.String({ default: '10G', pattern: '^[1-9][0-9]{0,5}[MGT]$' }),
  publicUrl: Type.String({
    default: '',
    maxLength: 300,
    pattern: '^$|^https?://[A-Za-z0-9.{}-]+(:\\d{1,5})?$',
    description:
      'URL that viewers reach it by; `{ip}` is its first IPv4 address, `{ip-dashes}` the same with hyphens, `{name}` the name of the machine. Empty: viewers are not sent there',
  }),
  group: Nullable(Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$', description: 'Group that its configuration comes from' })),
}
export const MachineOrderSchema = Type.Object(
  {
    provider: Type.String({ maxLength: 40 }),
    size: Type.String({ pattern: offeredNamePattern }),
    region: Type.String({ pattern: offeredNamePattern }),
    ...nodeWishFields,
  },
  { additionalProperties: false },
)
export type MachineWish = Static<typeof MachineOrderSchema>

export const CloudMachineSchema = Type.Object({
  id: Type.String(),
  name: Type.String({ description: 'At the provider, and of the node' }),
  provider: Type.String(),
  size: Type.String(),
  region: Type.String(),
  perHour: Type.Number(),
  currency: Type.String(),
  state: Type.Union(
    [
      Type.Literal('ordering'),
      Type.Literal('booting'),
      Type.Literal('ready'),
      Type.Literal('draining'),
      Type.Literal('destroying'),
      Type.Literal('failed'),
      Type.Literal('ended'),
    ],
    { description: '`failed`: something may be left at the provider, which is destroyed when it answers; `ended`: nothing is left there' },
  ),
  by: Type.Union([Type.Literal('operator'), Type.Literal('scaling')], { description: 'Who ordered it' }),
  providerId: Nullable(Type.String()),
  addresses: Type.Array(Type.String()),
  nodeId: Nullable(Type.String()),
  orderedAt: Type.String({ format: 'date-time' }),
  error: Nullable(ErrorSchema),
})
export type CloudMachine = Static<typeof CloudMachineSchema>
/** What a machine is found by at its provider. */
export type KnownMachine = Pick<CloudMachine, 'name' | 'providerId'>
export const CloudMachinesSchema = Type.Object({
  items: Type.Array(CloudMachineSchema),
  unknown: Type.Array(
    Type.Object({ provider: Type.String(), providerId: Type.String(), name: Type.String(), addresses: Type.Array(Type.String()) }),
    { description: 'Machines with the label of this host at a provider that it does not know' },
  ),
})
export const CloudMachineParams = Type.Object({ id: Type.String({ maxLength: 60 }) })
export const DestroySchema = Type.Object({
  drainS: Type.Integer({ minimum: 0, maximum: 3600, default: 30, description: 'How long players get to move to other nodes, seconds' }),
  unlist: Type.Boolean({
    default: false,
    description:
      'Only removes one that failed from the list, where its provider will never answer again: what is left there goes on costing money',
  }),
})
export const UnknownMachineSchema = Type.Object(
  { provider: Type.String({ maxLength: 40 }), providerId: Type.String({ maxLength: 100 }) },
  { additionalProperties: false },
)
