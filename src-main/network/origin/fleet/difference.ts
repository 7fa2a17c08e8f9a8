/** A line of a difference. */
export interface DifferenceLine {
  readonly kind: 'same' | 'added' | 'removed'
  readonly text: string
}

/** Unchanged lines that are shown around what differs. */
const around = 3
/** Texts with more lines are compared as a whole. */
const maxLines = 3000

/** What differs between two texts, line by line, with some lines around it. */
export function differenceOf(before: string, after: string): readonly DifferenceLine[] {
  const [old, now] = [linesOf(before), linesOf(after)]
  const all = old.length > maxLines || now.length > maxLines ? replaced(old, now) : compared(old, now)
  const isNear = (index: number): boolean => all.slice(Math.max(0, index - around), index + around + 1).some(({ kind }) => kind !== 'same')
  return all.filter((line, index) => line.kind !== 'same' || isNear(index))
}

const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

const replaced = (old: readonly string[], now: readonly string[]): DifferenceLine[] => [
  ...old.map((text) => ({ kind: 'removed' as const, text })),
  ...now.map((text) => ({ kind: 'added' as const, text })),
]

/** By the longest common subsequence of what lies between the first and the last line that differ. */
function compared(old: readonly string[], now: readonly string[]): DifferenceLine[] {
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start++
  let end = 0
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end++
  const [a, b] = [old.slice(start, old.length - end), now.slice(start, now.length - end)]
  const width = b.length + 1
  const lengths = new Uint16Array((a.length + 1) * width)
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0
  for (let row = a.length - 1; row >= 0; row--)
    for (let column = b.length - 1; column >= 0; column--)
      lengths[row * width + column] =
        a[row] === b[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1))
  const lines: DifferenceLine[] = old.slice(0, start).map((text) => ({ kind: 'same', text }))
  for (let row = 0, column = 0; row < a.length || column < b.length; ) {
    if (row < a.length && column < b.length && a[row] === b[column]) {
      lines.push({ kind: 'same', text: a[row] ?? '' })
      row++
      column++
    } else if (row < a.length && (column >= b.length || at(row + 1, column) >= at(row, column + 1)))
      lines.push({ kind: 'removed', text: a[row++] ?? '' })
    else lines.push({ kind: 'added', text: b[column++] ?? '' })
  }
  return [...lines, ...old.slice(old.length - end).map((text) => ({ kind: 'same' as const, text }))]
}
