/** The mappings of a source map (version 3): https://tc39.es/ecma426/#sec-mappings-grammar */
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** @param {string} segment @returns {number[]} the differences that it states */
function read(segment) {
  const numbers = []
  let value = 0
  let shift = 0
  for (const digit of segment) {
    const bits = digits.indexOf(digit)
    value |= (bits & 31) << shift
    shift += 5
    if (bits & 32) continue
    numbers.push(value & 1 ? -(value >> 1) : value >> 1)
    value = 0
    shift = 0
  }
  return numbers
}

/** @param {number} number */
function write(number) {
  let rest = number < 0 ? (-number << 1) | 1 : number << 1
  let text = ''
  do {
    text += digits[(rest & 31) | (rest > 31 ? 32 : 0)]
    rest >>= 5
  } while (rest > 0)
  return text
}

/**
 * Keeps of each line where it comes from, not where each of its words does: a stack trace names the same line of the same file, and takes a
 * tenth of the memory to do so.
 * @param {string} mappings
 */
export function lineMappings(mappings) {
  const at = [0, 0, 0]
  let reported = [0, 0, 0]
  const lines = mappings.split(';').map((line) => {
    let first
    for (const segment of line.split(',')) {
      const [, ...moves] = read(segment)
      if (moves.length < 3) continue
      for (const place of at.keys()) at[place] += moves[place]
      first ??= [...at]
    }
    if (first === undefined) return ''
    const moves = first.map((value, place) => value - reported[place])
    reported = first
    return [0, ...moves].map(write).join('')
  })
  return lines.join(';')
}
