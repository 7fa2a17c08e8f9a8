import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

/** Makes objects of which some stay for a while, as requests that wait do, and says how large the space for new ones is. */
const program = `
import { getHeapSpaceStatistics } from 'node:v8'
import { keepYoungGenerationSmall, watchYoungGeneration } from ${JSON.stringify(new URL('./young-generation.ts', import.meta.url).href)}
const sizeMb = () => getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size / 1048576
keepYoungGenerationSmall()
let kept = []
function work() {
  for (let index = 0; index < 50_000; index++) {
    kept.push({ index, list: [index] })
    if (kept.length > 3000) kept = kept.slice(1500)
  }
}
for (let round = 0; round < 20; round++) work()
console.log(sizeMb() <= 2 ? 'small' : 'large')
const young = watchYoungGeneration(20)
setInterval(() => {
  work()
  young.look()
  if (sizeMb() <= 2) return
  for (let round = 0; round < 20; round++) work()
  // three halves of 4 MB at most
  console.log(sizeMb() <= 12 ? 'grown' : 'large')
  process.exit()
}, 20)
`

it('the space for new objects is small until it is collected often, and grows no further than it may', async () => {
  const flags = ['--max-semi-space-size=4', '--input-type=module', '-e', program]
  const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: 60_000 })
  expect(stdout).toBe('small\ngrown\n')
})
