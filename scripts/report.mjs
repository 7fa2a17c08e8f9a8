/** What a Vitest JSON report says: for the sum over all suites, and for who sees only the end of a long log. */
import { basename } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

const messageLines = 8

/** More files than this that failed are no accident of a held-up machine. */
const filesTriedAgain = 3

/** The lines that tell a failure apart: its message without colours, empty lines and the way through the test runner. */
export function firstLines(message) {
  const lines = stripVTControlCharacters(message ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s+at .*node_modules/.test(line))
  return lines.length > messageLines ? [...lines.slice(0, messageLines), '...'] : lines
}

/** The files of a report to run once more, by themselves: those that failed, unless they are too many for a held-up machine to explain. */
export function filesToTryAgain(report) {
  const failed = report.testResults.filter((file) => file.status === 'failed').map((file) => file.name)
  return failed.length <= filesTriedAgain ? failed : []
}

/**
 * A report with what came of files that were run once more in place of what came of them first;
 * and, as `unsteady`, what failed first and passed then: name and first lines of its first message.
 */
export function triedAgain(report, again) {
  const latest = new Map(again.testResults.map((file) => [file.name, file]))
  const testResults = report.testResults.map((file) => latest.get(file.name) ?? file)
  const left = new Set(countReport({ testResults }, 0).failures.map(({ name }) => name))
  return { report: { testResults }, unsteady: countReport(report, 0).failures.filter(({ name }) => !left.has(name)) }
}

/**
 * Counts of a report, why tests were skipped, and what failed: name and first lines of the message.
 * A file that could not even be loaded, and a run that failed without a failed test, count as one.
 */
export function countReport(report, exitCode) {
  const counts = { passed: 0, failed: 0, skipped: [], failures: [] }
  const fail = (name, message) => {
    counts.failed++
    counts.failures.push({ name, lines: firstLines(message) })
  }
  for (const file of report.testResults) {
    const name = basename(file.name ?? '')
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')) fail(name, file.message)
    for (const test of file.assertionResults) {
      if (test.status === 'passed') counts.passed++
      else if (test.status === 'failed') fail(`${name} > ${test.fullName.trim()}`, test.failureMessages?.join('\n'))
      else counts.skipped.push(`${test.fullName.trim()}: ${test.meta?.skipReason ?? 'no reason given'}`)
    }
  }
  if (exitCode !== 0 && counts.failed === 0) fail('the run', `ended with code ${exitCode} though no test failed`)
  if (counts.passed + counts.failed + counts.skipped.length === 0) fail('the run', 'no test was found')
  return counts
}
