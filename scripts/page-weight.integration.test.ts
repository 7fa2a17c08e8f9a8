import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

const folder = join(import.meta.dirname, '../dist/renderer')
const assets = join(folder, 'assets')

/** Scripts that a browser loads for these before any of them runs: they, and what they import, each once. */
function loadedWith(scripts: readonly string[]): ReadonlySet<string> {
  const loaded = new Set<string>()
  const waiting = [...scripts]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (loaded.has(name)) continue
    loaded.add(name)
    const code = readFileSync(join(assets, name), 'utf8')
    for (const [, imported = ''] of code.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) waiting.push(imported)
  }
  return loaded
}

/** The built script of a module that is imported when it is needed. */
function builtAs(module: string): string {
  const found = readdirSync(assets).find((name) => name.startsWith(`${module}-`) && name.endsWith('.js'))
  if (found === undefined) throw new Error(`${module} is no script of its own any more`)
  return found
}

describe('the built page', () => {
  const html = readFileSync(join(folder, 'index.html'), 'utf8')
  const first = [...html.matchAll(/(?:src|href)="\/assets\/([\w.-]+\.js)"/g)].flatMap(([, name]) => name ?? [])

  it('loads less than 400 kB of script, gzipped, until the studio can be used', () => {
    const scripts = loadedWith([...first, builtAs('studio-page')])
    const kilobytes = [...scripts].reduce((sum, name) => sum + gzipSync(readFileSync(join(assets, name))).length, 0) / 1000
    expect(scripts.size, 'imports were found').toBeGreaterThan(first.length + 5)
    expect(kilobytes, 'and it is the studio that was weighed').toBeGreaterThan(100)
    expect(kilobytes).toBeLessThan(400)
    // What the editors of the studio need comes when they are opened.
    for (const later of ['multiview', 'template-dialog', 'hls']) expect([...scripts].filter((name) => name.startsWith(later))).toEqual([])
  })
})
