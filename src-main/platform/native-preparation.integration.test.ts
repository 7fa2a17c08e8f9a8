import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isBeingBuilt, nativePreparation } from './native-preparation.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ami-streams-'))
  file = join(folder, 'building.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

const write = (text: unknown): void => writeFileSync(file, typeof text === 'string' ? text : JSON.stringify(text))

test('says which addon is being built, and how many of how many are', () => {
  write({ pid: process.pid, total: 5, left: ['compositor', 'x11'] })
  expect(nativePreparation(file)).toEqual({ part: 'compositor', done: 3, total: 5 })
  expect([isBeingBuilt('compositor', file), isBeingBuilt('x11', file), isBeingBuilt('memory', file)]).toEqual([true, true, false])
})

test('a build that was killed, a file that is broken and no file are no build', () => {
  const { pid } = spawnSync(process.execPath, ['--version'])
  write({ pid, total: 5, left: ['compositor'] })
  expect(nativePreparation(file)).toBeUndefined()
  for (const text of ['', '{"pid":', '[]', '{"pid":1,"total":2,"left":"compositor"}', '{"left":["compositor"],"total":1}']) {
    write(text)
    expect(nativePreparation(file), text).toBeUndefined()
    expect(isBeingBuilt('compositor', file), text).toBe(false)
  }
  rmSync(file)
  expect(nativePreparation(file)).toBeUndefined()
})

test('what a killed build left long ago is no build, even where its process id is in use again', () => {
  write({ pid: process.pid, total: 2, left: ['compositor'] })
  const longAgo = Date.now() / 1000 - 3600
  utimesSync(file, longAgo, longAgo)
  expect(isBeingBuilt('compositor', file)).toBe(false)
})
