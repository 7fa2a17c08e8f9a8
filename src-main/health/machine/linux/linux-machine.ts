import { readFileSync } from 'node:fs'
import { availableParallelism, freemem, totalmem } from 'node:os'
import type { MachineReader, MachineReading } from '../machine-reader.ts'
import { type ByteCounters, type CpuTicks, readCpuTicks, readDiskBytes, readMemory, readNetworkBytes } from './counters.ts'
import { NvidiaLoad } from './nvidia.ts'
import { OwnProcesses } from './own-processes.ts'
import { findSensors } from './sensors.ts'

/** Reads /proc and /sys. No program is started for it, which is why it costs next to nothing. */
export class LinuxMachine implements MachineReader {
  readonly #sensors = findSensors()
  readonly #processes: OwnProcesses
  readonly #nvidia: NvidiaLoad
  #readMs = 0
  #ticks: CpuTicks | undefined
  #disk: ByteCounters | undefined
  #network: ByteCounters | undefined

  constructor(everyMs: number, root = process.pid) {
    this.#processes = new OwnProcesses(root)
    this.#nvidia = new NvidiaLoad(Math.round(everyMs / 1000))
  }

  async read(): Promise<MachineReading> {
    const nowMs = performance.now()
    const seconds = (nowMs - this.#readMs) / 1000
    this.#readMs = nowMs
    const ticks = readCpuTicks(textOf('/proc/stat'))
    const spent = ticks && this.#ticks && ticks.total > this.#ticks.total ? ticks.total - this.#ticks.total : 0
    const cpu = ticks && this.#ticks && spent > 0 ? (ticks.busy - this.#ticks.busy) / spent : null
    this.#ticks = ticks
    const disk = readDiskBytes(textOf('/proc/diskstats'))
    const network = readNetworkBytes(textOf('/proc/net/dev'))
    const diskRates = ratesOf(disk, this.#disk, seconds)
    const networkRates = ratesOf(network, this.#network, seconds)
    this.#disk = disk
    this.#network = network
    return {
      cpu,
      cores: availableParallelism(),
      memoryBytes: readMemory(textOf('/proc/meminfo')) ?? { total: totalmem(), available: freemem() },
      gpu: this.#sensors.gpu() ?? this.#nvidia.share,
      temperature: this.#sensors.temperature(),
      throttled: this.#sensors.throttled(),
      disk: diskRates && { read: diskRates.in, written: diskRates.out },
      network: networkRates && { received: networkRates.in, sent: networkRates.out },
      processes: this.#processes.read(nowMs),
    }
  }

  stop(): void {
    this.#nvidia.stop()
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

/** A counter that fell is another one: a disk or network came or went. */
function ratesOf(now: ByteCounters, before: ByteCounters | undefined, seconds: number): ByteCounters | null {
  if (before === undefined) return null
  return { in: Math.max(0, now.in - before.in) / seconds, out: Math.max(0, now.out - before.out) / seconds }
}
