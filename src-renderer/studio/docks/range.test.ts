import { expect, test } from 'vitest'
import type { PlacedItem } from '../places.ts'
import { rangeOf, selectableOf } from './range.ts'

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

test('all that is listed is selected: nothing that is locked, and a group for its items, but an item alone where its group is not listed', () => {
  const placed = (at: string, locked = false) => ({ item: { id: at, locked }, at }) as unknown as PlacedItem
  expect(selectableOf([placed('a'), placed('b', true), placed('group'), placed('group/c')])).toEqual(['a', 'group'])
  expect(selectableOf([placed('group', true), placed('group/c')])).toEqual([])
  expect(selectableOf([placed('group/c')])).toEqual(['group/c'])
})
