import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { replaceFile } from './replace-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replace-file-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('a file is replaced as a whole, for this user alone', () => {
  const file = join(folder, 'state.json')
  writeFileSync(file, 'old and longer')
  writeFileSync(`${file}.new`, 'what a crash left', { mode: 0o644 })
  replaceFile(file, 'new')
  expect(readFileSync(file, 'utf8')).toBe('new')
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder)).toEqual(['state.json'])
})

it('what cannot be written changes nothing and leaves nothing', () => {
  // A folder is in the way.
  mkdirSync(join(folder, 'state.json/inside'), { recursive: true })
  expect(() => replaceFile(join(folder, 'state.json'), 'new')).toThrow()
  expect(readdirSync(folder)).toEqual(['state.json'])
})
