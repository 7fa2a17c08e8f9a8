import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findCopied } from './copied-files.ts'

let folder: string
const uri = (...names: string[]) => pathToFileURL(join(folder, ...names)).href
const seen = async (uris: string) => {
  const { entries, more } = await findCopied(uris)
  return { entries: entries.map(({ name, kind, bytes }) => [name, kind, bytes]), more }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'copied-files-'))
  for (const name of ['one', 'other']) mkdirSync(join(folder, name))
  for (const name of ['a b.txt', 'ñ 漢.txt', 'one/same.txt', 'other/same.txt']) writeFileSync(join(folder, name), 'four')
  symlinkSync('/etc/passwd', join(folder, 'link'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('finds the files and folders of a list, and gives those of one name names of their own', async () => {
  const list = ['# a comment', uri('a b.txt'), uri('ñ 漢.txt'), uri('one'), uri('one', 'same.txt'), uri('other', 'same.txt'), ''].join(
    '\r\n',
  )
  expect(await seen(list)).toEqual({
    entries: [
      ['a b.txt', 'file', 4],
      ['ñ 漢.txt', 'file', 4],
      ['one', 'folder', 0],
      ['same.txt', 'file', 4],
      ['same (2).txt', 'file', 4],
    ],
    more: false,
  })
})

it('leaves out links, devices, other machines, other protocols and what is no URI', async () => {
  const lies = [
    uri('link'),
    uri('missing'),
    'file:///dev/zero',
    'file://elsewhere/etc/passwd',
    'file:///etc%2fpasswd',
    'file:///etc/passwd%00.txt',
    'file:///%ff%fe',
    'file:relative',
    'https://example.org/a',
    '/etc/passwd',
    'file:///',
    `file:///${'a'.repeat(50_000)}`,
  ]
  expect(await seen(lies.join('\n'))).toEqual({ entries: [], more: true })
})

it('shows names with line ends on one line, and ends a list without end', async () => {
  const name = 'two\nlines\u202e\u001b[31m.txt'
  writeFileSync(join(folder, name), '')
  expect((await seen(uri(name))).entries).toEqual([['two_lines__[31m.txt', 'file', 0]])
  const many = await seen(`${uri('one')}\n`.repeat(20_000))
  expect([many.entries.length, many.more]).toEqual([500, true])
  expect(await seen('\n'.repeat(1024 * 1024))).toEqual({ entries: [], more: true })
})
