import { expect, test } from 'vitest'
import type { PlacedItem } from '../places.ts'
import { groupObstacle } from './group-obstacle.ts'

const item = (more: object = {}, depth = 0) => ({ item: { id: 'a', source: 'a', locked: false, ...more }, depth }) as unknown as PlacedItem

test.each([
  [[item(), item()], undefined],
  [[item(), item({ group: [] })], 'group'],
  [[item({}, 1), item()], 'member'],
  [[item({ locked: true }), item()], 'locked'],
])('items are grouped all together, or it is known why not: %#', (items, wanted) => {
  expect(groupObstacle(items)).toBe(wanted)
})
