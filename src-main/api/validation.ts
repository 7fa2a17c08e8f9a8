import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import Value from 'typebox/value'
import { AppError } from '../platform/errors.ts'
import { schemaFaults } from '../platform/routes/schema-faults.ts'

/** Checks one part of a request; answers it with defaults filled in. Throws `request.invalid` that names the field. */
export type PartCheck = (value: unknown) => unknown

/**
 * Compiles the check of a schema when it is first used. Text from URLs is turned into numbers and booleans; bodies are taken as they are.
 */
export function partCheck(part: 'params' | 'query' | 'body', schema: TSchema | undefined): PartCheck {
  if (!schema) return (value) => (part === 'body' ? undefined : value)
  let compiled: Validator | undefined
  return (given) => {
    compiled ??= Compile(schema)
    const filled = Value.Default(schema, given === undefined || given === null ? {} : given)
    const value = part === 'body' ? filled : Value.Convert(schema, filled)
    if (compiled.Check(value)) return value
    const [fault] = schemaFaults(schema, value, part, 1)
    const field = (fault?.place ?? part).replaceAll(/\[(\d+)\]/g, '.$1')
    const reason = fault?.problem ?? 'is not valid'
    throw new AppError('request.invalid', `${field} ${reason}`, { details: { field } })
  }
}
