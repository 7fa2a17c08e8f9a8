import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'rolldown/utils'
import { describe, expect, it } from 'vitest'

/** Holds the table of rooms in docs/architecture.md: who may import whom, and that no circle exists. */

const root = fileURLToPath(new URL('..', import.meta.url))

interface Import {
  readonly from: string
  readonly to: string
  readonly typeOnly: boolean
}

/** Room of a file: `platform`, `live`, ..., or `renderer`. */
function roomOf(file: string): string {
  const parts = file.split('/')
  return parts[0] === 'src-renderer' ? 'renderer' : parts[1]!
}

const mayImport: Readonly<Record<string, readonly string[]>> = {
  formats: [],
  platform: ['formats'],
  live: ['platform', 'formats'],
  studio: ['platform', 'formats'],
  api: ['platform'],
  host: ['api', 'live', 'studio', 'platform', 'formats'],
  shell: ['platform'],
  renderer: ['live', 'studio', 'platform', 'api'],
}

/** What is wrong with an import, or undefined. */
function faultOf({ from, to, typeOnly }: Import): string | undefined {
  const [source, target] = [roomOf(from), roomOf(to)]
  if (source === target) return undefined
  // What reads media from outside was written once: the rules of playlists, and the strip in the test picture.
  if (from.endsWith('.test.ts') && ['e2e/playlist-rules.ts', 'e2e/helpers/barcode.ts'].includes(to)) return undefined
  // The command that opens a window asks the shell by this door, which runs without Electron.
  if (source === 'host' && to === 'src-main/shell/open-window.ts') return undefined
  if (!mayImport[source]?.includes(target)) return `${source} may not know ${target}`
  if (source === 'renderer' && !typeOnly) return 'the page may import types of the host, nothing that runs'
  if (source === 'shell' && !to.startsWith('src-main/platform/config')) return 'the shell may know platform/config only'
  // A wing's options stand apart from its face, so that `--help` need not load the wing.
  const faces = [`src-main/${target}/index.ts`, `src-main/${target}/${target}-config.ts`]
  if (source === 'host' && (target === 'live' || target === 'studio' || target === 'api') && !faces.includes(to)) {
    return `outside ${target} only its face ${target}/index.ts is imported`
  }
  return undefined
}

interface Node {
  readonly type: string
  readonly source?: { readonly value?: unknown } | null
  readonly importKind?: string
  readonly exportKind?: string
  readonly specifiers?: readonly { readonly importKind?: string; readonly exportKind?: string }[]
}

/** Relative imports and re-exports of one source, dynamic ones with a literal address included. */
function importsOf(file: string, source: string): Import[] {
  const { program, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]!.message}`)
  const found: Import[] = []
  const add = (specifier: unknown, typeOnly: boolean): void => {
    if (typeof specifier !== 'string' || !specifier.startsWith('.')) return
    found.push({
      from: file,
      to: normalize(join(dirname(file), specifier))
        .split(sep)
        .join('/'),
      typeOnly,
    })
  }
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const one of value) visit(one)
      return
    }
    if (typeof value !== 'object' || value === null) return
    const node = value as Node
    if (node.type === 'ImportDeclaration' || node.type === 'ExportNamedDeclaration' || node.type === 'ExportAllDeclaration') {
      const all = node.specifiers ?? []
      const each = all.length > 0 && all.every((one) => one.importKind === 'type' || one.exportKind === 'type')
      add(node.source?.value, node.importKind === 'type' || node.exportKind === 'type' || each)
    } else if (node.type === 'ImportExpression') add(node.source?.value, false)
    else if (node.type === 'TSImportType') add(node.source?.value, true)
    for (const inner of Object.values(value)) visit(inner)
  }
  visit(program.body)
  return found
}

/** Files of the first circle found, or undefined. */
function findCircle(imports: readonly Import[]): string[] | undefined {
  const targets = new Map<string, string[]>()
  for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to])
  const done = new Set<string>()
  const path: string[] = []
  const walk = (file: string): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return undefined
    path.push(file)
    for (const next of targets.get(file) ?? []) {
      const circle = walk(next)
      if (circle) return circle
    }
    path.pop()
    done.add(file)
    return undefined
  }
  for (const file of targets.keys()) {
    const circle = walk(file)
    if (circle) return circle
  }
  return undefined
}

function sources(): string[] {
  return ['src-main', 'src-renderer'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/')),
  )
}

describe('the rooms of the house', () => {
  const imports = sources().flatMap((file) => importsOf(file, readFileSync(join(root, file), 'utf8')))

  it('know only whom docs/architecture.md lets them know', () => {
    const faults = imports.flatMap((one) => {
      const fault = faultOf(one)
      return fault ? [`${one.from} imports ${one.to}: ${fault}`] : []
    })
    expect(faults).toEqual([])
  })

  it('form no circle', () => {
    expect(findCircle(imports)).toBeUndefined()
  })

  it('would be caught breaking the rules', () => {
    const seen = (file: string, source: string) => importsOf(file, source).map(faultOf)
    expect(seen('src-main/formats/flv.ts', "import { x } from '../platform/errors.ts'")).toEqual(['formats may not know platform'])
    expect(seen('src-main/api/a.ts', "const x = await import('../live/index.ts')")).toEqual(['api may not know live'])
    expect(seen('src-main/host/a.ts', "export { x } from '../live/keys/stream-keys.ts'")).toEqual([
      'outside live only its face live/index.ts is imported',
    ])
    expect(seen('src-renderer/a.tsx', "import { x } from '../src-main/live/schemas.ts'; const a = <p />")).toEqual([
      'the page may import types of the host, nothing that runs',
    ])
    expect(seen('src-renderer/a.tsx', "import type { x } from '../src-main/live/schemas.ts'")).toEqual([undefined])
    const circle = [
      { from: 'a', to: 'b', typeOnly: true },
      { from: 'b', to: 'c', typeOnly: false },
      { from: 'c', to: 'a', typeOnly: false },
    ]
    expect(findCircle(circle)).toEqual(['a', 'b', 'c', 'a'])
  })
})
