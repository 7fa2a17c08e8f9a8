import { type Static, Type } from 'typebox'
import { RightsSchema } from '../rights/rights.ts'
import { Command } from './display.ts'

const exactly = { additionalProperties: false }
const Time = Type.String({ format: 'date-time' })
const Secret = Type.String({ minLength: 1, maxLength: 200 })

export const InvitationParams = Type.Object({ id: Type.String({ maxLength: 80 }), invitation: Type.String({ maxLength: 80 }) })

const separateDescription = 'each guest comes to a display of their own, made like this, which other guests do not see'
const SeparateSchema = Type.Object(
  {
    command: Type.Optional(Type.Union([Command, Type.Null()], { description: 'a light desktop where left out; null: an empty display' })),
    width: Type.Integer({ minimum: 200, maximum: 8192, default: 1280, description: 'pixels; it follows the window of the guest' }),
    height: Type.Integer({ minimum: 200, maximum: 8192, default: 720 }),
    endAfterMinutes: Type.Integer({
      minimum: 1,
      maximum: 1440,
      default: 10,
      description: 'a display is removed with its programs when its guest has been away for so long',
    }),
    maxDisplays: Type.Integer({ minimum: 1, maximum: 8, default: 4, description: 'at a time' }),
  },
  { ...exactly, description: separateDescription },
)

export const InvitationSchema = Type.Object({
  id: Type.String(),
  rights: RightsSchema,
  once: Type.Boolean({ description: 'the first who comes spends the link' }),
  asks: Type.Boolean({ description: 'somebody has to allow each guest' }),
  separate: Type.Union([SeparateSchema, Type.Null()]),
  invitedBy: Type.String(),
  createdAt: Time,
  expiresAt: Type.String({ format: 'date-time', description: 'when the link ends, and what those who came by it may do' }),
  guests: Type.Array(Type.Object({ id: Type.String(), name: Type.String() }), { description: 'who came by it' }),
})
export type InvitationItem = Static<typeof InvitationSchema>

export const NewInvitationSchema = Type.Object(
  {
    rights: RightsSchema,
    once: Type.Optional(Type.Boolean({ default: true })),
    asks: Type.Optional(
      Type.Boolean({ default: false, description: 'somebody has to allow each guest; always at the screen of this machine' }),
    ),
    separate: Type.Optional(Type.Partial(SeparateSchema, { ...exactly, description: separateDescription })),
    expiresInMinutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 30 * 24 * 60, default: 60 })),
  },
  exactly,
)

export const InvitedSchema = Type.Object({
  invitation: InvitationSchema,
  url: Type.String({ description: 'the page to send to the guest; shown in this answer alone' }),
})

export const ReadInvitationSchema = Type.Object({ key: Secret }, exactly)

/** What a guest is shown before they come. */
export const ShownInvitationSchema = Type.Object({
  display: Type.String({ description: 'its name' }),
  separate: Type.Boolean({ description: 'each guest comes to a display of their own' }),
  invitedBy: Type.String(),
  rights: RightsSchema,
  once: Type.Boolean(),
  expiresAt: Time,
})

export const JoinSchema = Type.Object({ key: Secret, name: Type.String({ minLength: 1, maxLength: 60, pattern: '\\S' }) }, exactly)

export const JoinedSchema = Type.Object({
  guest: Type.String({ description: 'secret that opens `/desktop/guest`, again after a break, until the invitation ends' }),
})
