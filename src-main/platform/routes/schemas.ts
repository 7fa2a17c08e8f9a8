import { Type } from 'typebox'

/** Small schemas that those of every part are made of. */

/** The value, or null. */
export const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T, options = {}) =>
  Type.Union([schema, Type.Null()], options)

/** An error of the catalogue where it is part of an answer: what happened, and what helps. */
export const ErrorSchema = Type.Object({ code: Type.String(), message: Type.String(), remedy: Type.String() })

/** Of a file that a part keeps. */
export const DeletedAt = Nullable(Type.String({ format: 'date-time', description: 'in the trash since; gone for good some minutes later' }))
