import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'rolldown/utils'
import { describe, expect, it } from 'vitest'
import { SourceCache } from './source-cache.ts'

/** Checks the layers of docs/architecture.md: who may import whom, and that neither files nor folders form a circle. */

const root = fileURLToPath(new URL('..', import.meta.url))

interface Import {
  readonly from: string
  readonly to: string
  readonly typeOnly: boolean
}

/** Layer or part of a file: `platform`, `live`, ..., `preload` or `renderer`. */
function partOf(file: string): string {
  const parts = file.split('/')
  if (parts[0] === 'src-renderer') return 'renderer'
  if (parts[0] === 'src-client') return 'client'
  return parts[0] === 'src-preload' ? 'preload' : parts[1]!
}

const mayImport: Readonly<Record<string, readonly string[]>> = {
  formats: [],
  platform: ['formats'],
  media: ['platform', 'formats'],
  live: ['media', 'platform', 'formats'],
  studio: ['media', 'platform', 'formats'],
  obs: ['media', 'platform', 'formats'],
  automation: ['media', 'platform', 'formats'],
  desktop: ['media', 'platform', 'formats'],
  network: ['media', 'platform', 'formats'],
  health: ['media', 'platform', 'formats'],
  api: ['platform'],
  host: ['api', 'live', 'studio', 'obs', 'automation', 'desktop', 'health', 'network', 'media', 'platform', 'formats'],
  shell: ['platform', 'formats', 'preload'],
  preload: [],
  client: [],
  renderer: ['live', 'studio', 'obs', 'automation', 'desktop', 'health', 'network', 'media', 'platform', 'api', 'preload', 'client'],
}

/** What of the shell the commands of the host may load. */
const shellFaces = [
  'src-main/shell/open-window.ts',
  'src-main/shell/desktop.ts',
  'src-main/shell/linux/desktop-parts.ts',
  'src-main/shell/linux/x11/x-desktop.ts',
  'src-main/shell/windows/desktop-windows.ts',
  'src-main/shell/windows/window-system.ts',
  'src-main/shell/windows/window-program.ts',
  'src-main/shell/windows/waiting-page.ts',
  'src-main/shell/electron-program.ts',
  'src-main/shell/show-problem.ts',
  'src-main/shell/targets/open-target.ts',
  'src-main/shell/follow/shell-link.ts',
  'src-main/shell/shell-messages.ts',
]

const isTest = (file: string): boolean => file.endsWith('.test.ts') || file.split('/').includes('testing')

/** How many processes below the host a file runs: one for each folder `worker` above it. */
const workerDepth = (file: string): number => file.split('/').filter((folder) => folder === 'worker').length

/** What is wrong with an import, or undefined. */
function faultOf({ from, to, typeOnly }: Import): string | undefined {
  const [source, target] = [partOf(from), partOf(to)]
  if (!isTest(from)) {
    if (isTest(to)) return 'what stands under testing/ is for tests'
    if (workerDepth(from) < workerDepth(to)) return 'what runs in a child process is not loaded by its parent'
  }
  if (source === target) return undefined
  // What reads media from outside was written once: the checks of playlists, and the strip in the test card.
  if (isTest(from) && ['e2e/playlist-rules.ts', 'e2e/helpers/barcode.ts', 'e2e/helpers/country-database.ts'].includes(to)) return undefined
  // Commands that open windows and the icon in the panel import the shell's faces, which run without Electron.
  if (source === 'host' && shellFaces.includes(to)) return undefined
  if (!mayImport[source]?.includes(target)) return `${source} may not import ${target}`
  if (source === 'renderer' && target !== 'client' && !typeOnly) return 'the page may import types of the host, nothing that runs'
  // A part's options are in a file of their own, so that `--help` need not load the part.
  const faces = [`src-main/${target}/index.ts`, `src-main/${target}/${target}-config.ts`]
  if (
    source === 'host' &&
    ['live', 'studio', 'obs', 'automation', 'desktop', 'health', 'network', 'api'].includes(target) &&
    !faces.includes(to)
  ) {
    return `outside ${target} only its face ${target}/index.ts is imported`
  }
  return undefined
}

/** An import or re-export with its clause. The formatter, which is checked too, starts each on a line of its own. */
const statement = /^(?:import|export)\s+(?<type>type\s+)?(?:(?<clause>[^'"`;=()]*?)\bfrom\s*)?'(?<path>\.[^']*)'/gm

/** True where every name of a clause is a type: `{ type A, type B }`. */
const namesTypes = (clause: string): boolean => {
  const [, inside = ''] = /^\{([^}]*)\}\s*$/.exec(clause) ?? []
  const names = inside.split(',').filter((name) => name.trim() !== '')
  return names.length > 0 && names.every((name) => /^\s*type\s/.test(name))
}

/** Relative imports and re-exports of one source, dynamic ones with a literal path and types from `import('...')` included. */
function importsOf(file: string, source: string): Import[] {
  const found: Import[] = []
  const add = (specifier: string, typeOnly: boolean): void => {
    found.push({
      from: file,
      to: normalize(join(dirname(file), specifier))
        .split(sep)
        .join('/'),
      typeOnly,
    })
  }
  for (const { groups } of source.matchAll(statement)) add(groups!.path!, groups!.type !== undefined || namesTypes(groups!.clause ?? ''))
  // A comment that looks like an import counts as a type: no harm, its file is there.
  const inside = [...source.matchAll(/\bimport\(\s*['"`](?<path>\.\.?\/[^'"`$]*)['"`]/dg)]
  if (inside.length === 0) return found
  const { module, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]!.message}`)
  const dynamic = new Set(module.dynamicImports.map(({ moduleRequest }) => moduleRequest.start))
  for (const { indices, groups } of inside) add(groups!.path!, !dynamic.has(indices!.groups!.path![0] - 1))
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

/**
 * The imports as folders see them: between the files and folders that are in one folder, wherever below them the import is.
 * Tests are left out: they may read what they please of their part.
 */
function importsOfFolders(imports: readonly Import[]): Import[] {
  return imports.flatMap(({ from, to, typeOnly }) => {
    if (isTest(from)) return []
    const [source, target] = [from.split('/'), to.split('/')]
    const shared = source.findIndex((name, index) => name !== target[index])
    if (shared < 0 || shared >= target.length) return []
    const entry = (path: readonly string[]) => path.slice(0, shared + 1).join('/')
    return [{ from: entry(source), to: entry(target), typeOnly }]
  })
}

function sources(): string[] {
  return ['src-main', 'src-preload', 'src-renderer', 'src-client'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/')),
  )
}

describe('the layers', () => {
  const cache = new SourceCache<readonly Import[]>('layers', import.meta.filename)
  const imports = sources().flatMap((file) => {
    const source = readFileSync(join(root, file), 'utf8')
    return cache.get(`${file} ${source}`, () => importsOf(file, source))
  })
  cache.keep()

  it('import only what docs/architecture.md allows', () => {
    const faults = imports.flatMap((one) => {
      const fault = faultOf(one)
      return fault ? [`${one.from} imports ${one.to}: ${fault}`] : []
    })
    expect(faults).toEqual([])
  })

  it('form no circle, neither of files nor of folders', () => {
    expect(findCircle(imports)).toBeUndefined()
    expect(findCircle(importsOfFolders(imports))).toBeUndefined()
  })

  it('are seen where they are broken', () => {
    const seen = (file: string, source: string) => importsOf(file, source).map(faultOf)
    expect(seen('src-main/formats/flv.ts', "import { x } from '../platform/errors.ts'")).toEqual(['formats may not import platform'])
    expect(seen('src-main/api/a.ts', "const x = await import('../live/index.ts')")).toEqual(['api may not import live'])
    expect(seen('src-main/host/a.ts', "export { x } from '../live/policy/keys/stream-keys.ts'")).toEqual([
      'outside live only its face live/index.ts is imported',
    ])
    expect(seen('src-renderer/a.tsx', "import { x } from '../src-main/live/schemas.ts'; const a = <p />")).toEqual([
      'the page may import types of the host, nothing that runs',
    ])
    expect(seen('src-renderer/a.tsx', "import type { x } from '../src-main/live/schemas.ts'")).toEqual([undefined])
    expect(seen('src-main/live/a.ts', "import type { x } from './relay/demo/worker/pacing.ts'")).toEqual([
      'what runs in a child process is not loaded by its parent',
    ])
    expect(seen('src-main/live/relay/a.ts', "import { x } from '../packaging/testing/stream.ts'")).toEqual([
      'what stands under testing/ is for tests',
    ])
    const folders = [
      { from: 'src/a/one.ts', to: 'src/b/two.ts', typeOnly: false },
      { from: 'src/b/other.ts', to: 'src/a/deep/three.ts', typeOnly: true },
    ]
    expect(findCircle(folders)).toBeUndefined()
    expect(findCircle(importsOfFolders(folders))).toEqual(['src/a', 'src/b', 'src/a'])
    const circle = [
      { from: 'a', to: 'b', typeOnly: true },
      { from: 'b', to: 'c', typeOnly: false },
      { from: 'c', to: 'a', typeOnly: false },
    ]
    expect(findCircle(circle)).toEqual(['a', 'b', 'c', 'a'])
  })
})

/** Rows of the tables of docs/architecture.md whose header starts like this: names in backticks of the first column, and the other columns. */
function tableRows(markdown: string, header: RegExp): { readonly header: string; readonly names: string[]; readonly rest: string[] }[] {
  const rows: { header: string; names: string[]; rest: string[] }[] = []
  let open: string | undefined
  for (const line of markdown.split('\n')) {
    const [, first = '', ...rest] = line.split('|').map((cell) => cell.trim())
    if (!line.startsWith('|')) open = undefined
    else if (header.test(first)) open = first
    else if (open !== undefined && !first.startsWith('-'))
      rows.push({ header: open, names: [...first.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string), rest })
  }
  return rows
}

describe('docs/architecture.md', () => {
  const markdown = readFileSync(join(root, 'docs/architecture.md'), 'utf8')
  const foldersOf = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !['testing', 'fixtures'].includes(entry.name))
      .map(({ name }) => name)

  it('has every layer, with what it may import', () => {
    const rows = tableRows(markdown, /^folder$/)
    expect(rows.flatMap(({ names }) => names).filter((name) => !existsSync(join(root, name)))).toEqual([])
    const layers = new Map(rows.map(({ names, rest }) => [partOf(`${names[0]}/x.ts`), rest[1] ?? '']))
    expect([...layers.keys()].filter((layer) => foldersOf('src-main').includes(layer)).toSorted()).toEqual(foldersOf('src-main').toSorted())
    const simple = [...layers].filter(([layer, text]) => layer in mayImport && /^[a-z]+(, [a-z]+)*$/.test(text))
    expect(simple.length).toBeGreaterThan(8)
    for (const [layer, text] of simple) expect(text.split(', ').toSorted(), layer).toEqual([...(mayImport[layer] ?? [])].toSorted())
    for (const [layer, text] of layers) if (text === 'nothing of ours') expect(mayImport[layer], layer).toEqual([])
  })

  it('names every folder of a part that it has a table of, and nothing that is not there', () => {
    const rows = tableRows(markdown, /^folder of `\w+`$/)
    const parts = [...new Set(rows.map(({ header }) => /`(\w+)`/.exec(header)![1] as string))]
    expect(parts).toEqual(expect.arrayContaining(['media', 'live', 'studio', 'obs', 'network', 'desktop', 'automation']))
    for (const part of parts) {
      const folder = join(root, 'src-main', part)
      const isThere = (path: string): boolean => existsSync(join(folder, path)) || existsSync(join(folder, `${path}.ts`))
      const named = rows
        .filter(({ header }) => header.includes(`\`${part}\``))
        // In one row, what follows a path with folders may be a folder beside it.
        .flatMap(({ names }) => names.map((name) => (isThere(name) ? name : `${dirname(names[0] as string)}/${name}`)))
      expect(
        named.filter((path) => !isThere(path)),
        `${part} has none of these`,
      ).toEqual([])
      // A folder whose folders have rows of their own has a row for each.
      const opened = new Set(['.', ...named.map((path) => dirname(path))])
      const missing = [...opened].flatMap((above) =>
        foldersOf(join('src-main', part, above))
          .map((name) => join(above, name).split(sep).join('/'))
          .filter((path) => !named.some((each) => each === path || each.startsWith(`${path}/`))),
      )
      expect.soft(missing, `folders of ${part} that the table lacks`).toEqual([])
    }
  })
})
