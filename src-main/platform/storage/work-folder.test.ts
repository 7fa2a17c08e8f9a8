import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect, it } from 'vitest'
import { makeWorkFolder } from './work-folder.ts'

it('a folder clears away those of its purpose whose process is gone, and no other', () => {
  const purpose = `ami-test-${process.pid}`
  // No process has this number: it is beyond what systems give.
  const left = join(tmpdir(), `${purpose}-99999999-a`)
  mkdirSync(left)
  writeFileSync(join(left, 'half'), 'x')
  const one = makeWorkFolder(purpose)
  const other = makeWorkFolder(purpose)
  expect(existsSync(left)).toBe(false)
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith(purpose))).toHaveLength(2)
  expect(basename(one.path)).toContain(`-${process.pid}-`)
  one.remove()
  one.remove()
  expect([existsSync(one.path), existsSync(other.path)]).toEqual([false, true])
  rmSync(other.path, { recursive: true })
  other.remove()
})
