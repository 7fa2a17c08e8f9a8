/**
 * `npm run mutate`: changes lines of core code one at a time, runs the unit tests related to the file, and lists what no test notices.
 *
 *   npm run mutate -- [--count 40] [--seed N] [--minutes 30] [PATH ...]
 *
 * A change is a comparison that includes its limit or not, equality turned round, `&&` for `||`, a number one larger, a negated condition,
 * or a statement that is left out. The seed is printed: the same seed makes the same changes as long as the code is the same.
 * PATH takes the place of the core folders. It works on a copy of the sources, so an interrupted run leaves nothing changed.
 * The exit code is 0 whatever survives: some changes make no difference to anybody.
 */
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { createVitest } from 'vitest/node'
import { chooseMutations, mutationsOf } from './mutations.mjs'
import { root } from './prepare.mjs'
import { seconds } from './progress.mjs'
import { filesBelow } from './stamp.mjs'

const core = [
  'src-main/formats',
  'src-main/live/hub',
  'src-main/live/packaging',
  'src-main/live/protocols',
  'src-main/studio/document',
  'src-main/studio/control',
]
/** What the tests read besides the sources; built parts are only read. */
const copied = [
  'bench',
  'docs',
  'e2e',
  'native',
  'scripts',
  'src-client',
  'src-main',
  'src-preload',
  'src-renderer',
  'CONTRIBUTING.md',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
]
const linked = ['node_modules', 'dist']
/** A change may make a test wait for ever, ms: that it hangs is noticed. */
const maxRunMs = 120_000
/** All tests together, before anything is changed, ms. */
const maxBaselineMs = 600_000

const { values, positionals } = parseArgs({
  options: { count: { type: 'string', default: '40' }, seed: { type: 'string' }, minutes: { type: 'string', default: '30' } },
  allowPositionals: true,
})
const print = (line) => process.stdout.write(`${line}\n`)

/** A whole number above zero. */
function positive(name, text) {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} is a whole number above 0, e.g. --${name} 20; got ${text}.`)
  return value
}

/** The test files that import each file, themselves or through others: what `vitest related` runs, which would read all files each time. */
async function relatedTests(files) {
  const vitest = await createVitest('test', { root, watch: false, reporters: [] })
  try {
    const tests = new Map()
    for (const file of files) {
      vitest.config.related = [join(root, file)]
      const found = await vitest.getRelevantTestSpecifications()
      tests.set(
        file,
        found.map(({ moduleId }) => relative(root, moduleId)),
      )
    }
    return tests
  } finally {
    await vitest.close()
  }
}

/**
 * Test files that fail in the copy although nothing is changed, such as those whose real parts are not installed here: what they would
 * notice is not known.
 */
async function failingFiles(folder, tests) {
  const report = join(folder, 'baseline.json')
  if (await run(folder, ['--reporter=json', `--outputFile=${report}`, ...tests], maxBaselineMs)) return new Set()
  if (!existsSync(report)) throw new Error(`Without any change the tests take longer than ${seconds(maxBaselineMs)}: name fewer files.`)
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'))
  return new Set(testResults.filter(({ status }) => status !== 'passed').map(({ name }) => relative(folder, name)))
}

/** Runs test files in the copy: true where all passed. */
const passes = (folder, tests) => run(folder, ['--bail=1', '--reporter=dot', ...tests], maxRunMs)

function run(folder, args, maxMs) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...args], {
      cwd: folder,
      // The cache names files by their path: it goes with the copy.
      env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled'), FUZZ_RUNS: process.env.FUZZ_RUNS ?? '0.2' },
      stdio: 'ignore',
      detached: process.platform !== 'win32',
    })
    const kill = () => {
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {
        child.kill('SIGKILL')
      }
    }
    const timer = setTimeout(kill, maxMs)
    process.once('exit', kill)
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      process.off('exit', kill)
      resolve(code === 0)
    })
  })
}

async function main() {
  const count = positive('count', values.count)
  const seed = values.seed === undefined ? 1 + Math.floor(Math.random() * 1e6) : positive('seed', values.seed)
  const endMs = performance.now() + positive('minutes', values.minutes) * 60_000
  const paths = positionals.length > 0 ? positionals : core
  process.chdir(root)
  for (const path of paths)
    if (!existsSync(path)) throw new Error(`There is no ${path}: name files or folders from the root of the project.`)
  const files = paths
    .flatMap((path) => (statSync(path).isFile() ? [path] : filesBelow(path)))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.split('/').includes('testing'))
  const chosen = chooseMutations(
    files.map((file) => ({ file, mutations: mutationsOf(file, readFileSync(file, 'utf8')) })),
    count,
    seed,
  )
  print(`${chosen.length} changes in ${files.length} files, seed ${seed}`)

  const tests = await relatedTests(new Set(chosen.map(({ file }) => file)))
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ami-mutate-')))
  const survivors = []
  let tried = 0
  try {
    for (const name of copied) cpSync(name, join(folder, name), { recursive: true })
    for (const name of linked) if (existsSync(name)) symlinkSync(join(root, name), join(folder, name))
    const all = new Set([...tests.values()].flat())
    const failing = await failingFiles(folder, [...all])
    if (all.size > 0 && failing.size === all.size) throw new Error('All tests fail without any change: run npm run test:unit first.')
    for (const file of failing) print(`left out, as it fails without any change: ${file}`)
    for (const { file, mutation } of chosen) {
      if (performance.now() > endMs) break
      tried++
      const from = performance.now()
      const source = readFileSync(file, 'utf8')
      writeFileSync(join(folder, file), source.slice(0, mutation.start) + mutation.text + source.slice(mutation.end))
      const related = tests.get(file).filter((test) => !failing.has(test))
      const survived = related.length === 0 || (await passes(folder, related))
      writeFileSync(join(folder, file), source)
      const line = `${file}:${mutation.line}  ${mutation.what}${related.length === 0 ? ', which no unit test imports' : ''}`
      if (survived) survivors.push(line)
      print(`${survived ? 'SURVIVED' : 'noticed '} ${line}  (${seconds(performance.now() - from)})`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  print('')
  for (const line of survivors) print(`no test notices  ${line}`)
  print(`${tried - survivors.length} of ${tried} changes noticed, seed ${seed}`)
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))
try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}
