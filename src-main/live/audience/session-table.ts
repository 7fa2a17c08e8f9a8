import type { ViewerSession } from '../schemas.ts'

/** A session in an export: one that watches now has not ended. */
export type ExportedSession = ViewerSession & { readonly endedAt: string | null }

const columns = [
  'id',
  'protocol',
  'startedAt',
  'endedAt',
  'watchedMs',
  'quality',
  'rendition',
  'switches',
  'stalls',
  'stallMs',
  'startupMs',
  'latencyMs',
  'bytes',
  'averageKbps',
  'bitrateKbps',
  'throughputKbps',
  'droppedFrames',
  'errors',
  'lastError',
  'player',
  'userAgent',
  'remoteAddress',
  'reportedBy',
] as const satisfies readonly (keyof ExportedSession)[]

/** Sessions as CSV (RFC 4180) with a head line; what is not known is empty. */
export function sessionTable(sessions: readonly ExportedSession[]): string {
  const lines: string[] = [columns.join(',')]
  for (const session of sessions) lines.push(columns.map((column) => field(session[column])).join(','))
  return `${lines.join('\r\n')}\r\n`
}

/** Texts from the network must not become formulae of a spreadsheet: an apostrophe before them keeps them texts. */
function field(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
