import type { TSchema } from 'typebox'
import Value from 'typebox/value'
import { schemaFaults } from '../../../platform/routes/schema-faults.ts'

/** Settings with all their defaults, or the first fault in them, in words that name the place. */
export type ReadSettings = { readonly settings: unknown } | { readonly problem: string }

/** Fills in what was left out and checks the rest. The settings given stay as they are. */
export function readSettings(schema: TSchema, given: unknown): ReadSettings {
  const settings = Value.Default(schema, Value.Clone(given ?? {}))
  const [fault] = schemaFaults(schema, settings, '', 1)
  if (fault !== undefined) return { problem: `${fault.place || 'settings'} ${fault.problem}` }
  return { settings }
}
