import { expect, test } from 'vitest'
import { daysOfWord, readWhere, wordOfDays, writeWhere } from './rule-fields.ts'

test('reads what it writes of the data of events', () => {
  const where = [
    { field: 'sceneName', is: 'equals', value: 'Game' },
    { field: 'a.b', is: 'not', value: 'x' },
    { field: 'count', is: 'above', value: 3 },
  ] as const
  expect(writeWhere(where)).toBe('sceneName = Game; a.b != x; count > 3')
  expect(readWhere(writeWhere(where))).toEqual(where)
  expect(readWhere('')).toEqual([])
  expect(readWhere('nonsense')).toBeUndefined()
  expect(readWhere('count > many')).toBeUndefined()
})

test('knows days by a word, in any order', () => {
  expect(wordOfDays()).toBe('all')
  expect(wordOfDays([5, 1, 2, 3, 4])).toBe('workdays')
  expect(wordOfDays([2])).toBe('custom')
  expect(daysOfWord('weekend')).toEqual([0, 6])
})
