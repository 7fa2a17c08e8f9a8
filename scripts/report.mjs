/** What a Vitest JSON report says: for the sum over all suites, and for readers of the end of a long log. */
import { basename } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

const messageLines = 8

/** More failed files than this are not explained by a machine under load. */
const maxFilesRepeated = 12

/** Above this share of flaky tests the run fails: a suite that people learn to ignore proves nothing. */
const maxFlakyShare = 0.02

/** The lines that tell a failure apart: its message without colours, empty lines and frames of the test runner. */
export function firstLines(message) {
  const lines = stripVTControlCharacters(message ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s+at .*node_modules/.test(line))
  return lines.length > messageLines ? [...lines.slice(0, messageLines), '...'] : lines
}

/** The files of a report to run once more, by themselves: those that failed, unless there are too many. */
export function filesToRepeat(report) {
  const failed = report.testResults.filter((file) => file.status === 'failed').map((file) => file.name)
  return failed.length <= maxFilesRepeated ? failed : []
}

/**
 * A report in which tests of repeated files have the better result of two runs; and, as `flaky`, what passed in one of them alone: name and
 * first lines of its message.
 */
export function withRepeated(report, again) {
  const latest = new Map(again.testResults.map((file) => [file.name, file]))
  const testResults = report.testResults.map((file) => (latest.has(file.name) ? better(file, latest.get(file.name)) : file))
  const left = new Set(countReport({ testResults }, 0).failures.map(({ name }) => name))
  const flaky = new Map()
  for (const each of [report, again]) {
    for (const failure of countReport(each, 0).failures) if (!left.has(failure.name)) flaky.set(failure.name, failure)
  }
  return { report: { testResults }, flaky: [...flaky.values()] }
}

function better(first, second) {
  const passed = new Map(first.assertionResults.filter(({ status }) => status === 'passed').map((test) => [test.fullName, test]))
  const assertionResults = second.assertionResults.map((test) => (test.status === 'failed' ? (passed.get(test.fullName) ?? test) : test))
  const has = (tests) => tests.some(({ status }) => status === 'failed')
  // A file that failed without a failed test could not be loaded, or prepared nothing.
  const status = has(second.assertionResults) && !has(assertionResults) ? 'passed' : second.status
  return { ...second, status, assertionResults }
}

/**
 * Counts of a report, why tests were skipped, which passed only when a round inside them was repeated (`flaky`), and what failed:
 * name and first lines of the message. A file that could not even be loaded, and a run that failed without a failed test, count as one.
 */
export function countReport(report, exitCode) {
  const counts = { passed: 0, failed: 0, skipped: [], failures: [], flaky: [] }
  const fail = (name, message) => {
    counts.failed++
    counts.failures.push({ name, lines: firstLines(message) })
  }
  for (const file of report.testResults) {
    const name = basename(file.name ?? '')
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')) fail(name, file.message)
    for (const test of file.assertionResults) {
      const title = test.fullName.trim()
      const repeated = test.meta?.repeated ?? []
      if (test.status === 'passed') {
        counts.passed++
        if (repeated.length > 0) counts.flaky.push({ name: `${name} > ${title}`, lines: repeated.flatMap(firstLines) })
      } else if (test.status === 'failed') fail(`${name} > ${title}`, test.failureMessages?.join('\n'))
      else counts.skipped.push(`${title}: ${test.meta?.skipReason ?? 'no reason given'}`)
    }
  }
  if (exitCode !== 0 && counts.failed === 0) fail('the run', `ended with code ${exitCode} though no test failed`)
  if (counts.passed + counts.failed + counts.skipped.length === 0) fail('the run', 'no test was found')
  return counts
}

/** A failure where more tests were flaky than a suite may have, else undefined. */
export function tooFlaky(flaky, tests) {
  const limit = Math.max(1, Math.floor(tests * maxFlakyShare))
  if (flaky <= limit) return undefined
  return { name: 'flaky tests', lines: [`${flaky} of ${tests} tests passed only when they were repeated; ${limit} are allowed`] }
}

/** The files of a report that took longest, in seconds. */
export function slowestFiles(report, count) {
  return report.testResults
    .map((file) => ({ name: basename(file.name), seconds: Math.round((file.endTime - file.startTime) / 1000) }))
    .sort((one, other) => other.seconds - one.seconds)
    .slice(0, count)
}
