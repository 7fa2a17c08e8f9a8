import { Compile } from 'typebox/compile'

interface Described {
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>>
}

/** Checks answers of the API against the description that the host gives of itself. */
export interface Contract {
  /** Throws where no operation has that path, or the answer is not as described. `path` is under /api/v1, with or without a query. */
  check(method: string, path: string, status: number, body: unknown): void
}

/** From an OpenAPI document. */
export function contractOf(document: { paths: Record<string, Record<string, Described>> }): Contract {
  const compiled = new Map<object, ReturnType<typeof Compile>>()
  const operations = Object.entries(document.paths).flatMap(([path, methods]) => {
    const form = new RegExp(`^${path.replace('/api/v1', '').replace(/\{\w+\}/g, '[^/]+')}$`)
    return Object.entries(methods).map(([method, described]) => ({ method: method.toUpperCase(), path, form, described }))
  })
  // a URL without a parameter goes before one that has it in the same place
  operations.sort((a, b) => a.path.split('{').length - b.path.split('{').length)
  return {
    check(method, path, status, body) {
      const [plain = ''] = path.split('?')
      const operation = operations.find((each) => each.method === method && each.form.test(plain))
      if (operation === undefined) {
        if (status < 400) throw new Error(`${method} ${path} answered ${status} and is not described`)
        return
      }
      const { responses } = operation.described
      const described = responses[String(status)] ?? (status >= 400 ? responses.default : undefined)
      // An answer in another form than JSON has no schema.
      const texts = Object.keys(described?.content ?? {}).some((type) => type.startsWith('text/'))
      if (texts && typeof body === 'string') return
      if (described === undefined) throw new Error(`${method} ${path} answered ${status}, which is not described`)
      const schema = described.content?.['application/json']?.schema ?? described.content?.['application/problem+json']?.schema
      if (schema === undefined) return
      const known = compiled.get(schema)
      const validator = known ?? Compile(schema as never)
      if (known === undefined) compiled.set(schema, validator)
      const errors = [...validator.Errors(body)]
      if (errors.length > 0)
        throw new Error(`${method} ${path} answered ${status} otherwise than described: ${JSON.stringify(errors.slice(0, 3))}`)
    },
  }
}
