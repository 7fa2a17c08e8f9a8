import { expect, test } from 'vitest'
import { rangeOf } from './range.ts'

const listed = ['a', 'b', 'c', 'd']

test.each([
  [[], 'b', ['b']],
  [['b'], 'd', ['b', 'c', 'd']],
  [['d'], 'b', ['d', 'c', 'b']],
  [['a', 'c'], 'd', ['a', 'c', 'd']],
  [['of another scene'], 'c', ['of another scene', 'c']],
])('selects from the last of %j to %s', (selected, to, wanted) => {
  expect(rangeOf(listed, selected, to)).toEqual(wanted)
})
