import { setImmediate } from 'node:timers/promises'
import type { LogLine } from '../../platform/telemetry/log-tail.ts'
import type { Finding } from '../findings/finding.ts'
import { textOfLine } from '../log/log-query.ts'
import type { Figures } from '../sampling/figures.ts'
import { Redactor } from './redact.ts'

/** Lines that are read in one go. */
const linesAtOnce = 100

/** A line of the log without what must not be in it. */
function cleanLine(line: LogLine, redactor: Redactor): string {
  const message = redactor.text(line.message)
  let fields: string
  try {
    fields = line.fields === '' ? '' : JSON.stringify(redactor.redact(JSON.parse(line.fields)))
  } catch {
    // It was cut off.
    fields = redactor.text(line.fields)
  }
  return textOfLine({ ...line, message, fields })
}

/** What `streams doctor` found. */
export interface DoctorLine {
  readonly name: string
  readonly state: string
  readonly detail: string
  readonly remedy?: string
}

export interface ReportParts {
  readonly madeAt: Date
  /** Versions of the program, of Node and of the system. */
  readonly versions: Readonly<Record<string, unknown>>
  readonly doctor: readonly DoctorLine[]
  readonly findings: readonly Finding[]
  readonly figures: Figures
  readonly log: readonly LogLine[]
  /** The open collection without what was written in it. */
  readonly document: unknown
  /** Texts that must not be in it. */
  readonly privateTexts: readonly string[]
}

/** One file for support: what the host is on, what is wrong, what was measured and logged. No secrets, no URLs, no IP addresses. */
export async function writeReport({ madeAt, privateTexts, log, ...parts }: ReportParts): Promise<string> {
  const redactor = new Redactor(privateTexts)
  const report = { report: 'ami-streams/health', version: 1, madeAt: madeAt.toISOString(), ...parts }
  const clean = redactor.redact(report) as object
  const lines: string[] = []
  for (const [index, line] of log.entries()) {
    // Streams go on meanwhile.
    if (index % linesAtOnce === 0) await setImmediate()
    lines.push(cleanLine(line, redactor))
  }
  return JSON.stringify({ ...clean, log: lines }, undefined, 1)
}
