/** Asks every route of the API, as its own description tells them, with what breaks its schema and what is at its edges. */

type Schema = any

export interface Answered {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly sent: string
  readonly answer: string
}

const long = 'x'.repeat(70_000)
/** What no schema, or hardly one, wants. */
const strangers: readonly unknown[] = [
  null,
  true,
  {},
  [],
  [[]],
  '',
  '\u0000',
  '../../etc/passwd',
  '__proto__',
  -1,
  0.5,
  1e308,
  2 ** 53,
  long,
]
const ids = ['nope', '%00', '..%2F..%2F..%2Fetc%2Fpasswd', '%2e%2e', '__proto__', '%F0%9F%92%A5', "'%20or%201=1--", '%', 'x'.repeat(300)]

/** A value that the schema takes, as plain as can be. */
function plain(schema: Schema, depth = 0): unknown {
  if (schema === undefined || depth > 6) return null
  if (schema.const !== undefined) return schema.const
  if (schema.default !== undefined) return schema.default
  if (schema.enum !== undefined) return schema.enum[0]
  const either = schema.anyOf ?? schema.oneOf
  if (either !== undefined) return plain(either[0], depth + 1)
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return Object.fromEntries((schema.required ?? []).map((name: string) => [name, plain(schema.properties?.[name], depth + 1)]))
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => plain(schema.items, depth + 1))
    case 'string':
      return schema.format === 'date-time' ? '2026-01-01T00:00:00.000Z' : 'walked'.padEnd(schema.minLength ?? 0, 'x')
    case 'integer':
    case 'number':
      return schema.minimum ?? (schema.exclusiveMinimum ?? 0) + 1
    case 'boolean':
      return false
    default:
      return null
  }
}

/** What is at a schema's edges: inside, on and beyond them. */
function edges(schema: Schema): unknown[] {
  const found: unknown[] = []
  for (const each of schema.anyOf ?? schema.oneOf ?? [schema]) {
    if (each.const !== undefined) found.push(each.const)
    if (each.type === 'integer' || each.type === 'number') {
      for (const limit of [each.minimum, each.maximum]) if (limit !== undefined) found.push(limit, limit - 1, limit + 1)
    } else if (each.type === 'string') {
      const max = Math.min(each.maxLength ?? 200, 70_000)
      found.push('a'.repeat(max), 'a'.repeat(max + 1), '\ud800', 'http://[::1', 'a\r\nb: c', '{x}%s%n', '٣')
    } else if (each.type === 'array') {
      found.push(
        Array.from({ length: (each.maxItems ?? 50) + 1 }, () => plain(each.items)),
        [null],
        ['', ''],
        [plain(each.items)],
      )
    }
  }
  return found
}

function bodies(schema: Schema): unknown[] {
  const base = plain(schema)
  const all: unknown[] = [base, ...strangers]
  if (typeof base !== 'object' || base === null) return all
  for (const [name, property] of Object.entries<Schema>(schema.properties ?? {})) {
    for (const value of [...strangers.slice(0, -1), ...edges(property)]) all.push({ ...base, [name]: value })
    if (property.type === 'object') {
      const inner = plain(property) as object
      for (const [field, each] of Object.entries<Schema>(property.properties ?? {}))
        for (const value of [...strangers.slice(0, 12), ...edges(each)]) all.push({ ...base, [name]: { ...inner, [field]: value } })
    }
  }
  all.push({ ...base, 'unheard-of': 1, '__proto__x': {} })
  return all
}

/** Id of something that a collection contains, so that requests for it get further than "not found". */
async function known(http: string, collection: string, stream: string): Promise<string> {
  if (collection.endsWith('/streams')) return stream
  const reply = await fetch(`${http}${collection}`)
  const { items } = reply.ok ? await reply.json().catch(() => ({})) : {}
  return (
    items?.find((each: { stream?: string; builtIn?: boolean }) => each.builtIn !== true && (each.stream ?? stream) === stream)?.id ?? stream
  )
}

/** Resolves with every answer of `mayAnswer`'s choice. `stream` is a name that exists and that nobody minds. */
export async function walkApi(
  http: string,
  stream: string,
  wanted: (answered: Answered) => boolean,
): Promise<{ asked: number; found: Answered[] }> {
  const description = await (await fetch(`${http}/api/v1/openapi.json`)).json()
  const jobs: { method: string; path: string; body?: string; type?: string }[] = []
  for (const [template, operations] of Object.entries<Schema>(description.paths)) {
    for (const [method, operation] of Object.entries<Schema>(operations)) {
      if (template.endsWith('/events')) continue
      const names = [...template.matchAll(/\{(\w+)\}/g)].map((found) => found[1] as string)
      const fill = (id: string): string => names.reduce((path: string, name) => path.replace(`{${name}}`, id), template)
      const schema = operation.requestBody?.content?.['application/json']?.schema
      const paths = names.length === 0 ? [template] : [fill(await known(http, template.slice(0, template.indexOf('/{')), stream))]
      for (const id of names.length === 0 ? [] : ids) {
        const body = schema === undefined ? undefined : JSON.stringify(plain(schema))
        jobs.push({ method, path: fill(id), ...(body === undefined ? {} : { body }) })
      }
      for (const path of paths) {
        for (const parameter of operation.parameters ?? []) {
          if (parameter.in !== 'query') continue
          for (const value of ['', '\u0000', 'x'.repeat(3000), '-1', '1e999', '[]', '%', ...edges(parameter.schema ?? {}).slice(0, 6)])
            jobs.push({ method, path: `${path}?${parameter.name}=${encodeURIComponent(String(value).replace(/[\ud800-\udfff]/g, '?'))}` })
        }
        if (schema === undefined) jobs.push({ method, path })
        else {
          for (const body of bodies(schema)) jobs.push({ method, path, body: JSON.stringify(body) })
          for (const body of ['', '{', '{"a":', '[1,', 'null', '\u0000', '{"__proto__":{"x":1}}', '['.repeat(20_000)])
            jobs.push({ method, path, body })
          jobs.push({ method, path, body: '<xml/>', type: 'application/xml' })
        }
      }
    }
  }
  // What is deleted cannot be asked of any more.
  jobs.sort((one, two) => Number(one.method === 'delete') - Number(two.method === 'delete'))
  const found: Answered[] = []
  let next = 0
  const work = async (): Promise<void> => {
    for (;;) {
      const job = jobs[next++]
      if (job === undefined) return
      const { method, path, body, type = 'application/json' } = job
      const reply = await fetch(`${http}${path}`, {
        method: method.toUpperCase(),
        ...(body === undefined ? {} : { body, headers: { 'content-type': type } }),
      })
      const answer = await reply.text()
      const answered = {
        method,
        path: path.slice(0, 200),
        status: reply.status,
        sent: (body ?? '').slice(0, 300),
        answer: answer.slice(0, 300),
      }
      if (wanted(answered)) found.push(answered)
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
  return { asked: jobs.length, found }
}
