import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { crashLogName, logCrash } from './crash-log.ts'

it('the crash log keeps the newest crashes whole, within its bounds', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'ami-streams-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  for (let count = 0; count < 100; count++)
    logCrash(dataDir, { time: new Date(count), title: `crash ${count}`, details: 'one\ntwo\n' }, 2000)
  const text = readFileSync(join(dataDir, crashLogName), 'utf8')
  expect(text.length).toBeLessThanOrEqual(2000)
  expect(text).toMatch(/^1970-01-01T00:00:00\.\d{3}Z crash \d\d\n {4}one\n {4}two\n1970/)
  expect(text.trimEnd().endsWith('crash 99\n    one\n    two')).toBe(true)
})
