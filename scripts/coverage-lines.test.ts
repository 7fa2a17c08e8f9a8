import { expect, it } from 'vitest'
// @ts-expect-error Build scripts are JavaScript without declarations.
import { codeLines, coveredLines } from './coverage-lines.mjs'

const source = `/** A comment
 * of two lines. */
interface Shape {
  readonly size: number
}
// Another one.
export function grow(shape: Shape): number {
  if (shape.size > 3) {
    return 0
  }
  return shape.size + 1
}
`

it('counts lines of code alone: no types, comments and closing brackets', () => {
  expect(codeLines(source)).toEqual([6, 7, 8, 10])
})

it('counts a line as run where the innermost range around its start ran in any process', () => {
  const range = (from: string, to: string, count: number) => ({
    startOffset: source.indexOf(from),
    endOffset: source.indexOf(to) + to.length,
    count,
  })
  const whole = { ranges: [{ startOffset: 0, endOffset: source.length, count: 1 }] }
  const small = [whole, { ranges: [range('function', '+ 1\n}', 5), range('{\n    return 0', '0\n  }', 0)] }]
  const large = [whole, { ranges: [range('function', '+ 1\n}', 2), range('return shape', '+ 1', 0)] }]
  expect([...coveredLines(source, codeLines(source), [small])]).toEqual([6, 7, 10])
  expect([...coveredLines(source, codeLines(source), [large])]).toEqual([6, 7, 8])
  expect([...coveredLines(source, codeLines(source), [small, large])].toSorted((a, b) => a - b)).toEqual([6, 7, 8, 10])
  expect([...coveredLines(source, codeLines(source), [])]).toEqual([])
})
