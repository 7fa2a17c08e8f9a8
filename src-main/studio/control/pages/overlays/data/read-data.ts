import { DataFault } from '../kinds/overlay-kind.ts'

export type DataFormat = 'auto' | 'json' | 'csv'

/** Rows of CSV that are read: more are cut off. */
const maxRows = 2000
const maxColumns = 100

/** Reads a text of a data source. Throws DataFault. */
export function readData(text: string, format: DataFormat): unknown {
  const plain = text.replace(/^\uFEFF/, '')
  if (format === 'csv') return readCsv(plain)
  if (format === 'auto' && !/^\s*(?:[[{"\d-]|true|false|null)/.test(plain)) return readCsv(plain)
  try {
    return JSON.parse(plain)
  } catch (error) {
    if (format === 'auto') return readCsv(plain)
    throw new DataFault(`The data is not JSON: ${(error as Error).message}`)
  }
}

/**
 * Rows of CSV (RFC 4180; semicolons and tabs as well) as objects with the names of the first line. Throws DataFault.
 * One value alone is that value.
 */
function readCsv(text: string): unknown {
  const lines = cellsOf(text, separatorOf(text))
  const [head = [], ...rows] = lines
  if (lines.length === 1 && head.length === 1) return head[0]
  if (rows.length === 0) throw new DataFault('The data is neither JSON nor CSV with a line of names and lines of values')
  return rows.map((cells) => Object.fromEntries(head.map((name, at) => [name.trim() || `column ${at + 1}`, cells[at] ?? ''])))
}

function separatorOf(text: string): string {
  const [line = ''] = text.split('\n', 1)
  const counts = [',', ';', '\t'].map((each) => [each, line.split(each).length] as const)
  return counts.reduce((best, each) => (each[1] > best[1] ? each : best))[0]
}

function cellsOf(text: string, separator: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  const endCell = (): void => {
    if (row.length < maxColumns) row.push(cell)
    cell = ''
  }
  const endRow = (): void => {
    endCell()
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
  }
  for (let at = 0; at < text.length && rows.length <= maxRows; at++) {
    const char = text[at] as string
    if (quoted) {
      if (char !== '"') cell += char
      else if (text[at + 1] === '"') {
        cell += '"'
        at++
      } else quoted = false
    } else if (char === '"' && cell === '') quoted = true
    else if (char === separator) endCell()
    else if (char === '\n') endRow()
    else if (char !== '\r') cell += char
  }
  endRow()
  return rows
}

const step = /(?:^|\.)([^.[\]]+)|\[(-?\d{1,9})\]|\["([^"\]]*)"\]/y

/** What a path like `data.items[0].price` leads to. `[-1]` is the last entry; a `$` at the front means all of it. Throws DataFault. */
export function selectIn(data: unknown, path: string): unknown {
  const steps = path.trim().replace(/^\$\.?/, '')
  let value = data
  step.lastIndex = 0
  for (let at = 0; at < steps.length; at = step.lastIndex) {
    step.lastIndex = at
    const found = step.exec(steps)
    if (found === null) throw new DataFault(`"${path}" is not a path: write it like data.items[0].price`)
    const [, plain, index, quotedName] = found
    const name = plain ?? quotedName
    if (name !== undefined && typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name)) {
      value = (value as Readonly<Record<string, unknown>>)[name]
    } else if (index !== undefined && Array.isArray(value) && value.at(Number(index)) !== undefined) value = value.at(Number(index))
    else throw new DataFault(`The data has no "${steps.slice(0, step.lastIndex)}"`)
  }
  return value
}
