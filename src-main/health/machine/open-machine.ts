import { LinuxMachine } from './linux/linux-machine.ts'
import type { MachineReader } from './machine-reader.ts'
import { PortableMachine } from './portable-machine.ts'

/** The reader for this system. `everyMs`: how often it will be read. */
export function openMachine(everyMs: number): MachineReader {
  return process.platform === 'linux' ? new LinuxMachine(everyMs) : new PortableMachine()
}
