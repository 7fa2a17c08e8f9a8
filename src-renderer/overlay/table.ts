import { type DrawnKind, element, setText } from './drawing.ts'

interface Contents {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

const isNumber = (text: string): boolean => /^[−+-]?[\d.,\s]*\d\s*[%€$£]?$/.test(text)

/** Rows and columns. A cell that changes lights up for a moment. */
export const table: DrawnKind = {
  draw(root) {
    const title = element('ta-title')
    const grid = document.createElement('table')
    root.append(element('ta-panel', title, grid))
    let before: Contents = { columns: [], rows: [] }

    const rowOf = (cells: readonly string[], width: number, index: number, right: readonly boolean[]): HTMLTableRowElement => {
      const row = document.createElement('tr')
      for (let at = 0; at < width; at++) {
        const cell = document.createElement(index < 0 ? 'th' : 'td')
        cell.textContent = cells[at] ?? ''
        if (right[at] === true) cell.className = 'right'
        const old = before.rows[index]?.[at]
        if (index >= 0 && old !== undefined && old !== (cells[at] ?? '')) cell.dataset.changed = ''
        row.append(cell)
      }
      return row
    }
    return {
      show({ settings, state }) {
        setText(title, String(settings.title))
        title.toggleAttribute('hidden', settings.title === '')
        const next: Contents = { columns: state.columns, rows: state.rows.slice(0, Number(settings.maxRows)) }
        if (JSON.stringify(next) === JSON.stringify(before)) return
        const width = Math.max(next.columns.length, ...next.rows.map((row) => row.length), 0)
        const right = Array.from({ length: width }, (_, at) => next.rows.length > 0 && next.rows.every((row) => isNumber(row[at] ?? '')))
        const body = document.createElement('tbody')
        body.append(...next.rows.map((row, index) => rowOf(row, width, index, right)))
        const head = document.createElement('thead')
        if (next.columns.length > 0) head.append(rowOf(next.columns, width, -1, right))
        grid.replaceChildren(head, body)
        root.style.setProperty('--rows', String(next.rows.length + (next.columns.length > 0 ? 1 : 0)))
        before = next
      },
      end: () => undefined,
    }
  },
}
