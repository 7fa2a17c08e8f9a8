import { type TLiteral, type TUnion, Type } from 'typebox'

/** Small schemas that the others are made of. */

export const tag = 'obs'
export const exactly = { additionalProperties: false }

/** One of these words. */
export const oneOf = <const T extends readonly string[]>(...words: T) =>
  Type.Union(words.map((word) => Type.Literal(word))) as unknown as TUnion<{ -readonly [K in keyof T]: TLiteral<T[K] & string> }>

/** OBS knows everything by name; names are any text. */
export const Name = Type.String({ minLength: 1, maxLength: 300 })
export const IdParams = Type.Object({ id: Type.String({ maxLength: 80, description: 'id or name of the OBS instance' }) })

/** Settings in OBS's own words. */
export const Settings = Type.Record(Type.String({ maxLength: 200 }), Type.Unknown(), { description: 'in the words of OBS' })
