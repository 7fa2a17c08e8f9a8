import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** Between asking processes to end and killing them, ms. */
const endMs = 1000

/**
 * Removes the folders of displays that are not known, with the processes that were started for them: a host that was killed while it made
 * one has kept nothing else of it.
 */
export async function removeLeftBehind(folder: string, known: ReadonlySet<string>): Promise<void> {
  const left = readdirSync(folder).filter((name) => !known.has(name))
  if (left.length === 0) return
  const paths = left.map((name) => join(folder, name))
  await endProcessesOf(paths)
  for (const path of paths) rmSync(path, { recursive: true, force: true })
}

async function endProcessesOf(folders: readonly string[]): Promise<void> {
  const found = processesOf(folders)
  for (const pid of found) signal(pid, 'SIGTERM')
  const running = (): readonly number[] => found.filter((pid) => isOf(pid, folders))
  for (const until = performance.now() + endMs; performance.now() < until && running().length > 0; ) await delay(20)
  for (const pid of running()) signal(pid, 'SIGKILL')
}

const processesOf = (folders: readonly string[]): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && isOf(pid, folders))

/** One of its folders is where it was started in, or its server's file: see `pipewire-server`, `isServerOf`. */
function isOf(pid: number, folders: readonly string[]): boolean {
  const inFolder = (path: string): boolean => folders.some((folder) => path.startsWith(`${folder}/`))
  return (
    fieldsOf(pid, 'cmdline').some(inFolder) ||
    fieldsOf(pid, 'environ').some((each) => /^(XDG_RUNTIME_DIR|XAUTHORITY)=/.test(each) && inFolder(each.slice(each.indexOf('=') + 1)))
  )
}

function fieldsOf(pid: number, file: 'cmdline' | 'environ'): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0')
  } catch {
    return []
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It ended by itself.
  }
}
