import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Texts of the files of a folder with that ending. */
const textsOf = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => readFileSync(join(root, folder, file), 'utf8'))

it('every dialog of the page is seen by axe in an end-to-end test', () => {
  // A dialog starts at its tag; the test ids that follow are its own and those of what is in it.
  const dialogs = textsOf('src-renderer', '.tsx').flatMap((text) =>
    text
      .split(/<Dialog\b/)
      .slice(1)
      .map((part) => [...part.matchAll(/testid="([^"]+)"/gi)].map((match) => match[1] as string))
      .filter((ids) => ids.length > 0),
  )
  expect(dialogs.length).toBeGreaterThan(30)
  const tests = textsOf('e2e', '.e2e.ts').filter((text) => text.includes("from './helpers/axe.ts'"))
  const isSeen = (id: string): boolean => tests.some((text) => text.includes(`'${id}'`))
  expect(dialogs.filter((ids) => !ids.some(isSeen)).map(([id]) => id)).toEqual([])
})
