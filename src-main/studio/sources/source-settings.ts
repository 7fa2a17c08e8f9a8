import type { TSchema } from 'typebox'
import Value from 'typebox/value'

/** Settings with all their defaults, or the first thing that is wrong with them, in words that name the place. */
export type ReadSettings = { readonly settings: unknown } | { readonly problem: string }

/** Fills in what was left out and checks the rest. The settings given stay as they are. */
export function readSettings(schema: TSchema, given: unknown): ReadSettings {
  const settings = Value.Default(schema, Value.Clone(given ?? {}))
  for (const error of Value.Errors(schema, settings)) {
    const place = error.instancePath.slice(1).replaceAll('/', '.') || 'settings'
    return { problem: `${place} ${error.message}` }
  }
  return { settings }
}
