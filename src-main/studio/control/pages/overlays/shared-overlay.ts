import { type Static, Type } from 'typebox'

export const Name = Type.String({ minLength: 1, maxLength: 120 })
export const Settings = Type.Record(Type.String({ maxLength: 64 }), Type.Unknown(), {
  description: 'see its kind; those that are left out stay as they are, or have their defaults',
})
export const Post = Type.Record(Type.String({ maxLength: 64 }), Type.Unknown(), { description: 'see `post` of its kind' })

/** One overlay of a file that is shared; `data` is a post that brings its contents. */
export const SharedOverlaySchema = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9]{6,32}$' }),
    kind: Type.String({ maxLength: 64 }),
    name: Name,
    settings: Settings,
    data: Type.Optional(Post),
  },
  { additionalProperties: false },
)
export type SharedOverlay = Static<typeof SharedOverlaySchema>
