import type { TSchema } from 'typebox'

export type OptionType = 'integer' | 'number' | 'boolean' | 'string' | 'choice' | 'port'

/** One option, flattened out of the schema: what flags, environment, file, help and docs are made from. */
export interface OptionSpec {
  /** Dotted name as in the file, e.g. `limits.messageBytes`. */
  readonly name: string
  readonly path: readonly string[]
  /** Flag without dashes, e.g. `limits-message-bytes`. */
  readonly flag: string
  /** Environment variable, e.g. `STREAMS_LIMITS_MESSAGE_BYTES`. */
  readonly environment: string
  readonly type: OptionType
  readonly choices: readonly string[]
  readonly default: unknown
  readonly unit: string | undefined
  readonly description: string
  readonly minimum: number | undefined
  readonly maximum: number | undefined
  readonly maxLength: number | undefined
  readonly pattern: string | undefined
}

interface JsonSchema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly anyOf?: readonly JsonSchema[]
  readonly const?: unknown
  readonly default?: unknown
  readonly unit?: string
  readonly description?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly maxLength?: number
  readonly pattern?: string
}

const words = (name: string): string[] => name.split(/(?=[A-Z])|\./).map((word) => word.toLowerCase())

/** Reads every option out of an object schema; nested objects give dotted names. */
export function optionSpecs(schema: TSchema): readonly OptionSpec[] {
  const specs: OptionSpec[] = []
  collect(schema as JsonSchema, [], specs)
  return specs
}

function collect(schema: JsonSchema, path: readonly string[], specs: OptionSpec[]): void {
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const inner = [...path, key]
    if (property.type === 'object') {
      collect(property, inner, specs)
      continue
    }
    const name = inner.join('.')
    const number = property.anyOf?.find((part) => part.type === 'integer') ?? property
    specs.push({
      name,
      path: inner,
      flag: words(name).join('-'),
      environment: `STREAMS_${words(name).join('_').toUpperCase()}`,
      type: typeOf(property),
      choices: (property.anyOf ?? []).filter((part) => typeof part.const === 'string').map((part) => String(part.const)),
      default: property.default,
      unit: property.unit,
      description: property.description ?? '',
      minimum: number.minimum,
      maximum: number.maximum,
      maxLength: property.maxLength,
      pattern: property.pattern,
    })
  }
}

function typeOf(schema: JsonSchema): OptionType {
  if (schema.anyOf) return schema.anyOf.some((part) => part.type === 'integer') ? 'port' : 'choice'
  if (schema.type === 'integer' || schema.type === 'number' || schema.type === 'boolean') return schema.type
  return 'string'
}
