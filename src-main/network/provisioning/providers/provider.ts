import { type Static, Type } from 'typebox'

/** Names at a provider: of regions, sizes, images. */
export const offeredNamePattern = '^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$'
const OfferedName = Type.String({ pattern: offeredNamePattern })
const Line = Type.String({ maxLength: 200, pattern: '^[^\\u0000-\\u001f\\u007f]*$' })

/** What can be ordered, as JSON of programs has it too. */
export const OffersSchema = Type.Object({
  currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' }),
  regions: Type.Array(Type.Object({ name: OfferedName, description: Line }), { maxItems: 200 }),
  sizes: Type.Array(
    Type.Object({
      name: OfferedName,
      description: Line,
      architecture: Type.Union([Type.Literal('x64'), Type.Literal('arm64')]),
      cpus: Type.Integer({ minimum: 1, maximum: 10_000 }),
      memoryMb: Type.Integer({ minimum: 1 }),
      prices: Type.Array(
        Type.Object({ region: OfferedName, perHour: Type.Number({ minimum: 0, description: 'In the currency, with taxes' }) }),
        { maxItems: 200, description: 'The regions where there is this size' },
      ),
    }),
    { maxItems: 1000 },
  ),
})
export type Offers = Static<typeof OffersSchema>

export const ProviderMachineSchema = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 100, pattern: '^[A-Za-z0-9._:/-]+$' }),
  name: Type.String({ maxLength: 100 }),
  addresses: Type.Array(Type.String({ maxLength: 45, pattern: '^[0-9A-Fa-f.:]+$' }), {
    maxItems: 20,
    description: 'Public IP addresses; none until it has one',
  }),
})
/** A machine as its provider lists it. */
export type ProviderMachine = Static<typeof ProviderMachineSchema>

export interface MachineOrder {
  /** Unique at the provider, and a valid name of a host. */
  readonly name: string
  readonly size: string
  readonly region: string
  /** Run by cloud-init at the first boot. */
  readonly userData: string
}

/**
 * Who has machines for rent. All of it throws `network.provider_rejected` where the provider said no and nothing was changed, and
 * `network.provider_failed` where nobody knows what became of the request.
 */
export interface Provider {
  offers(signal: AbortSignal): Promise<Offers>
  /** The machines that this host has ordered there, by their label. */
  list(signal: AbortSignal): Promise<readonly ProviderMachine[]>
  create(order: MachineOrder, signal: AbortSignal): Promise<ProviderMachine>
  /** Resolves when it is deleted, also where it was before. */
  destroy(id: string, signal: AbortSignal): Promise<void>
}
