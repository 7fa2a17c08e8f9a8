import type { Answer, Body } from '../../../src-main/api/typed-api.ts'

export type WholeFunction = Answer<'GET', '/network/functions/*'>
export type Deploy = Body<'PUT', '/network/functions/*'>
export type TryRequest = Body<'POST', '/network/functions/try'>['request']

/** A function as it is being edited: lists are lines of text. */
export interface FunctionDraft {
  readonly name: string
  readonly main: string
  readonly files: Readonly<Record<string, string>>
  readonly routes: string
  readonly fetchHosts: string
  readonly variables: string
}

const sample = `export default {
  async fetch(request: Request): Promise<Response> {
    const answer = await fetch(request)
    answer.headers.set('x-greeting', 'hello')
    return answer
  },
}
`

/** What a new function starts as. */
export const emptyDraft: FunctionDraft = {
  name: '',
  main: 'main.ts',
  files: { 'main.ts': sample },
  routes: '',
  fetchHosts: '',
  variables: '',
}

/** The version that nodes have. */
export function draftOf({ name, main, files, routes, fetchHosts, variables }: WholeFunction): FunctionDraft {
  const pairs = Object.entries(variables).map(([key, value]) => `${key}=${value}`)
  return { name, main, files, routes: routes.join('\n'), fetchHosts: fetchHosts.join('\n'), variables: pairs.join('\n') }
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** `NAME=VALUE` or `NAME: VALUE`, one a line. */
export function pairsOf(text: string, between: '=' | ':'): Record<string, string> {
  return Object.fromEntries(
    linesOf(text).map((line) => {
      const at = line.indexOf(between)
      return at < 0 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
    }),
  )
}

/** What is tried, and with routes deployed. */
export function filesOf({ main, files, fetchHosts, variables }: FunctionDraft): Omit<Deploy, 'routes'> {
  return { main, files: { ...files }, fetchHosts: linesOf(fetchHosts), variables: pairsOf(variables, '=') }
}

/** What is deployed. */
export function deployOf(draft: FunctionDraft): Deploy {
  return { ...filesOf(draft), routes: linesOf(draft.routes) }
}

/** A mistake in a file; line and column from 1, 0 where they are not known. */
export interface FileFault {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly message: string
}

/** The mistake that a rejection names as `FILE:LINE:COLUMN: MESSAGE`; undefined where it names none. */
export function faultIn(message: string): FileFault | undefined {
  const [, file, line, column, text] = /^([\w./-]+\.(?:ts|m?js|wasm)):(\d+):(\d+): (.*)$/s.exec(message) ?? []
  return file === undefined ? undefined : { file, line: Number(line), column: Number(column), message: text ?? '' }
}

/** Where a line starts and ends in a text. */
export function rangeOfLine(text: string, line: number): readonly [start: number, end: number] {
  const lines = text.split('\n')
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0)
  return [start, start + (lines[line - 1]?.length ?? 0)]
}
