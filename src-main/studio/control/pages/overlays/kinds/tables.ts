import { Type } from 'typebox'
import { isRecord } from '../../../../../platform/routes/schema-faults.ts'
import { choice, DataFault, dataSource, defineKind, exactly, numberIn, theme } from './overlay-kind.ts'

const maxColumns = 12
const maxRows = 100
const maxPoints = 200
const cellChars = 200

const Cell = Type.Union([Type.String({ maxLength: cellChars }), Type.Number(), Type.Boolean(), Type.Null()])
const Row = Type.Union([Type.Array(Cell, { maxItems: maxColumns }), Type.Record(Type.String({ maxLength: 60 }), Cell)])
const Point = Type.Union([
  Type.Number(),
  Type.Object({ label: Type.Optional(Type.String({ maxLength: 60 })), value: Type.Number() }, exactly),
])

type CellValue = string | number | boolean | null
type RowValue = readonly CellValue[] | Readonly<Record<string, CellValue>>
type PointValue = number | { readonly label?: string; readonly value: number }

interface Table {
  /** Empty: the table has no head. */
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

const textOf = (cell: unknown): string =>
  (cell === null || cell === undefined ? '' : typeof cell === 'object' ? JSON.stringify(cell) : String(cell)).slice(0, cellChars)

/** Rows as they are drawn. Objects are put below columns by their names, in the order in which the names come. */
function tableOf(columns: readonly string[] | undefined, rows: readonly RowValue[], before: readonly string[]): Table {
  const named = rows.filter((row) => !Array.isArray(row))
  const names = columns ?? (named.length > 0 ? [...new Set(named.flatMap((row) => Object.keys(row)))].slice(0, maxColumns) : before)
  return {
    columns: names,
    rows: rows.map((row) =>
      isRecord(row) ? names.map((name) => textOf(Object.hasOwn(row, name) ? row[name] : '')) : (row as CellValue[]).map(textOf),
    ),
  }
}

/** Rows and columns: standings, results, prices. */
export const table = defineKind({
  kind: 'table',
  title: 'Table',
  width: 800,
  height: 520,
  settings: Type.Object(
    {
      ...theme,
      title: Type.String({ maxLength: 80, default: '', description: 'Above the table' }),
      maxRows: Type.Integer({ minimum: 1, maximum: 50, default: 8, description: 'Rows that are shown' }),
      ...dataSource,
    },
    exactly,
  ),
  post: Type.Object(
    {
      columns: Type.Optional(
        Type.Array(Type.String({ maxLength: 60 }), {
          maxItems: maxColumns,
          description: 'names in the head; without them those of the rows',
        }),
      ),
      rows: Type.Array(Row, { maxItems: maxRows, description: 'each a list of cells, or an object with a property for each column' }),
    },
    exactly,
  ),
  example: {
    columns: ['Team', 'Points'],
    rows: [
      ['Falcons', 12],
      ['Otters', 9],
    ],
  },
  first: { columns: [], rows: [] } as Table,
  apply: (state, { columns, rows }) => tableOf(columns, rows as readonly RowValue[], state.columns),
  asPost: ({ columns, rows }) => ({ columns: [...columns], rows: rows.map((row) => [...row]) }),
  read(value) {
    const rows = Array.isArray(value) ? value : isRecord(value) ? Object.entries(value) : undefined
    if (rows === undefined) throw new DataFault('The data is neither a list nor an object: choose one with `path`')
    const read = rows.slice(0, maxRows).map((row): RowValue => {
      if (Array.isArray(row)) return row.slice(0, maxColumns).map(textOf)
      if (!isRecord(row)) return [textOf(row)]
      return Object.fromEntries(
        Object.entries(row)
          .slice(0, maxColumns)
          .map(([name, cell]) => [name.slice(0, 60), textOf(cell)]),
      )
    })
    // A head of lists is not known: that of posts before them would be wrong.
    return read.some((row) => !Array.isArray(row)) ? { rows: read as never } : { columns: [], rows: read as never }
  },
})

interface Chart {
  readonly points: readonly { readonly label: string; readonly value: number }[]
}

const pointOf = (point: PointValue) =>
  typeof point === 'number' ? { label: '', value: point } : { label: point.label ?? '', value: point.value }

/** A point in data: a number, or an object with a number and, if it has one, a text. */
function readPoint(entry: unknown, label = ''): PointValue {
  const plain = numberIn(entry)
  if (plain !== undefined) return { label, value: plain }
  const cells = Array.isArray(entry) ? entry : isRecord(entry) ? Object.values(entry) : []
  const at =
    isRecord(entry) && Object.hasOwn(entry, 'value') ? cells.indexOf(entry.value) : cells.findIndex((cell) => typeof cell === 'number')
  // CSV has texts alone: the last one that is a number is the value, the first one the label.
  const index = at >= 0 ? at : cells.findLastIndex((cell) => numberIn(cell) !== undefined)
  const value = numberIn(cells[index])
  if (value === undefined) throw new DataFault('An entry of the data has no number')
  const text = cells.find((cell, place) => place !== index && (typeof cell === 'string' || typeof cell === 'number'))
  return { label: text === undefined ? label : String(text).slice(0, 60), value }
}

/** A line, an area or bars. */
export const chart = defineKind({
  kind: 'chart',
  title: 'Chart',
  width: 800,
  height: 450,
  settings: Type.Object(
    {
      ...theme,
      title: Type.String({ maxLength: 80, default: '', description: 'Above the chart' }),
      type: choice(['line', 'area', 'bar'], 'area', 'How points are drawn'),
      suffix: Type.String({ maxLength: 12, default: '', description: 'Behind the numbers' }),
      fromZero: Type.Boolean({ default: true, description: 'The scale starts at 0; otherwise at the smallest value' }),
      maxPoints: Type.Integer({ minimum: 2, maximum: maxPoints, default: 60, description: 'Points that are shown: the newest' }),
      ...dataSource,
    },
    exactly,
  ),
  post: Type.Object(
    {
      points: Type.Optional(Type.Array(Point, { maxItems: maxPoints, description: 'all points, in place of what there is' })),
      add: Type.Optional(Type.Array(Point, { maxItems: maxPoints, description: 'points behind those that there are' })),
    },
    exactly,
  ),
  example: {
    points: [
      { label: 'Mon', value: 12 },
      { label: 'Tue', value: 18 },
      { label: 'Wed', value: 9 },
    ],
  },
  first: { points: [] } as Chart,
  apply: (state, { points, add = [] }) => ({
    points: [...(points?.map(pointOf) ?? state.points), ...add.map(pointOf)].slice(-maxPoints),
  }),
  asPost: ({ points }) => ({ points: points.map((point) => ({ ...point })) }),
  read(value) {
    const single = numberIn(value)
    // One number after the other makes a history.
    if (single !== undefined) return { add: [single] }
    if (Array.isArray(value)) return { points: value.slice(-maxPoints).map((entry) => readPoint(entry)) }
    if (!isRecord(value)) throw new DataFault('The data is neither a number nor a list: choose one with `path`')
    return {
      points: Object.entries(value)
        .slice(-maxPoints)
        .map(([name, entry]) => readPoint(entry, name.slice(0, 60))),
    }
  },
})
