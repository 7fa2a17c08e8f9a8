import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'rolldown/utils'
import { expect, it } from 'vitest'
import { SourceCache } from './source-cache.ts'

/**
 * `new URL`, `decodeURIComponent` and `decodeURI` throw on what they cannot read, and `//[` as the target of a request once ended the host.
 * In the code of the host each call is in a `try`, behind `URL.canParse`, resolves a file beside a module, or is named here with its reason.
 */

const root = fileURLToPath(new URL('..', import.meta.url))

/** Files whose text was checked before it comes there, or is our own. */
const checked: Readonly<Record<string, string>> = {
  'src-main/api/access.ts': 'the option publicUrl, read at start',
  'src-main/host/shown-host.ts': 'the option publicUrl, read at start',
  'src-main/host/commands/start.ts': "the command line's own sign-in link",
  'src-main/host/commands/status.ts': "the command line's own sign-in link",
  'src-main/host/commands/tokens.ts': "the command line's own sign-in link",
  'src-main/host/wiring.ts': 'the setting cdnPrefix, checked when it is set',
  'src-main/media/realtime/ice-servers.ts': 'the option iceServers, read at start',
  'src-main/live/relay/push/connect-target.ts': 'checked by destination-url.ts',
  'src-main/live/relay/push/destination-url.ts': 'checked by checkDestinationUrl of the same file',
  'src-main/platform/outbound/network-policy.ts': 'behind an early return on URL.canParse',
  'src-main/shell/navigation.ts': 'the URL of the host, from the command that opens the window',
  'src-main/live/relay/pull/source-url.ts': 'behind a check with URL.canParse',
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

/** Lines with a call that may throw on text from elsewhere. */
function unguarded(file: string, source: string): string[] {
  if (!/new URL\(|decodeURI/.test(source)) return []
  const { program, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]!.message}`)
  const found: string[] = []
  const text = (node: Node): string => source.slice(node.start, node.end)
  const visit = (value: unknown, guarded: boolean): void => {
    if (Array.isArray(value)) {
      for (const one of value) visit(one, guarded)
      return
    }
    if (typeof value !== 'object' || value === null || typeof (value as Node).type !== 'string') return
    const node = value as Node
    if (throws(node, text) && !guarded) found.push(`${file}:${source.slice(0, node.start).split('\n').length} ${text(node)}`)
    // What a function does later is not inside the `try` that creates it.
    const isFunction = /Function|PropertyDefinition/.test(node.type)
    for (const key in node) {
      const child = node[key]
      if (typeof child !== 'object' || child === null) continue
      const inTry = node.type === 'TryStatement' && key === 'block' && node.handler !== null
      const afterCheck =
        (node.type === 'ConditionalExpression' || node.type === 'IfStatement') && key === 'consequent' && checks(node.test as Node, text)
      const behindCheck = node.type === 'LogicalExpression' && key === 'right' && node.operator === '&&' && checks(node.left as Node, text)
      visit(child, inTry || afterCheck || behindCheck || (guarded && !isFunction))
    }
  }
  visit(program, false)
  return found
}

function throws(node: Node, text: (node: Node) => string): boolean {
  const name = node.type === 'NewExpression' || node.type === 'CallExpression' ? text(node.callee as Node) : ''
  if (name === 'decodeURIComponent' || name === 'decodeURI') return true
  if (name !== 'URL' || node.type !== 'NewExpression') return false
  const base = (node.arguments as Node[])[1]
  return base === undefined || !/^(?:import\.meta\.url|beside|installation|root|addonRoot)$/.test(text(base))
}

const checks = (node: Node, text: (node: Node) => string): boolean => text(node).includes('URL.canParse(')

it('finds what throws on text of a request, and only that', () => {
  const bad = [
    'new URL(request.url)',
    'decodeURIComponent(path)',
    'try { later(() => new URL(x)) } catch {}',
    'if (!URL.canParse(x)) y(); new URL(x)',
  ]
  for (const source of bad) expect(unguarded('x.ts', source), source).toHaveLength(1)
  const good = [
    'try { new URL(x) } catch {}',
    'URL.canParse(x) ? new URL(x) : y',
    'URL.canParse(x) && new URL(x).host',
    'new URL("a", import.meta.url)',
    'URL.parse(x)',
  ]
  for (const source of good) expect(unguarded('x.ts', source), source).toEqual([])
})

let read: ReadonlyMap<string, string> | undefined
/** The sources of the host's own process, by their files; a process of its own ends alone. */
function hostSources(): ReadonlyMap<string, string> {
  read ??= new Map(hostFiles().map((file) => [file, readFileSync(join(root, file), 'utf8')]))
  return read
}

function hostFiles(): string[] {
  return readdirSync(join(root, 'src-main'), { recursive: true, encoding: 'utf8' })
    .map((name) => `src-main/${name.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.includes('/worker/') && !file.includes('/testing/'))
}

it('starts timers of the host that come again by `repeat`, where a fault costs one round', () => {
  const own = /^src-main\/(platform\/(timing\/repeat|workers\/worker-side|workers\/watchdog)\.ts|host\/supervisor\/|shell\/)/
  const bare = [...hostSources()].filter(([file, source]) => !own.test(file) && source.includes('setInterval('))
  expect(bare.map(([file]) => file)).toEqual([])
})

it('keeps parsers that throw on any text inside a guard', () => {
  const cache = new SourceCache<string[]>('throwing-parsers', import.meta.filename)
  const found = new Map([...hostSources()].map(([file, source]) => [file, cache.get(`${file} ${source}`, () => unguarded(file, source))]))
  cache.keep()
  expect([...found].flatMap(([file, lines]) => (file in checked ? [] : lines))).toEqual([])
  expect(
    Object.keys(checked).filter((file) => (found.get(file)?.length ?? 0) === 0),
    'named here without need',
  ).toEqual([])
})
