import { type Static, Type } from 'typebox'
import { maxLineText } from './run-messages.ts'

/** A line of a function's log. */
export const FunctionLineSchema = Type.Object({
  name: Type.String({ maxLength: 64 }),
  version: Type.Integer(),
  at: Type.String({ maxLength: 40, format: 'date-time' }),
  level: Type.Union([Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error')]),
  text: Type.String({ maxLength: maxLineText }),
})
export type FunctionLine = Static<typeof FunctionLineSchema>
