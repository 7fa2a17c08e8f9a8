import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ImportedNames } from './imported-names.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'imported-names-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('the list of imported files is replaced as a whole: a host that is killed meanwhile leaves the old one or the new one', () => {
  const names = new ImportedNames(folder)
  names.add('one.png', 'import-1')
  const before = openSync(join(folder, 'imports.json'), 'r')
  names.add('two.png', 'import-1')
  expect(JSON.parse(readFileSync(before, 'utf8'))).toEqual(['one.png'])
  closeSync(before)
  expect(ImportedNames.read(folder)).toEqual(['one.png', 'two.png'])
  expect(readdirSync(folder)).toEqual(['imports.json'])
})
