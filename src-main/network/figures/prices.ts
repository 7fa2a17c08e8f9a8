import { Type } from 'typebox'

/** What a node costs, as its operator enters it. */
export const PricesSchema = Type.Object(
  {
    currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'Three letters, such as EUR (ISO 4217)' }),
    perTb: Type.Number({ minimum: 0, maximum: 1_000_000, default: 0, description: 'For 10^12 bytes that are sent to viewers' }),
    perMonth: Type.Number({ minimum: 0, maximum: 1_000_000, default: 0, description: 'For 30 days that the node is there' }),
  },
  { additionalProperties: false },
)
