import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { silentLogger } from '../platform/telemetry/logger.ts'
import { lastRunName, openLastRun, recentCrashes } from './last-run.ts'

let dataDir = ''
let nowMs = 0

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'ami-streams-'))
  nowMs = Date.UTC(2026, 0, 1)
  const folder = dataDir
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
})

/** A host that runs from now on, and is last seen now. */
function run() {
  const one = openLastRun(dataDir, silentLogger, () => nowMs)
  one.started()
  utimesSync(join(dataDir, lastRunName), nowMs / 1000, nowMs / 1000)
  onTestFinished(() => one.end())
  return one
}

it('knows when a host was last seen that did not end in order, and nothing of one that did', () => {
  expect(openLastRun(dataDir, silentLogger).crashedAtMs).toBeUndefined()
  run()
  nowMs += 60_000
  const next = run()
  expect([next.crashedAtMs, next.crashes()]).toEqual([nowMs - 60_000, 1])
  next.end()
  const last = openLastRun(dataDir, silentLogger, () => nowMs)
  expect([last.crashedAtMs, last.crashes()]).toEqual([undefined, 1])
})

it('counts crashes of the last ten minutes, also for a program beside the host', () => {
  for (let count = 0; count < 4; count++) {
    run()
    nowMs += 120_000
  }
  expect(openLastRun(dataDir, silentLogger, () => nowMs).crashes()).toBe(4)
  expect([recentCrashes(dataDir, true, nowMs), recentCrashes(dataDir, false, nowMs)]).toEqual([3, 4])
  nowMs += 5 * 60_000
  expect(openLastRun(dataDir, silentLogger, () => nowMs).crashes()).toBe(2)
})

it('leaves what it found where the host never ran, as with a port in use', () => {
  run()
  const rejected = openLastRun(dataDir, silentLogger, () => nowMs)
  rejected.end()
  expect(openLastRun(dataDir, silentLogger, () => nowMs).crashedAtMs).toBe(nowMs)
})

it('starts where the file cannot be written, and says so', () => {
  rmSync(dataDir, { recursive: true })
  const warned: string[] = []
  const one = openLastRun(dataDir, { warn: (_: unknown, text?: string) => void warned.push(String(text)) } as never, () => nowMs)
  one.started()
  one.end()
  expect(warned).toEqual(['a crash of this host would not be noticed'])
})

it('knows nothing where the file is not its own', () => {
  for (const text of ['', '{', '[]', '{"state":"running"}', '{"state":"running","crashesMs":["x"]}']) {
    writeFileSync(join(dataDir, lastRunName), text)
    expect(openLastRun(dataDir, silentLogger, () => nowMs).crashedAtMs).toBeUndefined()
  }
})
