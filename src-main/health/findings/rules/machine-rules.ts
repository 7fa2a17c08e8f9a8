import type { Rule } from '../rule.ts'
import { errorWords } from './error-words.ts'

/** Minutes that a disk must last while something is recorded: less is said, more is over. */
const soonFullMinutes = 30
const enoughMinutes = 40
const fullMinutes = 5
/** Space that a disk must have in any case, bytes. */
const littleBytes = 500e6

const diskNearlyFull: Rule = {
  code: 'disk.full_soon',
  after: 2,
  until: 2,
  look: ({ disks }) =>
    disks.flatMap(({ folder, freeBytes, recording, fillingBytes }) => {
      const minutes = recording && fillingBytes > 0 ? freeBytes / fillingBytes / 60 : Number.POSITIVE_INFINITY
      const little = freeBytes < littleBytes
      if (minutes > enoughMinutes && freeBytes > littleBytes * 1.2) return []
      // Where nothing is recorded there is nothing to count minutes by.
      const minutesLeft = Number.isFinite(minutes) ? Math.floor(minutes) : -1
      return {
        applies: minutes < soonFullMinutes || little,
        severity: minutes < fullMinutes || freeBytes < littleBytes / 5 ? ('error' as const) : ('warning' as const),
        about: { kind: 'disk' as const, id: folder, name: folder },
        params: {
          minutes: minutesLeft,
          freeMb: Math.floor(freeBytes / 1e6),
          mbAMinute: Math.round((fillingBytes * 60) / 1e5) / 10,
          recording: recording ? 1 : 0,
        },
      }
    }),
}

/** Share of all cores that counts as overload, and below which it does not any more. */
const busy = 0.93
const calm = 0.85

const machineOverloaded: Rule = {
  code: 'machine.overloaded',
  after: 3,
  until: 2,
  look: ({ machine, studio }) => {
    const { cpu, cores, processes } = machine
    if (cpu === null || cpu < calm) return []
    const ours = processes.reduce((sum, each) => sum + each.cpu, 0) / cores
    const [dearest] = [...processes].sort((a, b) => b.cpu - a.cpu)
    const source = studio.sources.find(({ id }) => id === dearest?.of)
    return [
      {
        applies: cpu >= busy,
        severity: 'warning',
        params: {
          percent: Math.round(cpu * 100),
          ours: Math.round(ours * 100),
          others: Math.max(0, Math.round((cpu - ours) * 100)),
          process: source?.name ?? dearest?.name ?? '',
          processPercent: Math.round((dearest?.cpu ?? 0) * 100),
        },
      },
    ]
  },
}

const throttled: Rule = {
  code: 'machine.throttled',
  after: 1,
  until: 6,
  look: ({ machine }, before) => {
    const now = machine.throttled
    const known = before?.machine.throttled
    if (now === null || known === null || known === undefined || now <= known) return []
    return [{ applies: true, severity: 'warning', params: { temperature: Math.round(machine.temperature ?? 0), times: now - known } }]
  },
}

/** Shares of the memory that is left before it is said. */
const littleMemory = 0.08
const noMemory = 0.03

const memoryLow: Rule = {
  code: 'machine.memory_low',
  after: 2,
  until: 3,
  look: ({ machine }) => {
    const { total, available } = machine.memoryBytes
    const left = available / total
    if (left > littleMemory * 1.3) return []
    const [largest] = [...machine.processes].sort((a, b) => b.memoryBytes - a.memoryBytes)
    return [
      {
        applies: left < littleMemory,
        severity: left < noMemory ? 'error' : 'warning',
        params: {
          freeMb: Math.round(available / 1e6),
          percent: Math.round(left * 100),
          process: largest?.name ?? '',
          processMb: Math.round((largest?.memoryBytes ?? 0) / 1e6),
        },
      },
    ]
  },
}

const hostProblem: Rule = {
  code: 'host.problem',
  after: 1,
  until: 1,
  look: ({ problems, studio }) =>
    [...new Set(problems)].flatMap((error) =>
      // An output says so itself.
      studio.outputs.some((output) => output.error === error)
        ? []
        : {
            applies: true,
            severity: 'error' as const,
            about: { kind: 'process' as const, id: error, name: 'host' },
            params: errorWords(error),
          },
    ),
}

/** The machine itself. */
export const machineRules: readonly Rule[] = [diskNearlyFull, machineOverloaded, throttled, memoryLow, hostProblem]
