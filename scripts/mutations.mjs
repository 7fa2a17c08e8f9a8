/** The changes that `npm run mutate` makes to a source, each of which its tests should notice. */
import { parseSync } from 'rolldown/utils'

const operators = new Map([
  ['<', '<='],
  ['<=', '<'],
  ['>', '>='],
  ['>=', '>'],
  ['===', '!=='],
  ['!==', '==='],
  ['&&', '||'],
  ['||', '&&'],
])
/** Position of a condition. */
const conditional = new Set(['IfStatement', 'ConditionalExpression', 'WhileStatement'])
const removable = new Set(['CallExpression', 'AssignmentExpression', 'UpdateExpression'])
const shown = 60

/** A short form of code for one line of output. */
const brief = (code) => {
  const line = code.replace(/\s+/g, ' ')
  return line.length > shown ? `${line.slice(0, shown)}…` : line
}

/**
 * All changes of a source, in the order of the text.
 * @returns what to put in the place of `start` to `end`, the line (from 1), and the change in words
 * @throws where the source cannot be parsed
 */
export function mutationsOf(file, source) {
  const { program, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`)
  const found = []
  const add = (start, end, text, what) => found.push({ start, end, text, what, line: source.slice(0, start).split('\n').length })

  const visit = (node) => {
    if (Array.isArray(node)) return node.forEach(visit)
    if (node === null || typeof node !== 'object' || typeof node.type !== 'string') return
    // Types change nothing that runs.
    if (node.type.startsWith('TS') && !node.expression) return
    const { start, end } = node
    const code = source.slice(start, end)
    const other = operators.get(node.operator)
    if (other !== undefined && (node.type === 'BinaryExpression' || node.type === 'LogicalExpression')) {
      // Between both operands there is nothing but the operator, blanks and brackets.
      const at = source.indexOf(node.operator, node.left.end)
      add(at, at + node.operator.length, other, `${brief(code)}  ${node.operator} becomes ${other}`)
    }
    if (node.type === 'Literal' && typeof node.value === 'number' && Number.isSafeInteger(node.value)) {
      add(start, end, String(node.value + 1), `${code} becomes ${node.value + 1}`)
    }
    if (conditional.has(node.type)) {
      const { test } = node
      add(test.start, test.end, `!(${source.slice(test.start, test.end)})`, `not (${brief(source.slice(test.start, test.end))})`)
    }
    if (node.type === 'ExpressionStatement' && removable.has(node.expression.type)) add(start, end, ';', `without ${brief(code)}`)
    for (const value of Object.values(node)) visit(value)
  }
  visit(program.body)
  return found.sort((one, two) => one.start - two.start)
}

/** Numbers in [0, 1) that follow from a seed (mulberry32). */
function randomFrom(seed) {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * Chooses changes by a seed: any line that can be changed is as likely as another, and no line comes twice.
 * @param sources each file with its changes
 */
export function chooseMutations(sources, count, seed) {
  const random = randomFrom(seed)
  const lines = sources.flatMap(({ file, mutations }) =>
    [...Map.groupBy(mutations, ({ line }) => line).values()].map((mutations) => ({ file, mutations })),
  )
  const chosen = []
  while (chosen.length < count && lines.length > 0) {
    const [{ file, mutations }] = lines.splice(Math.floor(random() * lines.length), 1)
    chosen.push({ file, mutation: mutations[Math.floor(random() * mutations.length)] })
  }
  return chosen
}
