import { type Static, Type } from 'typebox'
import { PricesSchema } from './prices.ts'

/** A region of nodes, as `regions.yaml` of the origin has it. */
export const RegionSchema = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$', description: 'As `edge.yaml` of its nodes has it' }),
    name: Type.String({ minLength: 1, maxLength: 80 }),
    labels: Type.Array(Type.String({ minLength: 1, maxLength: 40 }), { maxItems: 20, default: [] }),
    prices: Type.Optional(PricesSchema),
    country: Type.Optional(
      Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166 code of the country it is in, whose middle it has on the map' }),
    ),
    latitude: Type.Optional(Type.Number({ minimum: -90, maximum: 90, description: 'Degrees, with `longitude`; in place of `country`' })),
    longitude: Type.Optional(Type.Number({ minimum: -180, maximum: 180 })),
  },
  { additionalProperties: false },
)
export type Region = Static<typeof RegionSchema>
export type Prices = Static<typeof PricesSchema>

const monthMs = 30 * 86_400_000

/** What some bytes and some time cost. */
export function costOf({ perTb, perMonth }: Prices, bytesOut: number, ms: number): number {
  return (bytesOut / 1e12) * perTb + (ms / monthMs) * perMonth
}
