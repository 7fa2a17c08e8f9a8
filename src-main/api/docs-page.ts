import { createHash } from 'node:crypto'

interface Operation {
  readonly operationId?: string
  readonly tags?: readonly string[]
  readonly summary?: string
  readonly description?: string
  readonly parameters?: readonly { name: string; in: string; required?: boolean; description?: string; schema?: Schema }[]
  readonly requestBody?: { content?: Record<string, { schema?: Schema }> }
  readonly responses?: Record<string, { description?: string; content?: Record<string, { schema?: Schema }> }>
}
interface Schema {
  readonly type?: string
  readonly description?: string
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Record<string, Schema>
  readonly additionalProperties?: Schema | boolean
  readonly required?: readonly string[]
}
interface Document {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string }
  readonly paths: Record<string, Record<string, Operation>>
}

const style = `
:root{color-scheme:light dark;--line:light-dark(#d9dde3,#2c333d);--soft:light-dark(#59636f,#9aa5b1);--box:light-dark(#f5f7f9,#161b22)}
body{font:15px/1.55 system-ui,sans-serif;margin:0 auto;max-width:56rem;padding:2rem 1rem;background:light-dark(#fff,#0d1117);color:light-dark(#1c2128,#e6edf3)}
h2{margin:2.5rem 0 .5rem;text-transform:capitalize}details{border:1px solid var(--line);border-radius:8px;margin:.5rem 0;padding:.6rem .9rem}
summary{cursor:pointer;display:flex;gap:.75rem;flex-wrap:wrap;align-items:baseline}summary span{color:var(--soft)}
code,pre{font:13px/1.5 ui-monospace,monospace}pre{background:var(--box);border-radius:6px;overflow:auto;padding:.75rem}
b{font:600 12px ui-monospace,monospace;min-width:3.6rem}b.get{color:light-dark(#0a66c2,#6cb6ff)}b.post{color:light-dark(#1a7f37,#57d364)}b.delete{color:light-dark(#b42318,#ff7b72)}b.patch,b.put{color:light-dark(#8a5a00,#e3b341)}
h4{margin:.9rem 0 .3rem}a{color:inherit}:focus-visible{outline:2px solid #4493f8;outline-offset:2px}`

/** Headers of the readable page: its one style block by hash, nothing else. */
export function docsHeaders(): Record<string, string> {
  const hash = createHash('sha256').update(style).digest('base64')
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  }
}

/** The OpenAPI document as a page to read: no script, nothing from elsewhere. */
export function docsPage(openApi: object): string {
  const { info, paths } = openApi as Document
  const byTag = new Map<string, string[]>()
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags?.[0] ?? 'other'
      const list = byTag.get(tag) ?? []
      byTag.set(tag, list)
      list.push(renderOperation(method, path, operation))
    }
  }
  const sections = [...byTag]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([tag, operations]) => `<h2 id="${escapeHtml(tag)}">${escapeHtml(tag)}</h2>${operations.join('')}`)
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(info.title)} API</title><style>${style}</style></head>
<body><main><h1>${escapeHtml(info.title)} API <small>${escapeHtml(info.version)}</small></h1><p>${prose(info.description)}</p><p>For programs: <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>${sections.join('')}</main></body></html>`
}

/** Text with `code` in it. */
function prose(text = ''): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>')
}

function renderOperation(method: string, path: string, operation: Operation): string {
  const parts: string[] = [`<p>${prose(operation.description)}</p>`]
  if (operation.parameters?.length) {
    const rows = operation.parameters.map(
      (one) =>
        `${one.name} (${one.in}${one.required ? '' : ', optional'}): ${outline(one.schema, '')}${one.description ? `  // ${one.description}` : ''}`,
    )
    parts.push(`<h4>Parameters</h4><pre>${escapeHtml(rows.join('\n'))}</pre>`)
  }
  const body = Object.values(operation.requestBody?.content ?? {})[0]?.schema
  if (body) parts.push(`<h4>Body</h4><pre>${escapeHtml(outline(body, ''))}</pre>`)
  for (const [status, response] of Object.entries(operation.responses ?? {})) {
    if (status === 'default') continue
    const schema = Object.values(response.content ?? {})[0]?.schema
    parts.push(`<h4>${escapeHtml(status)}</h4><pre>${escapeHtml(schema ? outline(schema, '') : (response.description ?? ''))}</pre>`)
  }
  return `<details id="${escapeHtml(operation.operationId ?? '')}"><summary><b class="${escapeHtml(method)}">${escapeHtml(method.toUpperCase())}</b><code>${escapeHtml(path)}</code><span>${prose(operation.summary)}</span></summary>${parts.join('')}</details>`
}

function outline(schema: Schema | undefined, indent: string): string {
  if (!schema) return 'anything'
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.anyOf) return schema.anyOf.map((part) => outline(part, indent)).join(' | ')
  if (schema.type === 'array') return `${outline(schema.items, indent)}[]`
  if (schema.type === 'object') {
    if (!schema.properties)
      return `{ [name]: ${typeof schema.additionalProperties === 'object' ? outline(schema.additionalProperties, indent) : 'anything'} }`
    const inner = `${indent}  `
    const lines = Object.entries(schema.properties).map(([name, property]) => {
      const optional = schema.required?.includes(name) ? '' : '?'
      return `${inner}${name}${optional}: ${outline(property, inner)}${property.description ? `  // ${property.description}` : ''}`
    })
    return `{\n${lines.join('\n')}\n${indent}}`
  }
  return schema.type ?? 'anything'
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
