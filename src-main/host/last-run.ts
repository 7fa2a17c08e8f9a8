import { existsSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { Type } from 'typebox'
import Value from 'typebox/value'
import type { Logger } from '../platform/logger.ts'
import { replaceFile } from '../platform/storage/replace-file.ts'
import { repeat } from '../platform/timing/repeat.ts'

/** Name of the file in the data folder. */
export const lastRunName = 'last-run.json'

/** What is kept of a run: its file's time is when the host was last seen alive. */
const KeptSchema = Type.Object({
  state: Type.Union([Type.Literal('running'), Type.Literal('ended')]),
  /** When hosts ended unexpectedly, ms since 1970, the newest last. */
  crashesMs: Type.Array(Type.Number(), { maxItems: 100 }),
})

/** How often a host notes that it lives, ms. */
const beatMs = 5000
/** Crashes within so long count as often. */
const windowMs = 10 * 60_000
/** So many crashes are often. */
export const manyCrashes = 3
const maxKept = 20

export interface LastRun {
  /** When the host before this one was last seen, ms since 1970, if it ended unexpectedly. */
  readonly crashedAtMs: number | undefined
  /** How often hosts ended unexpectedly in the last ten minutes. */
  crashes(): number
  /** This host runs: from here on it is missed when it does not end in order. */
  started(): void
  /** This host ends in order. One that never ran leaves everything as it was. */
  end(): void
}

/** Knows how the host before this one ended on that data folder. What cannot be written is a warning of `log`. `now`: ms since 1970. */
export function openLastRun(dataDir: string, log: Pick<Logger, 'warn'>, now: () => number = Date.now): LastRun {
  const file = join(dataDir, lastRunName)
  const before = read(file)
  const crashedAtMs = before?.state === 'running' ? before.seenMs : undefined
  const crashesMs = [...(before?.crashesMs ?? []), ...(crashedAtMs === undefined ? [] : [crashedAtMs])].slice(-maxKept)
  let timer: NodeJS.Timeout | undefined
  const write = (state: 'running' | 'ended'): void => {
    try {
      replaceFile(file, JSON.stringify({ state, crashesMs }))
    } catch (error) {
      log.warn({ err: error, file }, 'a crash of this host would not be noticed')
    }
  }
  return {
    crashedAtMs,
    crashes: () => recent(crashesMs, now()),
    started() {
      if (timer !== undefined) return
      write('running')
      timer = repeat(beatMs, () => {
        // On a disk that was full: once more.
        if (existsSync(file)) utimesSync(file, now() / 1000, now() / 1000)
        else write('running')
      })
    },
    end() {
      if (timer === undefined) return
      clearInterval(timer)
      timer = undefined
      if (recent(crashesMs, now()) > 0) write('ended')
      else rmSync(file, { force: true })
    },
  }
}

/** How often hosts on that data folder ended unexpectedly in the last ten minutes, one that has not been started again included. */
export function recentCrashes(dataDir: string, isRunning: boolean, nowMs = Date.now()): number {
  const kept = read(join(dataDir, lastRunName))
  if (kept === undefined) return 0
  const newest = kept.state === 'running' && !isRunning ? [kept.seenMs] : []
  return recent([...kept.crashesMs, ...newest], nowMs)
}

const recent = (crashesMs: readonly number[], nowMs: number): number =>
  crashesMs.filter((atMs) => nowMs - atMs < windowMs && atMs <= nowMs + beatMs).length

/** Undefined where it is missing or cannot be read: nothing is known then. */
function read(
  file: string,
): { readonly state: 'running' | 'ended'; readonly crashesMs: readonly number[]; readonly seenMs: number } | undefined {
  try {
    const seenMs = statSync(file).mtimeMs
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return Value.Check(KeptSchema, kept) ? { ...kept, seenMs } : undefined
  } catch {
    return undefined
  }
}
