import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { endProcesses, fieldsOf } from './end-processes.ts'

/**
 * Removes the folders of displays that are not known, with the processes that were started for them: a host that was killed while it made
 * one has kept nothing else of it.
 */
export async function removeLeftBehind(folder: string, known: ReadonlySet<string>): Promise<void> {
  const left = readdirSync(folder).filter((name) => !known.has(name))
  if (left.length === 0) return
  const paths = left.map((name) => join(folder, name))
  await endProcesses((pid) => isOf(pid, paths))
  for (const path of paths) rmSync(path, { recursive: true, force: true })
}

/** One of its folders is where it was started in, or its server's file: see `pipewire-server`, `isServerOf`. */
function isOf(pid: number, folders: readonly string[]): boolean {
  const inFolder = (path: string): boolean => folders.some((folder) => path.startsWith(`${folder}/`))
  return (
    fieldsOf(pid, 'cmdline').some(inFolder) ||
    fieldsOf(pid, 'environ').some((each) => /^(XDG_RUNTIME_DIR|XAUTHORITY)=/.test(each) && inFolder(each.slice(each.indexOf('=') + 1)))
  )
}
