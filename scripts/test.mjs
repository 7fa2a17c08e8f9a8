/**
 * `npm test`: sets up what is missing, then types, lint, build, unit and integration tests, and the end-to-end tests that a change is most likely to break.
 * `--all` runs every end-to-end test, part names (`npm test -- live studio`) those of a part; e2e/plan.ts lists them.
 * Up to twelve files that failed run once more, by themselves. What passes only then, or only when a round inside the test was repeated,
 * is listed as flaky; more than 2 % of flaky tests fail the run. `--strict` repeats nothing.
 * The end of the log lists what failed, by suite and name with the first lines of its message.
 * The last line is the sum over all suites: `N passed, N failed` and, when some were, `, N skipped`.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { checks, runCheck } from './checks.mjs'
import { ensureDebianPackages } from './debian-packages.mjs'
import { reportOfEnded } from './finished-files.mjs'
import { environment, prepare, root } from './prepare.mjs'
import { seconds, sinceStart } from './progress.mjs'
import { countReport, filesToRepeat, firstLines, slowestFiles, tooFlaky, withRepeated } from './report.mjs'

const minutes = 60_000
/** A run of everything ends by itself before this, with what it knows: who ran it may end it without a word at 90 min. */
const runLimitMs = 84 * minutes
const artifacts = join(root, 'artifacts')
const results = []
const partNames = ['host', 'live', 'studio', 'obs', 'automation', 'desktop', 'network']
const { values, positionals } = parseArgs({
  options: { all: { type: 'boolean', default: false }, strict: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const { strict } = values
const unknown = positionals.filter((name) => !partNames.includes(name))
if (unknown.length > 0) {
  process.stderr.write(`Unknown part ${unknown.join(', ')}: the parts are ${partNames.join(', ')}.\n`)
  process.exit(2)
}
/** `all`, `quick`, or parts by name: see e2e/plan.ts. */
const scope = values.all ? 'all' : positionals.length > 0 ? positionals : 'quick'
const print = (line) => process.stdout.write(`${line}\n`)

/** At least a minute, so that even a late suite says something. `reserveMs`: what is left for suites behind it. */
const timeLeftMs = (reserveMs = 0) => Math.max(minutes, runLimitMs - performance.now() - reserveMs)

/** Runs a program to its end or its time limit; the whole process group dies with it. */
function run(command, args, env, limitMs) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env, stdio: 'inherit', detached: process.platform !== 'win32' })
    const killGroup = () => {
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {
        child.kill('SIGKILL')
      }
    }
    const timer = setTimeout(() => {
      print(`time limit of ${limitMs / minutes} min reached`)
      killGroup()
    }, limitMs)
    const interrupted = () => {
      killGroup()
      process.exit(130)
    }
    process.once('SIGINT', interrupted)
    process.once('SIGTERM', interrupted)
    child.on('error', () => undefined)
    child.on('close', (code) => {
      clearTimeout(timer)
      process.off('SIGINT', interrupted)
      process.off('SIGTERM', interrupted)
      resolve(code ?? 1)
    })
  })
}

/** Keeps the result of a suite. */
function keep(suite, counts) {
  const result = { suite, passed: 0, failed: 0, skipped: [], failures: [], flaky: [], ...counts }
  results.push(result)
  return result
}

function record(suite, counts, from) {
  const result = keep(suite, counts)
  const skipped = result.skipped.length > 0 ? `, ${result.skipped.length} skipped` : ''
  print(
    `${result.failed > 0 ? 'FAILED' : 'ok    '} ${suite}: ${result.passed} passed, ${result.failed} failed${skipped} (${seconds(performance.now() - from)})`,
  )
}

/** Runs Vitest: its report, or null where nothing is known of any file, and its exit code. */
async function vitest(node, { suite, config, project, limitMs, files = [], env = {} }) {
  const file = join(artifacts, `${suite}.json`)
  const finished = join(artifacts, `${suite}-files.jsonl`)
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    config,
    '--reporter=default',
    '--reporter=json',
    '--reporter=./scripts/finished-files.mjs',
    `--outputFile.json=${file}`,
    ...(project === undefined ? [] : ['--project', project]),
    ...files,
  ]
  const code = await run(node, args, { ...environment(node), FINISHED_FILES: finished, ...env }, limitMs)
  const read = [() => JSON.parse(readFileSync(file, 'utf8')), () => reportOfEnded(finished, files)]
  for (const attempt of read) {
    try {
      return { code, report: attempt() }
    } catch {
      // The next knows less: a run that was ended by its time limit wrote no report.
    }
  }
  return { code, report: null }
}

const countRun = ({ code, report }) =>
  report ? countReport(report, code) : { failed: 1, failures: [{ name: 'the run', lines: [`ended with code ${code} and no report`] }] }

/**
 * Runs a suite, what failed of it once more by itself, and records both. `lane`: where it runs; `again`: what differs the second time.
 * Unit tests wait for real time and real files too: a machine that is delayed can fail one of them.
 */
async function suiteOf(node, suite, lane, again = {}) {
  const from = performance.now()
  const first = await vitest(node, { suite, ...lane })
  if (first.report && lane.printSlowest) {
    const slow = slowestFiles(first.report, 12).map(({ name, seconds }) => `${name} ${seconds} s`)
    print(`slowest of ${suite}: ${slow.join(', ')}`)
  }
  const files = first.report && !strict ? filesToRepeat(first.report) : []
  if (files.length === 0) return record(suite, countRun(first), from)
  const second = await vitest(node, { ...lane, suite: `${suite}-again`, limitMs: Math.min(15 * minutes, timeLeftMs()), files, ...again })
  if (!second.report) return record(suite, countRun(first), from)
  const { report, flaky } = withRepeated(first.report, second.report)
  // Its code says no more than its failed tests do, which may have passed before.
  const counts = countReport(report, countReport(second.report, 0).failed > 0 ? 0 : second.code)
  record(suite, { ...counts, flaky: [...flaky, ...counts.flaky] }, from)
}

/** `unit` or `integration`: a project of vitest.config.ts. */
const projectOf = (node, project) => suiteOf(node, project, { config: 'vitest.config.ts', project, limitMs: 4 * minutes })

/** Where the tests keep mediasoup's worker: not where a host finds one by itself, since to run tests changes no host. */
const mediasoupCache = join(homedir(), '.cache', 'ami-streams', 'tests', 'mediasoup-worker')

/**
 * Builds mediasoup's worker for the tests of that WebRTC engine, unless it was built before; by itself, since it takes every processor.
 * Where it cannot be built those tests are skipped: what the build says is in the log.
 */
async function mediasoupWorker(node) {
  const from = performance.now()
  const args = ['scripts/build-mediasoup-worker.mjs', '--cache', mediasoupCache]
  if ((await run(node, args, environment(node), 10 * minutes)) !== 0) print("mediasoup's worker was not built: its tests are skipped")
  print(`mediasoup's worker: ${seconds(performance.now() - from)}`)
}

/** Runs files beside each other, as e2e/plan.ts says. */
async function endToEnd(node, files) {
  const config = 'e2e/vitest.config.ts'
  const env = { E2E_FILES_AT_ONCE: '7', E2E_MEDIASOUP_CACHE: mediasoupCache, ...(strict ? { E2E_STRICT: '1' } : {}) }
  // Files that failed run once more behind these.
  const limitMs = timeLeftMs(5 * minutes)
  await suiteOf(node, 'e2e', { config, limitMs, files, env, printSlowest: true }, { env: { ...env, E2E_FILES_AT_ONCE: '1' } })
}

async function main() {
  rmSync(artifacts, { recursive: true, force: true })
  mkdirSync(artifacts, { recursive: true })
  const node = await prepare()
  await ensureDebianPackages()

  const from = performance.now()
  const counts = { passed: 0, failed: 0, failures: [] }
  for (const check of checks) {
    const { ok, output } = runCheck(node, check)
    print(`${ok ? 'ok    ' : 'FAILED'} ${check.name}`)
    counts[ok ? 'passed' : 'failed']++
    if (ok) continue
    print(output)
    counts.failures.push({ name: check.name, lines: firstLines(output) })
  }
  record('check', counts, from)

  // First, because integration tests of the studio load native addons.
  const buildFrom = performance.now()
  const built = (await run(node, ['scripts/build.mjs'], environment(node), 3 * minutes)) === 0
  record('build', built ? { passed: 1 } : { failed: 1, failures: [{ name: 'the build', lines: [] }] }, buildFrom)

  await projectOf(node, 'unit')
  await projectOf(node, 'integration')
  if (scope === 'all' || scope.includes('live')) await mediasoupWorker(node)

  if (built) {
    // Read here and not above: it is TypeScript, and this file starts on a Node that may be older.
    const files = JSON.parse(
      execFileSync(
        node,
        [
          '--input-type=module',
          '-e',
          `import { planned } from './e2e/plan.ts'; process.stdout.write(JSON.stringify(planned(${JSON.stringify(scope)})))`,
        ],
        { cwd: root, encoding: 'utf8' },
      ),
    )
    await endToEnd(node, files)
  } else record('e2e', { failed: 1, failures: [{ name: 'end-to-end tests', lines: ['not run: there is no build'] }] }, performance.now())
}

try {
  await main()
} catch (error) {
  const message = error instanceof Error ? error.message : String(error)
  print(message)
  keep('set-up', { failed: 1, failures: [{ name: 'the set-up', lines: firstLines(message) }] })
}
const tests = results.reduce((total, { passed, failed }) => total + passed + failed, 0)
const allFlaky = tooFlaky(
  results.reduce((total, { flaky }) => total + flaky.length, 0),
  tests,
)
if (allFlaky) keep('flaky', { failed: 1, failures: [allFlaky] })
const sum = (of) => results.reduce((total, result) => total + of(result), 0)
const failed = sum((result) => result.failed)
const skipped = results.flatMap((result) => result.skipped)
print('')
for (const reason of skipped) print(`skipped  ${reason}`)
const notify = (word, suite, failures) => {
  for (const { name, lines } of failures) {
    print(`${word.padEnd(8)} ${suite}: ${name}`)
    for (const line of lines) print(`           ${line}`)
  }
}
for (const { suite, flaky } of results) notify('flaky', suite, flaky)
for (const { suite, failures } of results) notify('FAILED', suite, failures)
print(`all suites in ${sinceStart()}`)
print(`${sum((result) => result.passed)} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`)
process.exitCode = failed > 0 ? 1 : 0
