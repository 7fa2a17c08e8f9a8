/** What the forms read of a JSON schema, as the host writes it. */
export interface Schema {
  readonly type?: string
  readonly anyOf?: readonly Schema[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly default?: unknown
  readonly description?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly maxItems?: number
  readonly minItems?: number
  readonly pattern?: string
  /** `text`: never given back; `url`: what is secret in it is masked. */
  readonly secret?: string
  /** It has an effect only where other settings have one of these values. */
  readonly when?: Readonly<Record<string, readonly string[]>>
  /** Names something outside of the collection: a path, a URL. */
  readonly reference?: string
}

export type FieldKind =
  | { readonly as: 'switch' }
  | { readonly as: 'choice'; readonly options: readonly string[] }
  | { readonly as: 'color' }
  | { readonly as: 'number'; readonly integer: boolean; readonly optional: boolean; readonly schema: Schema }
  | { readonly as: 'text'; readonly long: boolean }
  | { readonly as: 'secret' }
  | { readonly as: 'lines' }
  | { readonly as: 'object'; readonly optional: boolean; readonly schema: Schema }
  | { readonly as: 'list'; readonly schema: Schema }
  | { readonly as: 'none' }

const isNull = ({ type }: Schema): boolean => type === 'null'

/** Which control a property is drawn with. */
export function fieldKind(name: string, schema: Schema): FieldKind {
  const { anyOf } = schema
  if (anyOf !== undefined) {
    const values = anyOf.filter((each) => !isNull(each))
    if (values.every((each) => typeof each.const === 'string')) return { as: 'choice', options: values.map((each) => String(each.const)) }
    const [only] = values
    if (only === undefined || values.length > 1) return { as: 'none' }
    const inner = fieldKind(name, only)
    const optional = anyOf.some(isNull)
    return inner.as === 'number' || inner.as === 'object' ? { ...inner, optional } : inner
  }
  if (schema.enum !== undefined) return { as: 'choice', options: schema.enum.map(String) }
  switch (schema.type) {
    case 'boolean':
      return { as: 'switch' }
    case 'integer':
    case 'number':
      return { as: 'number', integer: schema.type === 'integer', optional: false, schema }
    case 'string':
      if (schema.secret === 'text') return { as: 'secret' }
      if (schema.pattern?.startsWith('^#') === true) return { as: 'color' }
      return { as: 'text', long: (schema.maxLength ?? 0) >= 60_000 }
    case 'array':
      if (schema.items?.type === 'string') return { as: 'lines' }
      return schema.items?.type === 'object' ? { as: 'list', schema: schema.items } : { as: 'none' }
    case 'object':
      return schema.properties === undefined ? { as: 'none' } : { as: 'object', optional: false, schema }
    default:
      return { as: 'none' }
  }
}

/** Units by the endings of names. */
const units: Readonly<Record<string, string>> = {
  DbPerSecond: 'dB/s',
  Kbps: 'kbps',
  Degrees: '°',
  Lufs: 'LUFS',
  Db: 'dB',
  Ms: 'ms',
  Mb: 'MiB',
  Megabytes: 'MB',
}
const pixelNames = new Set(['width', 'height', 'x', 'y', 'fontSize', 'letterSpacing', 'padding', 'radius', 'blur', 'gap'])
const degreeNames = new Set(['angle', 'rotation', 'hue'])

/** Label and unit of a property: `fadeMs` is "Fade" in ms. */
export function labelOf(name: string): { readonly label: string; readonly unit: string } {
  const found = Object.entries(units).find(([ending]) => name.endsWith(ending) && name.length > ending.length)
  const bare = found === undefined ? name : name.slice(0, -found[0].length)
  const words = bare
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll('-', ' ')
    .toLowerCase()
    .replace(/^address$/, 'url')
    .replace(/\b(css|url)\b/, (short) => short.toUpperCase())
    .replace(/\bcolor\b/, 'colour')
  const unit = found?.[1] ?? (pixelNames.has(name) ? 'px' : degreeNames.has(name) ? '°' : name === 'frequency' ? 'Hz' : '')
  return { label: words.charAt(0).toUpperCase() + words.slice(1), unit }
}

/** Choices that are written as names are. */
const optionNames: Readonly<Record<string, string>> = { freetype: 'FreeType', gdi: 'GDI', tcp: 'TCP', udp: 'UDP', url: 'URL' }

/** A value as people write it: `as-written` is "As written". */
export function optionLabel(value: string): string {
  const name = optionNames[value]
  if (name !== undefined) return name
  const text = value.replaceAll('-', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** A text with what `name` says in the place of each name of code in it. */
export const namedIn = (text: string, name: (code: string) => string): string =>
  text.replaceAll(/`([^`]+)`/g, (_, code: string) => name(code))

/** What a new object of this schema starts with. */
export function defaultsOf(schema: Schema): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema.properties ?? {}).flatMap(([name, each]) => {
      if (each.default !== undefined) return [[name, each.default]]
      if (each.type === 'number' || each.type === 'integer') return [[name, Math.max(0, each.minimum ?? 0)]]
      return each.type === 'string' && each.minLength === undefined ? [[name, '']] : []
    }),
  )
}
