/** `npm run fuzz [-- FILTER]`: the fuzz tests a thousand times longer than `npm test` runs them, with a fresh seed that is printed. */
import { prepare, runNode } from './prepare.mjs'

const seed = process.env.FUZZ_SEED ?? String(Math.floor(Math.random() * 2 ** 31))
const runs = process.env.FUZZ_RUNS ?? '1000'
process.stdout.write(`FUZZ_SEED=${seed} FUZZ_RUNS=${runs}\n`)
process.env.FUZZ_SEED = seed
process.env.FUZZ_RUNS = runs
const node = await prepare()
const filter = process.argv.slice(2)
process.exitCode = await runNode(node, [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--testTimeout=86400000',
  ...(filter.length > 0 ? filter : ['.fuzz.']),
])
