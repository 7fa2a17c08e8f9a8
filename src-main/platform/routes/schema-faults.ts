import type { TSchema } from 'typebox'
import Value from 'typebox/value'

/** Something wrong in a document. `place` is read like code: `scenes[2].items[0].source`. */
export interface Fault {
  readonly place: string
  readonly problem: string
}

/** What of JSON Schema is looked at here; everything else is reported in TypeBox's words. */
interface Words {
  readonly type?: string
  readonly const?: unknown
  readonly description?: string
  readonly anyOf?: readonly TSchema[]
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: unknown
  readonly patternProperties?: Readonly<Record<string, TSchema>>
  readonly items?: TSchema
  readonly minItems?: number
  readonly maxItems?: number
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The place of a property within a place. */
export function within(place: string, key: string | number): string {
  if (typeof key === 'number') return `${place}[${key}]`
  return place === '' ? key : `${place}.${key}`
}

/** What is wrong with a value, each fault at its own place, at most `most`. Empty where the value fits. */
export function schemaFaults(schema: TSchema, value: unknown, place: string, max = 20): readonly Fault[] {
  const faults: Fault[] = []
  look(schema, value, place, faults, max)
  return faults
}

function look(schema: TSchema, value: unknown, place: string, faults: Fault[], max: number): void {
  if (faults.length >= max || Value.Check(schema, value)) return
  const words = schema as Words
  const before = faults.length
  if (words.anyOf !== undefined) lookAtChoice(words.anyOf, value, place, faults, max)
  else if (words.type === 'object') lookAtObject(words, value, place, faults, max)
  else if (words.type === 'array') lookAtArray(words, value, place, faults, max)
  if (faults.length > before) return
  faults.push({ place, problem: problemOf(schema, value) })
}

function problemOf(schema: TSchema, value: unknown): string {
  const words = schema as Words
  if (words.const !== undefined) return `must be ${JSON.stringify(words.const)}`
  const [first] = Value.Errors(schema, value)
  const explained = first?.keyword === 'pattern' && words.description !== undefined ? ` (${words.description})` : ''
  return `${first?.message ?? 'is not valid'}${explained}`
}

function lookAtObject(words: Words, value: unknown, place: string, faults: Fault[], max: number): void {
  if (!isRecord(value)) {
    faults.push({ place, problem: 'must be an object' })
    return
  }
  const properties = words.properties ?? {}
  for (const name of words.required ?? [])
    if (!Object.hasOwn(value, name)) faults.push({ place: within(place, name), problem: 'is missing' })
  const patterns = Object.entries(words.patternProperties ?? {})
  for (const [name, inner] of Object.entries(value)) {
    if (faults.length >= max) return
    const schema = Object.hasOwn(properties, name) ? properties[name] : patterns.find(([pattern]) => new RegExp(pattern).test(name))?.[1]
    if (schema !== undefined) look(schema, inner, within(place, name), faults, max)
    else if (words.additionalProperties === false) {
      const known = Object.keys(properties)
      const near = known.length > 0 && known.length <= 40 ? ` (there are ${known.join(', ')})` : ''
      faults.push({ place: within(place, name.slice(0, 80)), problem: `no such property${near}` })
    }
  }
}

function lookAtArray(words: Words, value: unknown, place: string, faults: Fault[], max: number): void {
  if (!Array.isArray(value)) {
    faults.push({ place, problem: 'must be a list' })
    return
  }
  if (words.maxItems !== undefined && value.length > words.maxItems) {
    faults.push({ place, problem: `has more than ${words.maxItems} entries` })
    return
  }
  if (words.minItems !== undefined && value.length < words.minItems) faults.push({ place, problem: `needs at least ${words.minItems}` })
  if (words.items !== undefined)
    for (let index = 0; index < value.length; index++) look(words.items, value[index], within(place, index), faults, max)
}

/** A choice is reported as its words, or by the variant that the value seems to be meant for. */
function lookAtChoice(variants: readonly TSchema[], value: unknown, place: string, faults: Fault[], max: number): void {
  const choices = variants as readonly (TSchema & Words)[]
  if (choices.every((each) => each.const !== undefined)) {
    faults.push({ place, problem: `must be one of ${choices.map((each) => String(each.const)).join(', ')}` })
    return
  }
  const kinds = choices.filter((each) => each.type !== 'null')
  if (value === null || kinds.length === 0) return
  const word = wordOf(kinds)
  if (word !== undefined && isRecord(value) && !kinds.some((each) => constOf(each, word) === value[word])) {
    faults.push({ place: within(place, word), problem: `must be one of ${kinds.map((each) => String(constOf(each, word))).join(', ')}` })
    return
  }
  let best = kinds[0] as TSchema & Words
  let bestScore = -1
  for (const each of kinds) {
    const score = likeness(each, value)
    if (score > bestScore) [best, bestScore] = [each, score]
  }
  if (bestScore > 0) look(best, value, place, faults, max)
}

/** The property by whose fixed value all variants are distinguished, if there is one. */
function wordOf(variants: readonly Words[]): string | undefined {
  return Object.keys(variants[0]?.properties ?? {}).find((name) => variants.every((each) => constOf(each, name) !== undefined))
}

function constOf({ properties }: Words, name: string): unknown {
  return (properties?.[name] as Words | undefined)?.const
}

function likeness(words: Words, value: unknown): number {
  if (words.type === 'array') return Array.isArray(value) ? 1 : 0
  if (words.type !== 'object') return words.type === typeof value || (words.type === 'integer' && typeof value === 'number') ? 1 : 0
  if (!isRecord(value)) return 0
  let score = 1
  for (const [name, schema] of Object.entries(words.properties ?? {})) {
    if (!Object.hasOwn(value, name)) continue
    const fixed = (schema as Words).const
    score += fixed === undefined ? 1 : fixed === value[name] ? 100 : -100
  }
  return Math.max(score, 0)
}
