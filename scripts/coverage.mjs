/**
 * `npm run coverage`: runs the unit and integration tests and prints which share of the lines of each part they run; with `-- src-main/live/hub` each file
 * of a folder. Fails where a core part is under its minimum. Not part of `npm test`: V8's counting takes some seconds more. Files that no test loads count as not run.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { codeLines, coveredLines } from './coverage-lines.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const [folder] = process.argv.slice(2)
/** Parts on which everything else is built, and the least share of their lines that unit tests run, %. */
const core = ['api', 'formats', 'live/http', 'live/hub', 'live/packaging', 'live/protocols', 'platform', 'studio/document']
const corePercent = 80
const reportsDir = mkdtempSync(join(tmpdir(), 'ami-coverage-'))

/** The part of a file: a layer, or a folder of `live`, `studio` and `media`. */
function partOf(file) {
  const [, layer, inner, below] = file.split('/')
  return ['live', 'studio', 'media'].includes(layer) && below !== undefined ? `${layer}/${inner}` : layer
}

/** V8's counts by file, one list for each process or thread that loaded it. */
function readReports() {
  const found = new Map()
  for (const name of readdirSync(reportsDir)) {
    for (const { url, functions } of JSON.parse(readFileSync(join(reportsDir, name), 'utf8')).result) {
      if (!url.startsWith('file:')) continue
      const file = relative(root, fileURLToPath(url.replace(/\?.*$/, ''))).replaceAll('\\', '/')
      if (file.startsWith('src-main/')) found.set(file, [...(found.get(file) ?? []), functions])
    }
  }
  return found
}

try {
  // V8 counts functions that come out of the compile cache less precisely.
  const env = { ...process.env, NODE_V8_COVERAGE: reportsDir, NODE_DISABLE_COMPILE_CACHE: '1' }
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=dot']
  const { status } = spawnSync(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) process.exitCode = 1
  const reports = readReports()
  const files = execFileSync('git', ['ls-files', 'src-main'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => /(?<!\.test|\.d)\.ts$/.test(file) && !file.includes('/testing/') && !file.includes('/fixtures/'))
    .filter((file) => folder === undefined || file.startsWith(folder))
  const sums = new Map()
  for (const file of files) {
    const source = readFileSync(join(root, file), 'utf8')
    const lines = codeLines(source)
    const name = folder === undefined ? partOf(file) : file
    const sum = sums.get(name) ?? { lines: 0, covered: 0 }
    sum.lines += lines.length
    sum.covered += coveredLines(source, lines, reports.get(file) ?? []).size
    sums.set(name, sum)
  }
  const width = Math.max(4, ...[...sums.keys()].map((name) => name.length))
  process.stdout.write(`\n${'part'.padEnd(width)}   lines   run by unit tests\n`)
  for (const [name, { lines, covered }] of [...sums].sort(([one], [other]) => one.localeCompare(other))) {
    if (lines === 0) continue
    const percent = (100 * covered) / lines
    const low = core.includes(name) && percent < corePercent
    if (low) process.exitCode = 1
    const verdict = low ? `: under the ${corePercent} % of core parts` : ''
    process.stdout.write(`${name.padEnd(width)}  ${String(lines).padStart(6)}  ${percent.toFixed(1)} %${verdict}\n`)
  }
} finally {
  rmSync(reportsDir, { recursive: true, force: true })
}
