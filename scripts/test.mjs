/**
 * `npm test`: sets up what is missing, then checks, unit tests, build and journeys.
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
import { countReport, firstLines } from './report.mjs'

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
  const result = { suite, passed: 0, failed: 0, skipped: [], failures: [], ...counts }
  results.push(result)
  const skipped = result.skipped.length > 0 ? `, ${result.skipped.length} skipped` : ''
  print(
    `${result.failed > 0 ? 'FAILED' : 'ok    '} ${suite}: ${result.passed} passed, ${result.failed} failed${skipped} (${seconds(performance.now() - from)})`,
  )
}

async function vitest(node, suite, config, limitMs, env = {}) {
  const from = performance.now()
  const file = join(artifacts, `${suite}.json`)
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    config,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]
  const code = await run(node, args, { ...environment(node), ...env }, limitMs)
  let counts
  try {
    counts = countReport(JSON.parse(readFileSync(file, 'utf8')), code)
  } catch {
    counts = { failed: 1, failures: [{ name: 'the run', lines: [`ended with code ${code} and no report`] }] }
  }
  record(suite, counts, from)
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

  await vitest(node, 'unit', 'vitest.config.ts', 4 * minutes)

  if (built) {
    await vitest(node, 'e2e-alone', 'e2e/vitest.config.ts', 16 * minutes, { E2E_PART: 'alone' })
    await vitest(node, 'e2e-together', 'e2e/vitest.config.ts', 16 * minutes, { E2E_PART: 'together' })
  } else record('e2e', { failed: 1, failures: [{ name: 'the journeys', lines: ['not run: there is no build'] }] }, performance.now())
}

try {
  await main()
} catch (error) {
  const message = error instanceof Error ? error.message : String(error)
  print(message)
  results.push({ suite: 'set-up', passed: 0, failed: 1, skipped: [], failures: [{ name: 'the set-up', lines: firstLines(message) }] })
}
const sum = (of) => results.reduce((total, result) => total + of(result), 0)
const failed = sum((result) => result.failed)
const skipped = results.flatMap((result) => result.skipped)
print('')
for (const reason of skipped) print(`skipped  ${reason}`)
for (const { suite, failures } of results) {
  for (const { name, lines } of failures) {
    print(`FAILED   ${suite}: ${name}`)
    for (const line of lines) print(`           ${line}`)
  }
}
print(`all suites in ${sinceStart()}`)
print(`${sum((result) => result.passed)} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`)
process.exitCode = failed > 0 ? 1 : 0
