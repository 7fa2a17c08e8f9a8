/**
 * `npm test`: sets up what is missing, then checks, unit tests, build and journeys.
 * Journeys that failed on a held-up machine get a second try, by themselves; what passes only then is told as unsteady.
 * At the end stands what failed, by suite and name with the first lines of its message, for who sees only the end of the log.
 * The last line is the sum over all of them: `N passed, N failed` and, when some were, `, N skipped`.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { checks, runCheck } from './checks.mjs'
import { ensureDebianPackages } from './debian-packages.mjs'
import { environment, prepare, root } from './prepare.mjs'
import { seconds, sinceStart } from './progress.mjs'
import { countReport, filesToTryAgain, firstLines, triedAgain } from './report.mjs'

const minutes = 60_000
const artifacts = join(root, 'artifacts')
const results = []
const print = (line) => process.stdout.write(`${line}\n`)

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

function record(suite, counts, from) {
  const result = { suite, passed: 0, failed: 0, skipped: [], failures: [], unsteady: [], ...counts }
  results.push(result)
  const skipped = result.skipped.length > 0 ? `, ${result.skipped.length} skipped` : ''
  print(
    `${result.failed > 0 ? 'FAILED' : 'ok    '} ${suite}: ${result.passed} passed, ${result.failed} failed${skipped} (${seconds(performance.now() - from)})`,
  )
}

/** Runs Vitest: its report, or null where it left none, and its exit code. */
async function vitest(node, { suite, config, limitMs, files = [], env = {} }) {
  const file = join(artifacts, `${suite}.json`)
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    config,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    ...files,
  ]
  const code = await run(node, args, { ...environment(node), ...env }, limitMs)
  try {
    return { code, report: JSON.parse(readFileSync(file, 'utf8')) }
  } catch {
    return { code, report: null }
  }
}

const countRun = ({ code, report }) =>
  report ? countReport(report, code) : { failed: 1, failures: [{ name: 'the run', lines: [`ended with code ${code} and no report`] }] }

async function unitTests(node) {
  const from = performance.now()
  record('unit', countRun(await vitest(node, { suite: 'unit', config: 'vitest.config.ts', limitMs: 4 * minutes })), from)
}

async function journeys(node, part) {
  const from = performance.now()
  const suite = `e2e-${part}`
  const config = 'e2e/vitest.config.ts'
  const first = await vitest(node, { suite, config, limitMs: 16 * minutes, env: { E2E_PART: part } })
  const files = first.report ? filesToTryAgain(first.report) : []
  if (files.length === 0) return record(suite, countRun(first), from)
  const again = await vitest(node, { suite: `${suite}-again`, config, limitMs: 4 * minutes, files })
  if (!again.report) return record(suite, countRun(first), from)
  const { report, unsteady } = triedAgain(first.report, again.report)
  record(suite, { ...countReport(report, again.code), unsteady }, from)
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

  // First, because unit tests of the studio load native addons.
  const buildFrom = performance.now()
  const built = (await run(node, ['scripts/build.mjs'], environment(node), 3 * minutes)) === 0
  record('build', built ? { passed: 1 } : { failed: 1, failures: [{ name: 'the build', lines: [] }] }, buildFrom)

  await unitTests(node)

  if (built) {
    await journeys(node, 'alone')
    await journeys(node, 'together')
  } else record('e2e', { failed: 1, failures: [{ name: 'the journeys', lines: ['not run: there is no build'] }] }, performance.now())
}

try {
  await main()
} catch (error) {
  const message = error instanceof Error ? error.message : String(error)
  print(message)
  results.push({
    suite: 'set-up',
    passed: 0,
    failed: 1,
    skipped: [],
    unsteady: [],
    failures: [{ name: 'the set-up', lines: firstLines(message) }],
  })
}
const sum = (of) => results.reduce((total, result) => total + of(result), 0)
const failed = sum((result) => result.failed)
const skipped = results.flatMap((result) => result.skipped)
print('')
for (const reason of skipped) print(`skipped  ${reason}`)
const tell = (word, suite, failures) => {
  for (const { name, lines } of failures) {
    print(`${word.padEnd(8)} ${suite}: ${name}`)
    for (const line of lines) print(`           ${line}`)
  }
}
for (const { suite, unsteady } of results) tell('unsteady', suite, unsteady)
for (const { suite, failures } of results) tell('FAILED', suite, failures)
print(`all suites in ${sinceStart()}`)
print(`${sum((result) => result.passed)} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`)
process.exitCode = failed > 0 ? 1 : 0
