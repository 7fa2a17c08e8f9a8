import { type Static, Type } from 'typebox'
import { RightSchema, RightsSchema } from '../rights/rights.ts'

const exactly = { additionalProperties: false }
const Time = Type.String({ format: 'date-time' })

export const GrantParams = Type.Object({ id: Type.String({ maxLength: 80 }), user: Type.String({ maxLength: 100 }) })
export const AttendeeParams = Type.Object({ id: Type.String({ maxLength: 80 }), attendee: Type.String({ maxLength: 80 }) })

export const GrantSchema = Type.Object({
  user: Type.String({ description: '`token:ID` of a token, or the `principal` of a signed-in browser' }),
  name: Type.Union([Type.String(), Type.Null()], { description: 'null: nobody signs in as this user any more' }),
  rights: RightsSchema,
  expiresAt: Type.Union([Time, Type.Null()], { description: 'null: until it is revoked' }),
  createdAt: Time,
})

export const NewGrantSchema = Type.Object(
  { rights: RightsSchema, expiresAt: Type.Optional(Type.Union([Time, Type.Null()], { description: 'null: until it is revoked' })) },
  exactly,
)

export const AttendeeSchema = Type.Object({
  id: Type.String({ description: 'of the connection' }),
  name: Type.String(),
  user: Type.String({ description: 'principal id; `guest:ID` for who came by an invitation' }),
  rights: Type.Array(RightSchema),
  controls: Type.Boolean({ description: 'one person at a time, on all pages of theirs' }),
  asks: Type.Boolean({ description: 'for control' }),
  since: Time,
})
export type Attendee = Static<typeof AttendeeSchema>

export const AttendeeChangesSchema = Type.Object({ rights: RightsSchema }, exactly)
