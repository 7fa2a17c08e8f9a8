import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
// @ts-expect-error Build scripts are JavaScript without declarations.
import { reportOfEnded } from './finished-files.mjs'
// @ts-expect-error Build scripts are JavaScript without declarations.
import { countReport } from './report.mjs'

test('a run that is ended by its time limit still says what passed, what was running and what did not start', () => {
  const folder = mkdtempSync(join(tmpdir(), 'finished-files-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const lines = [
    { started: '/project/e2e/clips.e2e.ts' },
    { started: '/project/e2e/watch.e2e.ts' },
    { name: '/project/e2e/clips.e2e.ts', status: 'passed', message: '', assertionResults: [{ status: 'passed', fullName: 'clips play' }] },
  ]
  writeFileSync(join(folder, 'lines'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))

  const report = reportOfEnded(join(folder, 'lines'), ['e2e/clips.e2e.ts', 'e2e/watch.e2e.ts', 'e2e/start.e2e.ts'])

  expect(countReport(report, 1)).toMatchObject({
    passed: 1,
    failed: 2,
    failures: [
      { name: 'watch.e2e.ts', lines: ['was running when the time limit was reached'] },
      { name: 'start.e2e.ts', lines: ['not run: the time limit was reached before'] },
    ],
  })
  expect(() => reportOfEnded(join(folder, 'nothing'), [])).toThrow()
})
