import { existsSync, readFileSync, statSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { addonRoot } from './native-addon.ts'
import { repeat } from './timing/repeat.ts'

/** Addons are being compiled while the program runs already, as at a first start. */
export interface NativePreparation {
  /** The addon that is being built. */
  readonly part: string
  /** How many of `total` are built. */
  readonly done: number
  readonly total: number
}

const lookMs = 250
/** It is written at each step, and none takes longer: what is older was left by a build that was killed, and its process id may be another's now. */
const freshMs = 30 * 60_000
const progressFile = fileURLToPath(new URL('dist/native/building.json', addonRoot))

/** How far the build of addons is; undefined while none runs. */
export function nativePreparation(file = progressFile): NativePreparation | undefined {
  const { left, total } = readProgress(file) ?? { left: [], total: 0 }
  const [part] = left
  return part === undefined ? undefined : { part, done: total - left.length, total }
}

/** Whether an addon is being built, or will be by the build that runs. One of an earlier build counts as missing until then. */
export function isBeingBuilt(name: string, file = progressFile): boolean {
  return readProgress(file)?.left.includes(name) ?? false
}

/** Resolves when an addon is not being built any more, whether it could be built or not, or when `isWanted` answers no. */
export async function untilBuilt(name: string, isWanted: () => boolean): Promise<void> {
  while (isWanted() && isBeingBuilt(name)) await pause(lookMs)
}

/** Calls at each step of a build that runs, and with null when it is over. Returns the way to stop; where none runs it calls never. */
export function watchPreparation(onChange: (preparation: NativePreparation | null) => void): () => void {
  let shown = 'null'
  const look = (): void => {
    const preparation = nativePreparation() ?? null
    if (JSON.stringify(preparation) !== shown) onChange(preparation)
    shown = JSON.stringify(preparation)
    if (preparation === null) clearInterval(timer)
  }
  const timer = repeat(lookMs, look)
  look()
  return () => clearInterval(timer)
}

/** What scripts/build-native.mjs wrote, where the process that wrote it still runs. */
function readProgress(file: string): { readonly left: readonly string[]; readonly total: number } | undefined {
  if (!existsSync(file)) return undefined
  try {
    const { pid, left, total } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    if (typeof pid !== 'number' || typeof total !== 'number' || !Array.isArray(left)) return undefined
    if (Date.now() - statSync(file).mtimeMs > freshMs) return undefined
    process.kill(pid, 0)
    return { left: left.map(String), total }
  } catch {
    // It is being written, or the process is gone.
    return undefined
  }
}
