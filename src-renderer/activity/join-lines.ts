import type { AuditLine } from '../client/types.ts'

/** Lines that came by event before those that were read, each once, only those that fit the filter; newest first. */
export function joinLines(arrived: readonly AuditLine[], read: readonly AuditLine[], kind: string, stream: string): readonly AuditLine[] {
  const seen = new Set<number>()
  const lines: AuditLine[] = []
  const take = (line: AuditLine) => {
    if (seen.has(line.id)) return
    seen.add(line.id)
    lines.push(line)
  }
  for (const line of arrived)
    if ((!kind || line.kind === kind) && (!stream || line.streamName === stream || line.streamId === stream)) take(line)
  for (const line of read) take(line)
  return lines.sort((a, b) => b.time.localeCompare(a.time))
}
