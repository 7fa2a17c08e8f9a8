import { statSync } from 'node:fs'
import { repeat } from '../timing/repeat.ts'

/** A file is looked at so often, ms. */
const everyMs = 2000

/**
 * Calls back when a file has changed, or is there again; one at a time. Another one that is put in its place counts, one that is removed
 * does not: it may be being replaced. Returns the function that stops it.
 */
export function followFile(path: string, onChange: () => Promise<void> | void): () => void {
  let seen = signOf(path)
  let busy = false
  const timer = repeat(everyMs, async () => {
    const sign = signOf(path)
    if (busy || sign === undefined || sign === seen) return
    busy = true
    seen = sign
    try {
      await onChange()
    } finally {
      busy = false
    }
  })
  return () => clearInterval(timer)
}

/** Another one for another content; undefined where there is no file. */
function signOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found && `${found.mtimeMs} ${found.size} ${found.ino}`
}
