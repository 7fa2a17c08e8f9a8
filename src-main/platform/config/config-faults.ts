import type { TSchema } from 'typebox'
import { AppError } from '../errors.ts'
import { type Fault, schemaFaults } from '../routes/schema-faults.ts'
import type { ConfigText } from './config-text.ts'
import { nearestName } from './nearest-name.ts'

/**
 * Checks what a configuration file says, with its defaults filled in. Throws one `config.invalid` with every fault: where it is, what is
 * wrong, and the known name that was meant.
 */
export function checkConfig(schema: TSchema, text: ConfigText, complete: unknown, moreNames: readonly string[] = []): void {
  const faults = schemaFaults(schema, complete, '')
  if (faults.length === 0) return
  const names = [...namesOf(schema), ...moreNames]
  const lines = faults.map((fault) => describe(fault, text, names))
  throw new AppError('config.invalid', lines.join('; '), { details: { file: text.path, problems: faults } })
}

function describe({ place, problem }: Fault, text: ConfigText, names: readonly string[]): string {
  const isUnknown = problem.startsWith('no such property')
  const near = isUnknown ? nearestName(place.slice(place.lastIndexOf('.') + 1), names) : undefined
  return `${text.where(place, isUnknown ? 'name' : 'value')}: ${place || '(whole file)'} ${problem}${meant(near)}`
}

/** The end of a message about a name that is not known. */
export function meant(name: string | undefined): string {
  return name === undefined ? '' : `: is "${name}" meant?`
}

/** Names of all properties at any depth. */
function namesOf(schema: TSchema): readonly string[] {
  const { properties = {}, items, anyOf = [] } = schema as Inner
  const inner = [...Object.values(properties), ...(items === undefined ? [] : [items]), ...anyOf]
  return [...Object.keys(properties), ...inner.flatMap(namesOf)]
}

interface Inner {
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly items?: TSchema
  readonly anyOf?: readonly TSchema[]
}
