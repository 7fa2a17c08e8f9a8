import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'

const addons = readdirSync('native').filter((name) => existsSync(join('native', name, 'addon.json')))

test.each(addons)('addon.json of %s names every source that lies there, and no other', (name) => {
  const folder = join('native', name)
  const { sources, bindings = [], systems, debian } = JSON.parse(readFileSync(join(folder, 'addon.json'), 'utf8'))
  const present = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(?:cc|mm)$/.test(file))
  expect([...sources, ...bindings].flat().sort()).toEqual(
    present.map((file) => relative(folder, join(folder, file)).replaceAll('\\', '/')).sort(),
  )
  expect(systems).toEqual(systems.filter((system: string) => ['linux', 'darwin', 'win32'].includes(system)))
  // What Debian needs for it, where it is built there.
  if (systems === undefined || systems.includes('linux')) expect(debian).toBeInstanceOf(Array)
})
