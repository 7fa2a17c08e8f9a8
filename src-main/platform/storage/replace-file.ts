import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/**
 * Writes a small file so that whoever reads it finds the old or the new text, whole, also after a crash: under another name first. Throws
 * what the system says, and leaves nothing behind then.
 * @param mode this user alone where left out
 */
export function replaceFile(file: string, text: string, mode = 0o600): void {
  const draft = `${file}.new`
  try {
    writeFileSync(draft, text, { mode })
    // One that a crash left there keeps its own.
    chmodSync(draft, mode)
    renameSync(draft, file)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}
