import type { DescribedOperations, DescribedSchema } from './api-types-document.ts'

type DescribedOperation = DescribedOperations['paths'][string][string] & {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
}

/** Names deeper than this belong to documents with schemas of their own, like a show's sources. */
const maxDepth = 3

/**
 * Every name of the API that a user's program may rely on: routes, and of each the fields of query, body and answer, by
 * `METHOD /path`, `METHOD /path query`, `... body` and `... answer`. Paths are below /api/v1, with `*` for their parameters.
 */
export function apiNames({ paths }: DescribedOperations): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>()
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, described] of Object.entries(methods)) {
      const operation = described as DescribedOperation
      const route = `${method.toUpperCase()} ${path.replace('/api/v1', '').replaceAll(/\{\w+\}/g, '*')}`
      names.set(route, new Set())
      const note = (part: string, found: ReadonlySet<string>): void => {
        if (found.size > 0) names.set(`${route} ${part}`, new Set(found))
      }
      note('query', new Set(operation.parameters?.filter((each) => each.in === 'query').map((each) => each.name)))
      note('body', fieldsOf(Object.values(operation.requestBody?.content ?? {}).map(({ schema }) => schema)))
      const answers = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'))
      note('answer', fieldsOf(answers.flatMap(([, { content }]) => Object.values(content ?? {}).map(({ schema }) => schema))))
    }
  }
  return names
}

/** The recorded names that an API has no more, each with its route and part. */
export function missingNames(recorded: ReadonlyMap<string, ReadonlySet<string>>, now: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const missing: string[] = []
  for (const [part, names] of recorded) {
    const present = now.get(part)
    if (present === undefined) missing.push(part)
    else for (const name of names) if (!present.has(name)) missing.push(`${part} ${name}`)
  }
  return missing
}

/** A line for each part: `METHOD /path answer: name name`. */
export function writeNames(names: ReadonlyMap<string, ReadonlySet<string>>): string {
  const lines = [...names].map(([part, each]) => (each.size === 0 ? part : `${part}: ${[...each].sort().join(' ')}`))
  return `${lines.sort().join('\n')}\n`
}

/** What `writeNames` wrote. */
export function readNames(text: string): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>()
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [part = '', list = ''] = line.split(': ')
    names.set(part, new Set(list.split(' ').filter((each) => each !== '')))
  }
  return names
}

function fieldsOf(schemas: readonly DescribedSchema[]): Set<string> {
  const found = new Set<string>()
  const walk = (schema: DescribedSchema, place: string, depth: number): void => {
    for (const each of [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])]) walk(each, place, depth)
    for (const each of schema.items === undefined ? [] : [schema.items].flat()) walk(each, `${place}[]`, depth)
    if (depth === maxDepth) return
    for (const [name, each] of Object.entries(schema.properties ?? {})) {
      const at = place === '' ? name : `${place}.${name}`
      found.add(at)
      walk(each, at, depth + 1)
    }
  }
  for (const schema of schemas) walk(schema, '', 0)
  return found
}
