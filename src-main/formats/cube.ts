import { type Fault, fault } from './fault.ts'

/** A three-dimensional colour table: for each red, green and blue (red fastest) what becomes of it. */
export interface ColorTable {
  /** Steps of each colour. */
  readonly size: number
  /** `size`³ times red, green, blue; 0 to 1 (and beyond, where the table says so). */
  readonly values: Float32Array
}

const largest = 65
/** Lines beside those of the table, for a title, the size and comments: this is read in the process that is on air. */
const maxOtherLines = 10_000

/** Reads a colour table in the Cube format (Adobe, 1.0). The fault's offset is the number of the line. */
export function readCube(text: string): ColorTable | Fault {
  let size = 0
  let values: Float32Array | undefined
  let filled = 0
  const low = [0, 0, 0]
  const high = [1, 1, 1]
  let number = 0
  for (let from = 0; from <= text.length; ) {
    const end = text.indexOf('\n', from)
    const line = text.slice(from, end < 0 ? undefined : end).trim()
    from = end < 0 ? text.length + 1 : end + 1
    number++
    if (number > largest ** 3 + maxOtherLines) return fault('more lines than a table has', number)
    if (line === '' || line.startsWith('#') || line.startsWith('TITLE')) continue
    const words = line.split(/\s+/)
    const [word, ...rest] = words as [string, ...string[]]
    if (word === 'LUT_1D_SIZE') return fault('one-dimensional tables are not read, only LUT_3D_SIZE', number)
    if (word === 'LUT_3D_SIZE') {
      size = Number(rest[0])
      if (!Number.isInteger(size) || size < 2 || size > largest) return fault(`LUT_3D_SIZE must be 2 to ${largest}`, number)
      values = new Float32Array(size ** 3 * 3)
    } else if (word === 'DOMAIN_MIN' || word === 'DOMAIN_MAX') {
      const into = word === 'DOMAIN_MIN' ? low : high
      for (const axis of [0, 1, 2]) into[axis] = Number(rest[axis])
      if (into.some((each) => !Number.isFinite(each))) return fault(`${word} needs three numbers`, number)
    } else {
      if (values === undefined) return fault('LUT_3D_SIZE must come before the values', number)
      if (filled + 3 > values.length) return fault(`more than ${size}³ values`, number)
      for (const axis of [0, 1, 2]) {
        const value = Number(words[axis])
        if (words.length !== 3 || !Number.isFinite(value)) return fault('a line of the table needs three numbers', number)
        values[filled++] = value
      }
    }
  }
  if (values === undefined) return fault('there is no LUT_3D_SIZE', number)
  if (filled < values.length) return fault(`${filled / 3} of ${size ** 3} values`, number)
  if (low.some((each) => each !== 0) || high.some((each) => each !== 1)) return fault('domains other than 0 to 1 are not read', 1)
  return { size, values }
}
