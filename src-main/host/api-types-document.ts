/** What of a JSON schema in the API's description the types are made of. */
export interface DescribedSchema {
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly DescribedSchema[]
  readonly oneOf?: readonly DescribedSchema[]
  readonly allOf?: readonly DescribedSchema[]
  readonly items?: DescribedSchema | readonly DescribedSchema[]
  readonly properties?: Readonly<Record<string, DescribedSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | DescribedSchema
  readonly patternProperties?: Readonly<Record<string, DescribedSchema>>
  readonly default?: unknown
}

type Content = Readonly<Record<string, { readonly schema: DescribedSchema }>>

interface DescribedParameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema: DescribedSchema
}

interface DescribedOperation {
  readonly deprecated?: boolean
  readonly parameters?: readonly DescribedParameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}

/** What of an OpenAPI document the types are made of. */
export interface DescribedOperations {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>
}

/** What a program reads, or what it sends: a body may come from lists that do not change, and leaves out what has a default. */
type Direction = 'answer' | 'body'

/** The type of a schema; `nested` answers that of a schema inside it, which is at `place`. */
type Nested = (schema: DescribedSchema, place: string) => string

const isName = /^[A-Za-z_]\w*$/

const key = (name: string): string => (isName.test(name) ? name : `'${name}'`)

const literal = (value: unknown): string =>
  typeof value === 'string' ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'` : JSON.stringify(value)

const union = (types: readonly string[]): string => [...new Set(types)].join(' | ')

/** In brackets where something binds stronger than its `|` or `&`. */
const single = (schema: DescribedSchema, type: string): string =>
  schema.type === 'object' || schema.type === 'array' || !/ [|&] /.test(type) ? type : `(${type})`

function typeOf(schema: DescribedSchema, direction: Direction, nested: Nested): string {
  if (schema.const !== undefined) return literal(schema.const)
  if (schema.enum !== undefined) return union(schema.enum.map(literal))
  const either = schema.anyOf ?? schema.oneOf
  if (either !== undefined) return union(either.map((each) => nested(each, '')))
  if (schema.allOf !== undefined) return schema.allOf.map((each) => single(each, nested(each, ''))).join(' & ')
  if (typeof schema.type === 'object') return union(schema.type.map((type) => typeOf({ ...schema, type }, direction, nested)))
  switch (schema.type) {
    case 'integer':
    case 'number':
      return 'number'
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type
    case 'array':
      return listOf(schema.items ?? {}, direction, nested)
    case 'object':
      return objectOf(schema, direction, nested)
    default:
      return 'unknown'
  }
}

function listOf(items: DescribedSchema | readonly DescribedSchema[], direction: Direction, nested: Nested): string {
  const readonly = direction === 'body' ? 'readonly ' : ''
  if (Array.isArray(items)) return `${readonly}[${items.map((each) => nested(each, '')).join(', ')}]`
  const item = items as DescribedSchema
  return `${readonly}${single(item, nested(item, 'item'))}[]`
}

function objectOf(schema: DescribedSchema, direction: Direction, nested: Nested): string {
  const properties = Object.entries(schema.properties ?? {})
  const [others] = Object.values(schema.patternProperties ?? {})
  const more = others ?? schema.additionalProperties
  if (properties.length === 0)
    return `Record<string, ${more === false ? 'never' : typeof more === 'object' ? nested(more, 'value') : 'unknown'}>`
  const required = new Set(schema.required)
  const lines = properties.map(([name, each]) => {
    const type = nested(each, name)
    if (required.has(name) && (direction === 'answer' || each.default === undefined)) return `${key(name)}: ${type}`
    return `${key(name)}?: ${type}${direction === 'body' ? ' | undefined' : ''}`
  })
  return `{ ${lines.join('; ')} }`
}

/** The query of an operation as one object; undefined where it reads none. */
function queryOf({ parameters = [] }: DescribedOperation): DescribedSchema | undefined {
  const read = parameters.filter((each) => each.in === 'query')
  if (read.length === 0) return undefined
  return {
    type: 'object',
    properties: Object.fromEntries(read.map(({ name, schema }) => [name, schema])),
    required: read.flatMap(({ name, required }) => (required === true ? [name] : [])),
  }
}

/** Types that occur more than once and are longer than a name, under the name of the place where they occur first. */
class NamedTypes {
  readonly #uses = new Map<string, number>()
  readonly #names = new Map<string, string>()
  readonly #taken = new Map<string, number>()
  readonly declarations: string[] = []

  count(type: string): void {
    this.#uses.set(type, (this.#uses.get(type) ?? 0) + 1)
  }

  /** The name of `full`, written as `short`, which has names in it already; or `short` where it needs none. */
  nameOf(full: string, short: string, place: readonly string[]): string {
    if (full.length < 60 || (this.#uses.get(full) ?? 0) < 2 || !short.startsWith('{')) return short
    const known = this.#names.get(full)
    if (known !== undefined) return known
    const wanted = place
      .map((word) => word.replace(/(?:^|\W+)(\w)/g, (_all, letter: string) => letter.toUpperCase()).replace(/\W/g, ''))
      .join('')
    const taken = this.#taken.get(wanted) ?? 0
    this.#taken.set(wanted, taken + 1)
    const name = taken === 0 ? wanted : `${wanted}${taken + 1}`
    this.#names.set(full, name)
    this.declarations.push(`type ${name} = ${short}`)
    return name
  }
}

interface Node {
  readonly children: Map<string, Node>
  readonly methods: Map<string, string>
}

const emptyNode = (): Node => ({ children: new Map(), methods: new Map() })

function printNode(node: Node, indent: string): string {
  const inner = `${indent}  `
  const methods = [...node.methods].map(([method, type]) => `${inner}${method}: ${type}\n`)
  const children = [...node.children].map(([segment, child]) => `${inner}${key(segment)}: ${printNode(child, inner)}\n`)
  return `{\n${[...methods, ...children].join('')}${indent}}`
}

const statuses = (operation: DescribedOperation): string[] => Object.keys(operation.responses).filter((status) => /^2/.test(status))

/**
 * src-main/api/api-types.ts: queries, bodies and answers of all routes, as a tree of their URLs; a test fails where the file differs.
 * Routes at old names are left out: nothing of ours is to call them.
 */
export function apiTypesDocument({ paths }: DescribedOperations): string {
  const operations = Object.entries(paths)
    .map(([path, methods]) => ({
      segments: path.split('/').slice(3),
      methods: Object.entries(methods)
        .filter(([, { deprecated }]) => deprecated !== true)
        .map(([method, operation]) => ({ method, operation, query: queryOf(operation) })),
    }))
    .filter(({ methods }) => methods.length > 0)
    .sort((one, two) => one.segments.join('/').localeCompare(two.segments.join('/'), 'en'))
  const names = new NamedTypes()

  /** Types by their schemas, without names. */
  const types = new Map<DescribedSchema, string>()
  const count = (schema: DescribedSchema, direction: Direction): string => {
    const type = typeOf(schema, direction, (inside) => count(inside, direction))
    types.set(schema, type)
    names.count(type)
    return type
  }
  const named = (schema: DescribedSchema, direction: Direction, place: readonly string[]): string => {
    const short = typeOf(schema, direction, (inside, at) => named(inside, direction, at === '' || at === 'items' ? place : [...place, at]))
    return names.nameOf(types.get(schema) ?? short, short, place)
  }

  const treeOf = (write: (schema: DescribedSchema, direction: Direction, place: readonly string[]) => string): Node => {
    const tree = emptyNode()
    for (const { segments, methods } of operations) {
      let node = tree
      for (const segment of segments) {
        const name = segment.startsWith('{') ? '*' : segment
        if (!node.children.has(name)) node.children.set(name, emptyNode())
        node = node.children.get(name)!
      }
      const words = segments.filter((segment) => !segment.startsWith('{'))
      for (const { method, operation, query } of methods) {
        const body = operation.requestBody?.content['application/json']?.schema
        const answers = statuses(operation).map((status) => operation.responses[status]!.content?.['application/json']?.schema)
        const place = method === 'get' ? words : [method, ...words]
        const parts = [
          ...(query === undefined ? [] : [`query: ${write(query, 'body', [...words, method, 'query'])}`]),
          ...(body === undefined ? [] : [`body: ${write(body, 'body', [...words, method, 'body'])}`]),
          `answer: ${union(answers.map((answer) => (answer === undefined ? 'undefined' : write(answer, 'answer', place))))}`,
        ]
        node.methods.set(method.toUpperCase(), `{ ${parts.join('; ')} }`)
      }
    }
    return tree
  }
  treeOf(count)
  const tree = treeOf(named)
  return `/**
 * Made from the routes of a host by \`node src-main/host/print-api-types.ts\`: do not edit by hand. Routes that change without this file
 * fail a test. \`typed-api.ts\` reads it.
 */

/** Queries, bodies and answers by the URLs of the routes below /api/v1, segment by segment; \`*\` is a parameter. */
export interface ApiTypes ${printNode(tree, '')}

${names.declarations.join('\n')}
`
}
