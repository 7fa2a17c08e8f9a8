import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const page = fileURLToPath(new URL('../src-renderer', import.meta.url))

interface Loaded {
  readonly modules: Set<string>
  readonly sheets: Set<string>
  /** Modules that are loaded later. */
  readonly later: Set<string>
}

/** What is loaded together with a module. */
function loadedWith(entry: string): Loaded {
  const loaded: Loaded = { modules: new Set(), sheets: new Set(), later: new Set() }
  const add = (file: string): void => {
    if (loaded.modules.has(file)) return
    loaded.modules.add(file)
    const text = readFileSync(file, 'utf8')
    for (const [, path = ''] of text.matchAll(/^(?:import|export)\b(?! type)[^'"]*?['"](\.[^'"]+)['"]/gm)) {
      const imported = join(dirname(file), path)
      if (path.endsWith('.css')) loaded.sheets.add(imported)
      else if (/\.tsx?$/.test(path)) add(imported)
    }
    for (const [, path = ''] of text.matchAll(/import\('(\.[^']+\.tsx)'\)/g)) loaded.later.add(join(dirname(file), path))
  }
  add(entry)
  return loaded
}

/** Of each file once: sections share most of theirs. */
function once(find: (file: string) => string[]): (file: string) => string[] {
  const known = new Map<string, string[]>()
  return (file) => {
    const found = known.get(file) ?? find(file)
    known.set(file, found)
    return found
  }
}

const classesOf = once((sheet) =>
  [
    ...readFileSync(sheet, 'utf8')
      .replaceAll(/\/\*[\s\S]*?\*\//g, '')
      .matchAll(/\.([a-z][\w-]*)/gi),
  ].map(([, name]) => name as string),
)

const drawnIn = once((module) =>
  [...readFileSync(module, 'utf8').matchAll(/className="([^"]+)"/g)].flatMap(([, names]) => (names as string).split(/\s+/)),
)

// Sections are loaded one by one: what one section draws in the style of another looks broken until both were opened.
it('every class that a section draws has its style in a sheet that is loaded with the section', () => {
  const sections = new Map<string, { readonly modules: ReadonlySet<string>; readonly sheets: ReadonlySet<string> }>()
  const visit = (entry: string, above: ReadonlySet<string>): void => {
    if (sections.has(entry)) return
    const { modules, sheets: own, later } = loadedWith(entry)
    const sheets = new Set([...above, ...own])
    sections.set(entry, { modules, sheets })
    for (const each of later) visit(each, sheets)
  }
  visit(join(page, 'app/main.tsx'), new Set())
  const styled = new Set([...sections.values()].flatMap(({ sheets }) => [...sheets].flatMap(classesOf)))
  const wrong = [...sections].flatMap(([entry, { modules, sheets }]) => {
    const here = new Set([...sheets].flatMap(classesOf))
    return [...modules].flatMap((module) =>
      drawnIn(module)
        .filter((name) => styled.has(name) && !here.has(name))
        .map((name) => `${name} of ${relative(page, module)}, opened by ${relative(page, entry)}`),
    )
  })
  expect(sections.size).toBeGreaterThan(15)
  expect([...new Set(wrong)]).toEqual([])
})
