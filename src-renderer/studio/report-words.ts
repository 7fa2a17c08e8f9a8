import { t as described } from '../messages/described.ts'
import { t } from './messages.ts'
import type { SourceReport } from './types.ts'

/** How a source is, in a sentence. */
export function reportWords(report: SourceReport | undefined): string {
  if (report === undefined) return t.report.unknown
  const state = t.report[report.state]
  const problem = problemWords(report)
  return problem === '' ? state : `${state}: ${problem}`
}

/** What is wrong with the source; empty where nothing is. */
export const problemWords = (report: SourceReport | undefined): string =>
  report?.problem === undefined ? '' : described.problem(report.problem)

/** Whether somebody must look after the source. */
export const needsCare = (report: SourceReport | undefined): boolean =>
  report !== undefined && (report.state === 'failed' || report.state === 'waiting' || (report.problem ?? '') !== '')
