import type { OutputReport, StudioOutputs } from '../../control/outputs/studio-outputs.ts'

/** The outputs that OBS has one of each: the first of the collection that is of their kinds. */
export const outputRoles = {
  stream: ['rtmp', 'srt', 'whip', 'host'],
  record: ['recording'],
  replay: ['replay'],
  camera: ['virtual-camera'],
} as const
export type OutputRole = keyof typeof outputRoles

export function outputOf(outputs: Pick<StudioOutputs, 'list'>, role: OutputRole): OutputReport | undefined {
  return outputs.list().find(({ kind }) => (outputRoles[role] as readonly string[]).includes(kind))
}

export function isActive({ state }: Pick<OutputReport, 'state'>): boolean {
  return state !== 'off' && state !== 'failed'
}

const figure = ({ statistics }: OutputReport, name: string): number => {
  const value = statistics[name]
  return typeof value === 'number' ? value : 0
}

/** How long it runs, ms; of a recording without its pauses. */
function durationOf(report: OutputReport): number {
  if (!isActive(report)) return 0
  const recorded = report.statistics.durationMs
  if (typeof recorded === 'number') return recorded
  return report.startedAt === null ? 0 : Math.max(0, Date.now() - Date.parse(report.startedAt))
}

/** HH:MM:SS.mmm */
export function timecode(ms: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}.${String(Math.floor(ms % 1000)).padStart(3, '0')}`
}

/** State of an output as `GetOutputStatus` and `GetStreamStatus` have it. */
export function outputStatus(report: OutputReport | undefined) {
  const active = report !== undefined && isActive(report)
  const duration = active ? durationOf(report) : 0
  return {
    outputActive: active,
    outputReconnecting: report?.state === 'retrying',
    outputTimecode: timecode(duration),
    outputDuration: duration,
    outputCongestion: 0,
    outputBytes: active ? figure(report, 'bytes') : 0,
    outputSkippedFrames: active ? figure(report, 'droppedFrames') : 0,
    outputTotalFrames: active ? figure(report, 'frames') : 0,
  }
}

export function recordStatus(report: OutputReport | undefined) {
  const { outputActive, outputTimecode, outputDuration, outputBytes } = outputStatus(report)
  return { outputActive, outputPaused: report?.state === 'paused', outputTimecode, outputDuration, outputBytes }
}

/** The file that a recording writes, or null. */
export function fileOf(report: OutputReport | undefined): string | null {
  const file = report?.statistics.file
  return typeof file === 'string' ? file : null
}
