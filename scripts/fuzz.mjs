/**
 * `npm run fuzz [-- --minutes N] [--seed S] [--only NAME]`: the fuzz tests of the parsers, again and again with new seeds, then the
 * fuzzers of e2e/fuzz against a running host, which is watched from outside. What ends a host is saved in e2e/fuzz/fixtures, which
 * e2e/fuzz.e2e.ts replays. `--only` names one fuzzer, or `parsers`.
 */
import { parseArgs } from 'node:util'
import { build, prepare, runNode } from './prepare.mjs'

/** The parsers' part of the time. */
const parsersShare = 0.2
/** Times the runs of `npm test` in one round of the parsers: about a minute. */
const parserRuns = 20

const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } } })
const minutes = Number(values.minutes ?? 60)
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
if (!(minutes > 0) || !Number.isInteger(seed)) {
  process.stderr.write('--minutes takes a number above 0, --seed a whole number.\n')
  process.exit(1)
}

/** Rounds of the parsers' tests until the time is over; true where all passed. */
async function fuzzParsers(node, forMinutes) {
  const endMs = performance.now() + forMinutes * 60_000
  for (let round = seed; performance.now() < endMs; round++) {
    process.stdout.write(`parsers: FUZZ_SEED=${round} FUZZ_RUNS=${parserRuns}\n`)
    process.env.FUZZ_SEED = String(round)
    process.env.FUZZ_RUNS = String(parserRuns)
    const code = await runNode(node, [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--project',
      'integration',
      '--testTimeout=86400000',
      '--reporter=dot',
      '.fuzz.',
    ])
    if (code !== 0) return false
  }
  return true
}

process.stdout.write(`fuzzing for ${minutes} min with seed ${seed}\n`)
const node = await prepare()
await build(node)
let passed = true
if (values.only === undefined || values.only === 'parsers') {
  passed = await fuzzParsers(node, values.only === undefined ? minutes * parsersShare : minutes)
}
if (values.only !== 'parsers') {
  const hostMinutes = values.only === undefined ? minutes * (1 - parsersShare) : minutes
  const only = values.only === undefined ? [] : ['--only', values.only]
  const code = await runNode(node, ['e2e/fuzz/run.ts', '--minutes', String(hostMinutes), '--seed', String(seed), ...only])
  passed &&= code === 0
}
process.exitCode = passed ? 0 : 1
