import { type RateHistory, withoutRates, withRates } from './rate-history.ts'
import type { ChosenSettings, MacroRun, OutputReport, ProgramState, SourceReport, Statistics } from './types.ts'

/** What runs of the open show, as the host reports it beside the document. */
export interface Reports {
  readonly program: ProgramState | null
  /** By id of the source. */
  readonly sourceReports: Readonly<Record<string, SourceReport>>
  /** By id of the output. */
  readonly outputReports: Readonly<Record<string, OutputReport>>
  /** Bitrates of the outputs that run, by their ids. */
  readonly outputRates: RateHistory
  /** Why a filter is left out, by its id. */
  readonly filterProblems: Readonly<Record<string, string>>
  /** What filters that follow the light have chosen, by their ids. */
  readonly filterChoices: Readonly<Record<string, ChosenSettings>>
  readonly statistics: Statistics | null
  /** The newest run of each macro since the page was opened, by id of the macro. */
  readonly macroRuns: Readonly<Record<string, MacroRun>>
}

export const noReports: Reports = {
  program: null,
  sourceReports: {},
  outputReports: {},
  outputRates: {},
  filterProblems: {},
  filterChoices: {},
  statistics: null,
  macroRuns: {},
}

/** What an event of the studio changes of them; the same ones for events of other topics, which nobody is notified of. */
export function reported(reports: Reports, topic: string, data: unknown): Partial<Reports> {
  const { sourceReports, outputReports, outputRates, macroRuns } = reports
  switch (topic) {
    case 'studio.program':
      return { program: data as ProgramState }
    case 'studio.source': {
      const { id, report } = data as { readonly id: string; readonly report: SourceReport }
      return { sourceReports: { ...sourceReports, [id]: report } }
    }
    case 'studio.filter':
      return withFilterProblems(reports, [data as FilterProblem])
    case 'studio.filter_chose':
      return withFilterChoices(reports, [data as FilterChoice])
    case 'studio.output.updated': {
      const report = data as OutputReport
      return {
        outputReports: { ...outputReports, [report.id]: report },
        outputRates: report.state === 'off' || report.state === 'failed' ? withoutRates(outputRates, report.id) : outputRates,
      }
    }
    case 'studio.output.removed': {
      const { [(data as { readonly id: string }).id]: _gone, ...rest } = outputReports
      return { outputReports: rest }
    }
    case 'studio.output.statistics': {
      const next = { ...outputReports }
      const { items } = data as { readonly items: readonly Pick<OutputReport, 'id' | 'statistics'>[] }
      const known = items.filter(({ id }) => next[id] !== undefined)
      for (const { id, statistics } of known) next[id] = { ...(next[id] as OutputReport), statistics }
      return { outputReports: next, outputRates: withRates(outputRates, known) }
    }
    case 'studio.macro': {
      const run = data as MacroRun
      return { macroRuns: { ...macroRuns, [run.macro]: run } }
    }
    case 'studio.statistics':
      return { statistics: data as Statistics }
    default:
      return reports
  }
}

export interface FilterProblem {
  readonly id: string
  /** Null where the filter works. */
  readonly problem: string | null
}

export function withFilterProblems({ filterProblems }: Reports, items: readonly FilterProblem[]): Pick<Reports, 'filterProblems'> {
  const next: Record<string, string> = { ...filterProblems }
  for (const { id, problem } of items) {
    if (problem === null) delete next[id]
    else next[id] = problem
  }
  return { filterProblems: next }
}

export interface FilterChoice {
  readonly id: string
  /** Null where it follows nothing, or has chosen nothing yet. */
  readonly chosen: ChosenSettings | null
}

export function withFilterChoices({ filterChoices }: Reports, items: readonly FilterChoice[]): Pick<Reports, 'filterChoices'> {
  const next: Record<string, ChosenSettings> = { ...filterChoices }
  for (const { id, chosen } of items) {
    if (chosen === null) delete next[id]
    else next[id] = chosen
  }
  return { filterChoices: next }
}
