import { expect, test } from 'vitest'
// @ts-expect-error Build scripts are JavaScript without declarations.
import { countReport, filesToTryAgain, firstLines, triedAgain } from './report.mjs'

const file = (status: string, ...assertionResults: object[]) => ({
  name: '/project/e2e/clips.e2e.ts',
  status,
  assertionResults,
  message: '',
})
const passed = { status: 'passed', fullName: 'clips play' }

test('what failed is told by file, name and message; what was skipped by its reason', () => {
  const failed = {
    status: 'failed',
    fullName: ' clips are cut',
    failureMessages: ['\u001b[31mError: too late\u001b[39m\n\n    at run (/p/node_modules/vitest/x.js:1:1)'],
  }
  const skipped = { status: 'skipped', fullName: 'clips of nothing', meta: { skipReason: 'no camera' } }
  expect(countReport({ testResults: [file('failed', passed, failed, skipped)] }, 1)).toEqual({
    passed: 1,
    failed: 1,
    skipped: ['clips of nothing: no camera'],
    failures: [{ name: 'clips.e2e.ts > clips are cut', lines: ['Error: too late'] }],
  })
})

test('a file that cannot be loaded, a run that fails without a failed test, and one without tests count as one', () => {
  const unloaded = countReport({ testResults: [{ ...file('failed'), message: 'SyntaxError: what' }] }, 1)
  expect(unloaded).toMatchObject({ failed: 1, failures: [{ name: 'clips.e2e.ts', lines: ['SyntaxError: what'] }] })
  expect(countReport({ testResults: [file('passed', passed)] }, 7)).toMatchObject({
    failed: 1,
    failures: [{ lines: ['ended with code 7 though no test failed'] }],
  })
  expect(countReport({ testResults: [] }, 0)).toMatchObject({ failed: 1, failures: [{ name: 'the run' }] })
})

test('a few files that failed are run again: what passes then counts, and is told as unsteady', () => {
  const failed = { status: 'failed', fullName: 'clips are cut', failureMessages: ['Error: too late'] }
  const other = { ...file('passed', passed), name: '/project/e2e/other.e2e.ts' }
  const report = { testResults: [file('failed', passed, failed), other] }
  expect(filesToTryAgain(report)).toEqual(['/project/e2e/clips.e2e.ts'])
  expect(filesToTryAgain({ testResults: Array.from({ length: 4 }, () => file('failed', failed)) })).toEqual([])

  const steady = triedAgain(report, { testResults: [file('passed', passed, { ...failed, status: 'passed' })] })
  expect(steady.unsteady).toEqual([{ name: 'clips.e2e.ts > clips are cut', lines: ['Error: too late'] }])
  expect(countReport(steady.report, 0)).toMatchObject({ passed: 3, failed: 0 })

  const broken = triedAgain(report, report)
  expect(broken.unsteady).toEqual([])
  expect(countReport(broken.report, 0)).toMatchObject({ passed: 2, failed: 1 })
})

test('of a long message the beginning is kept', () => {
  expect(firstLines(Array.from({ length: 30 }, (_, line) => `line ${line}`).join('\n'))).toHaveLength(9)
  expect(firstLines(undefined)).toEqual([])
})
