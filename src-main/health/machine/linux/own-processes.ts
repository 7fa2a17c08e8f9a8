import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { ProcessReading } from '../machine-reader.ts'
import { type ProcessStat, readProcessStat } from './counters.ts'

/** Ticks a second of times in /proc: the same on every Linux that runs Node. */
const ticksPerSecond = 100
const pageBytes = 4096
/** Readings after which the others are looked at again: a process of ours may have got the number of one that ended. */
const maxForeignReadings = 30

/** What is known of a process of ours. */
interface Known {
  readonly startedTicks: number
  readonly name: string | undefined
  readonly of: string | undefined
  ticks: number
}

/** The host's process and all below it. What a worker runs itself (Chromium, say) counts to the worker. */
export class OwnProcesses {
  readonly #root: number
  readonly #statOf: (pid: string) => ProcessStat | undefined
  #known = new Map<number, Known>()
  /** Processes of others, which cannot become ours: a machine has hundreds. */
  #foreign = new Set<string>()
  #foreignReadings = 0
  #readMs = 0

  /** `statOf` reads a process; undefined for one that ended. */
  constructor(root: number, statOf: (pid: string) => ProcessStat | undefined = readStat) {
    this.#root = root
    this.#statOf = statOf
  }

  read(nowMs: number): readonly ProcessReading[] {
    const seconds = (nowMs - this.#readMs) / 1000
    const first = this.#readMs === 0
    this.#readMs = nowMs
    const ours = this.#ours()
    const known = new Map<number, Known>()
    const readings = new Map<number, { -readonly [K in keyof ProcessReading]: ProcessReading[K] }>()
    /** The process that each counts to. */
    const owners = new Map<number, number>()
    for (const stat of ours) {
      const before = this.#known.get(stat.pid)
      const same = before?.startedTicks === stat.startedTicks ? before : undefined
      const named = same ?? { startedTicks: stat.startedTicks, ...this.#nameOf(stat.pid) }
      known.set(stat.pid, { ...named, ticks: stat.ticks })
      const owner = named.name === undefined ? (owners.get(stat.parent) ?? this.#root) : stat.pid
      owners.set(stat.pid, owner)
      // Of one that is new all its time is of the time since the last reading.
      const cpu = first ? 0 : Math.max(0, stat.ticks - (same?.ticks ?? 0)) / ticksPerSecond / seconds
      const memoryBytes = stat.residentPages * pageBytes
      const reading = readings.get(owner)
      if (reading === undefined) readings.set(owner, { pid: stat.pid, name: named.name ?? 'host', of: named.of, cpu, memoryBytes })
      else {
        reading.cpu += cpu
        reading.memoryBytes += memoryBytes
      }
    }
    this.#known = known
    return [...readings.values()]
  }

  /** Parents before their children. */
  #ours(): readonly ProcessStat[] {
    const byParent = new Map<number, ProcessStat[]>()
    const foreign = new Set<string>()
    const looksAtAll = this.#foreignReadings++ % maxForeignReadings === 0
    let root: ProcessStat | undefined
    for (const entry of readdirSync('/proc')) {
      if (!/^\d/.test(entry)) continue
      const stat = !looksAtAll && this.#foreign.has(entry) ? undefined : this.#statOf(entry)
      foreign.add(entry)
      if (stat === undefined) continue
      if (stat.pid === this.#root) root = stat
      const siblings = byParent.get(stat.parent)
      if (siblings === undefined) byParent.set(stat.parent, [stat])
      else siblings.push(stat)
    }
    const ours = root === undefined ? [] : [root]
    for (let index = 0; index < ours.length; index++) ours.push(...(byParent.get((ours[index] as ProcessStat).pid) ?? []))
    for (const { pid } of ours) foreign.delete(String(pid))
    this.#foreign = foreign
    return ours
  }

  #nameOf(pid: number): Pick<Known, 'name' | 'of'> {
    if (pid === this.#root) return { name: 'host', of: undefined }
    try {
      const [, file = '', of] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      const name = /^(.+)-worker\.[jt]s$/.exec(basename(file))?.[1]
      return { name, of: name === undefined || of === '' ? undefined : of }
    } catch {
      return { name: undefined, of: undefined }
    }
  }
}

function readStat(entry: string): ProcessStat | undefined {
  try {
    return readProcessStat(readFileSync(`/proc/${entry}/stat`, 'latin1'))
  } catch {
    // It ended meanwhile.
    return undefined
  }
}
