import { expect, test } from 'vitest'
// @ts-expect-error Build scripts are JavaScript without declarations.
import { countReport, filesToRepeat, firstLines, slowestFiles, tooFlaky, withRepeated } from './report.mjs'

const file = (status: string, ...assertionResults: object[]) => ({
  name: '/project/e2e/clips.e2e.ts',
  status,
  assertionResults,
  message: '',
})
const passed = { status: 'passed', fullName: 'clips play' }

test('failures are listed by file, name and message, skipped tests with their reason', () => {
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
    flaky: [],
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

test('a few files that failed are repeated: what passes then counts, and is listed as flaky', () => {
  const failed = { status: 'failed', fullName: 'clips are cut', failureMessages: ['Error: too late'] }
  const other = { ...file('passed', passed), name: '/project/e2e/other.e2e.ts' }
  const report = { testResults: [file('failed', passed, failed), other] }
  expect(filesToRepeat(report)).toEqual(['/project/e2e/clips.e2e.ts'])
  expect(filesToRepeat({ testResults: Array.from({ length: 13 }, () => file('failed', failed)) })).toEqual([])

  const steady = withRepeated(report, { testResults: [file('passed', passed, { ...failed, status: 'passed' })] })
  expect(steady.flaky).toEqual([{ name: 'clips.e2e.ts > clips are cut', lines: ['Error: too late'] }])
  expect(countReport(steady.report, 0)).toMatchObject({ passed: 3, failed: 0 })

  const worse = { ...passed, status: 'failed', failureMessages: ['Error: only now'] }
  const turned = withRepeated(report, { testResults: [file('failed', worse, { ...failed, status: 'passed' })] })
  expect(turned.flaky.map(({ name }: { name: string }) => name)).toEqual(['clips.e2e.ts > clips are cut', 'clips.e2e.ts > clips play'])
  expect(countReport(turned.report, 0)).toMatchObject({ passed: 3, failed: 0 })
  const unloaded = withRepeated(report, { testResults: [{ ...file('failed'), message: 'SyntaxError: what' }] })
  expect(countReport(unloaded.report, 0)).toMatchObject({ failed: 1 })

  const broken = withRepeated(report, report)
  expect(broken.flaky).toEqual([])
  expect(countReport(broken.report, 0)).toMatchObject({ passed: 2, failed: 1 })
})

test('a test that repeated a round inside itself passes as flaky, with the message of the round', () => {
  const repeated = { ...passed, meta: { repeated: ['Error: late once'] } }
  expect(countReport({ testResults: [file('passed', repeated)] }, 0)).toMatchObject({
    passed: 1,
    flaky: [{ name: 'clips.e2e.ts > clips play', lines: ['Error: late once'] }],
  })
})

test('more than 2 % of flaky tests fail the run', () => {
  expect(tooFlaky(4, 200)).toBeUndefined()
  expect(tooFlaky(5, 200)).toMatchObject({ lines: [expect.stringContaining('5 of 200')] })
  expect(tooFlaky(1, 10)).toBeUndefined()
})

test('the slowest files come first', () => {
  const timed = (name: string, seconds: number) => ({ name, startTime: 0, endTime: seconds * 1000 })
  expect(slowestFiles({ testResults: [timed('a', 3), timed('b', 90), timed('c', 12)] }, 2)).toEqual([
    { name: 'b', seconds: 90 },
    { name: 'c', seconds: 12 },
  ])
})

test('a long message is cut', () => {
  expect(firstLines(Array.from({ length: 30 }, (_, line) => `line ${line}`).join('\n'))).toHaveLength(9)
  expect(firstLines(undefined)).toEqual([])
})
