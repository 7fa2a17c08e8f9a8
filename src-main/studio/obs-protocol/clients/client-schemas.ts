import { type Static, Type } from 'typebox'

/** What a client may do. */
export const protocolRights = ['view', 'control', 'edit'] as const
export const RightSchema = Type.Union(
  protocolRights.map((right) => Type.Literal(right)),
  {
    description:
      'view: reads and follows; control: also what an operator does during a show (scenes, mute, volume, show and hide, outputs, media); edit: also changes what the show is made of, as editors may',
  },
)
export type ProtocolRight = (typeof protocolRights)[number]

export const ClientName = Type.String({ minLength: 1, maxLength: 80, description: 'for people, e.g. `Stream Deck`' })

/** A program that may connect. Its password is given out once. */
export const ClientSchema = Type.Object({
  id: Type.String(),
  name: ClientName,
  right: RightSchema,
  createdAt: Type.String({ format: 'date-time' }),
  lastUsedAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
  connections: Type.Integer({ description: 'open now' }),
})
export type ProtocolClient = Omit<Static<typeof ClientSchema>, 'right' | 'connections'> & { readonly right: ProtocolRight }

/** A program that asked while pairing was open, and has not been answered. */
export const PairingRequestSchema = Type.Object({
  id: Type.String(),
  ip: Type.String({ description: 'IP address that it comes from' }),
  program: Type.String({ description: 'what it calls itself; anybody can write anything there' }),
  askedAt: Type.String({ format: 'date-time' }),
})
export type PairingRequest = Static<typeof PairingRequestSchema>
