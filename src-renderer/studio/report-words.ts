import { t } from './messages.ts'
import type { SourceReport } from './types.ts'

/** How a source is, in a sentence. */
export function reportWords(report: SourceReport | undefined): string {
  if (report === undefined) return t.report.unknown
  const state = t.report[report.state]
  return report.problem === undefined || report.problem === '' ? state : `${state}: ${report.problem}`
}

/** Whether somebody must look after the source. */
export const needsCare = (report: SourceReport | undefined): boolean =>
  report !== undefined && (report.state === 'failed' || report.state === 'waiting' || (report.problem ?? '') !== '')
