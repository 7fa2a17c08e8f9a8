import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Drivers that measure the processor, by their names. */
const processorDrivers = /^(coretemp|k10temp|zenpower|cpu_thermal|x86_pkg_temp|cpu-thermal|soc_thermal|acpitz)$/

/** Files of the sensors that this machine has, found once. */
export interface Sensors {
  /** Degrees Celsius; null where nothing measures it. */
  temperature(): number | null
  throttled(): number | null
  /** Busy share of the graphics processor that is busiest. */
  gpu(): number | null
}

/** Finds them below `sys`, which is `/sys`. */
export function findSensors(sys = '/sys'): Sensors {
  const temperatures = [
    ...inputsOf(join(sys, 'class/hwmon'), 'name', 'temp1_input'),
    ...inputsOf(join(sys, 'class/thermal'), 'type', 'temp'),
  ]
  const cpus = join(sys, 'devices/system/cpu')
  const throttles = entriesOf(cpus)
    .filter((each) => /^cpu\d+$/.test(each))
    .map((each) => join(cpus, each, 'thermal_throttle/core_throttle_count'))
    .filter((each) => numberIn(each) !== null)
  const cards = entriesOf(join(sys, 'class/drm'))
    .filter((each) => /^card\d+$/.test(each))
    .map((each) => join(sys, 'class/drm', each, 'device/gpu_busy_percent'))
    .filter((each) => numberIn(each) !== null)
  const max = (files: readonly string[], unit: number): number | null => {
    const values = files.flatMap((each) => numberIn(each) ?? [])
    return values.length === 0 ? null : Math.max(...values) / unit
  }
  return {
    temperature: () => max(temperatures, 1000),
    throttled: () => (throttles.length === 0 ? null : throttles.reduce((sum, each) => sum + (numberIn(each) ?? 0), 0)),
    gpu: () => max(cards, 100),
  }
}

function inputsOf(folder: string, nameFile: string, input: string): readonly string[] {
  return entriesOf(folder)
    .filter((each) => processorDrivers.test(textIn(join(folder, each, nameFile)) ?? ''))
    .map((each) => join(folder, each, input))
    .filter((each) => numberIn(each) !== null)
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function textIn(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}

function numberIn(file: string): number | null {
  const text = textIn(file)
  const value = text === undefined || text === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? value : null
}
