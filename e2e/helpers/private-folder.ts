import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Folders that are a test's own, and what programs in them leave behind. */

const made = new Set<string>()

/** Makes a folder, e.g. `/tmp/PREFIXa1b2c3`, that is removed at the end of the test file at the latest: what it is of may be killed before. */
export function makeFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix))
  made.add(folder)
  return folder
}

/** Removes what `makeFolder` made and nobody has removed yet. */
export function removeMadeFolders(): void {
  for (const folder of made) removeFolder(folder)
}

/** Removes a folder. What was killed may have a file system mounted there, or still write: what cannot be removed fails no test. */
export function removeFolder(folder: string): void {
  made.delete(folder)
  for (const mount of mountsBelow(folder)) spawnSync('umount', ['--lazy', mount], { stdio: 'ignore' })
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  } catch (error) {
    process.stderr.write(`${folder} stays behind: ${String(error)}\n`)
  }
}

/** The last mounted first. */
function mountsBelow(folder: string): string[] {
  if (process.platform !== 'linux') return []
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n')
  return lines
    .map((line) =>
      (line.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    )
    .filter((mount) => mount.startsWith(`${folder}/`))
    .toReversed()
}

/**
 * Of xdg-desktop-portal, which desktop programs start over their session bus: it brings a file system of documents along, mounted in the
 * runtime folder. What is killed leaves it behind, and nothing can be removed.
 */
export const documentPortal = 'org.freedesktop.portal.Documents'
export const desktopPortal = 'org.freedesktop.portal.Desktop'

/** Keeps session buses with this XDG_RUNTIME_DIR from starting services. Call it before the bus is started. */
export function keepServicesOut(runtime: string, names: readonly string[]): void {
  const services = join(runtime, 'dbus-1/services')
  mkdirSync(services, { recursive: true })
  for (const name of names) writeFileSync(join(services, `${name}.service`), `[D-BUS Service]\nName=${name}\nExec=/bin/false\n`)
}
