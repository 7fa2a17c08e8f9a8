import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { plan, planned } from '../e2e/plan.ts'

test('every file of end-to-end tests is in e2e/plan.ts with its part and cost', () => {
  const files = readdirSync(new URL('../e2e', import.meta.url)).filter((name) => name.endsWith('.e2e.ts'))
  expect(files.map((name) => name.replace('.e2e.ts', '')).sort()).toEqual(Object.keys(plan).sort())
})

test('all files, the quick ones, or those of a part are chosen', () => {
  const all = Object.values(planned('all')).flat()
  expect(all).toHaveLength(Object.keys(plan).length)
  const quick = Object.values(planned('quick')).flat()
  expect(quick.length).toBeLessThan(all.length)
  expect(quick).toContain('e2e/publish-and-play.e2e.ts')
  expect(planned(['studio']).exclusive).toContain('e2e/studio-mixer.e2e.ts')
  expect(planned(['studio']).wait).not.toContain('e2e/srt.e2e.ts')
})
