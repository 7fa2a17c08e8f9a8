/** `npm run setup`: Node 24, dependencies and build, without starting anything. */
import { build, prepare } from './prepare.mjs'
import { say, sinceStart } from './progress.mjs'

try {
  await build(await prepare())
  say(`ready after ${sinceStart()}`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}
