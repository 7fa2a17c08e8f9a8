import { Type } from 'typebox'
import { RightsSchema } from '../rights/rights.ts'

export const ConsentSchema = Type.Object({
  id: Type.String(),
  display: Type.String(),
  name: Type.String({ description: 'of who wants to open it' }),
  rights: RightsSchema,
  expiresAt: Type.String({ format: 'date-time', description: 'then it is a no' }),
})
