import { availableParallelism, cpus, freemem, totalmem } from 'node:os'
import type { MachineReader, MachineReading } from './machine-reader.ts'

/** What Node says on every system: processors and memory of the machine, and the host's own process. */
export class PortableMachine implements MachineReader {
  #readMs = 0
  #times = cpuTimes()
  #own = process.cpuUsage()

  async read(): Promise<MachineReading> {
    const nowMs = performance.now()
    const seconds = (nowMs - this.#readMs) / 1000
    const first = this.#readMs === 0
    this.#readMs = nowMs
    const times = cpuTimes()
    const total = times.total - this.#times.total
    const cpu = first || total <= 0 ? null : (times.busy - this.#times.busy) / total
    this.#times = times
    const { user, system } = process.cpuUsage(this.#own)
    this.#own = process.cpuUsage()
    return {
      cpu,
      cores: availableParallelism(),
      memoryBytes: { total: totalmem(), available: freemem() },
      gpu: null,
      temperature: null,
      throttled: null,
      disk: null,
      network: null,
      processes: [
        {
          pid: process.pid,
          name: 'host',
          of: undefined,
          cpu: first ? 0 : (user + system) / 1e6 / seconds,
          memoryBytes: process.memoryUsage.rss(),
        },
      ],
    }
  }

  stop(): void {}
}

function cpuTimes(): { readonly busy: number; readonly total: number } {
  let [busy, total] = [0, 0]
  for (const { times } of cpus()) {
    const { user, nice, sys, idle, irq } = times
    busy += user + nice + sys + irq
    total += user + nice + sys + irq + idle
  }
  return { busy, total }
}
