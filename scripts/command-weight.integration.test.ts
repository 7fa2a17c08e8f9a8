import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const host = join(import.meta.dirname, '../dist/host')

function builtAs(module: string): string {
  const found = readdirSync(host).find((name) => name.startsWith(`${module}-`) && name.endsWith('.js'))
  if (found === undefined) throw new Error(`${module} is no script of its own any more`)
  return found
}

/** Scripts and packages that are loaded with a script before it runs. */
function loadedWith(script: string): ReadonlySet<string> {
  const loaded = new Set<string>()
  const waiting = [script]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (loaded.has(name)) continue
    loaded.add(name)
    if (!name.endsWith('.js')) continue
    const code = readFileSync(join(host, name), 'utf8')
    for (const [, imported = ''] of code.matchAll(/^import\s[^"]*"([^"]+)";$/gm)) waiting.push(imported.replace(/^\.\//, ''))
  }
  return loaded
}

describe('packages in the bundle', () => {
  it('bring what they require along: packages that are shipped have nothing of them', () => {
    const required = readdirSync(host)
      .filter((name) => name.endsWith('.js'))
      .flatMap((name) => [...readFileSync(join(host, name), 'utf8').matchAll(/\b__require\("([^"]+)"\)/g)].map(([, id = '']) => id))
    expect(required, 'requires were found').toContain('util')
    expect(required.filter((id) => !isBuiltin(id))).toEqual([])
  })
})

describe('the command line', () => {
  it('is read before the parts of a host are loaded: a window opens meanwhile, and other commands do without', () => {
    const loaded = loadedWith(builtAs('program'))
    const bytes = [...loaded].filter((name) => name.endsWith('.js')).reduce((sum, name) => sum + readFileSync(join(host, name)).length, 0)
    expect(loaded, 'imports were found').toContain('commander')
    expect([...loaded].filter((name) => /^(?:wiring|live|studio|network|obs)-(?!config)/.test(name))).toEqual([])
    expect([...loaded].filter((name) => /^(?:fastify|pino|prom-client|ws|sdp-transform|node-av|sharp)\b/.test(name))).toEqual([])
    expect(bytes).toBeLessThan(700_000)
  })

  it('is of a program that imports node:http nowhere, which would load the HTTP client of Node into each process', () => {
    const code = readdirSync(host).filter((name) => name.endsWith('.js'))
    expect(code.length).toBeGreaterThan(50)
    expect(code.filter((name) => /^import\s[^"]*"node:http";$/m.test(readFileSync(join(host, name), 'utf8')))).toEqual([])
  })
})
