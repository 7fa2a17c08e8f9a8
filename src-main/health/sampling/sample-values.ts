import type { LiveFacts, StudioFacts } from '../../media/part-facts.ts'
import type { MachineReading } from '../machine/machine-reader.ts'

/** Outputs, streams and browser sources that have a line of their own: with more of them a graph cannot be read. */
const maxLines = 12

/** A moment's figures under their names. Counters of the studio become rates by the reading before. */
export function sampleValues(
  machine: MachineReading,
  studio: StudioFacts,
  live: LiveFacts,
  before: StudioFacts | undefined,
): Readonly<Record<string, number>> {
  const values: Record<string, number> = {}
  const set = (name: string, value: number | null | undefined, digits = 3): void => {
    if (value === null || value === undefined || !Number.isFinite(value)) return
    values[name] = Math.round(value * 10 ** digits) / 10 ** digits
  }
  const { memoryBytes, processes } = machine
  set('cpu', machine.cpu)
  set('cpu.ours', processes.reduce((sum, { cpu }) => sum + cpu, 0) / machine.cores)
  set('memory', memoryBytes.total - memoryBytes.available, 0)
  set(
    'memory.ours',
    processes.reduce((sum, each) => sum + each.memoryBytes, 0),
    0,
  )
  set('gpu', machine.gpu)
  set('temperature', machine.temperature, 1)
  set('disk.read', machine.disk?.read, 0)
  set('disk.written', machine.disk?.written, 0)
  set('network.received', machine.network?.received, 0)
  set('network.sent', machine.network?.sent, 0)
  for (const name of new Set(processes.map((each) => each.name))) {
    const those = processes.filter((each) => each.name === name)
    set(
      `process.cpu:${name}`,
      those.reduce((sum, { cpu }) => sum + cpu, 0),
    )
    set(
      `process.memory:${name}`,
      those.reduce((sum, each) => sum + each.memoryBytes, 0),
      0,
    )
  }
  if (studio.state === 'running') {
    set('frames', studio.framesPerSecond, 1)
    set('frames.dropped', before === undefined ? 0 : Math.max(0, studio.dropped - before.dropped), 0)
    set('frames.late', before === undefined ? 0 : Math.max(0, studio.late - before.late), 0)
    set('render', studio.renderMs, 2)
    if (studio.encodings.length > 0) set('encoder', Math.max(...studio.encodings.map(({ lagMs }) => lagMs)), 1)
  }
  const sending = studio.outputs.filter(({ state }) => state === 'live' || state === 'retrying')
  for (const { id, bitrateKbps } of sending.slice(0, maxLines)) set(`bitrate:output/${id}`, bitrateKbps, 0)
  for (const { name, bitrateKbps } of live.streams.slice(0, maxLines)) set(`bitrate:stream/${name}`, bitrateKbps, 0)
  return values
}
