import { expect, test, vi } from 'vitest'
import { carryOut, entryOfKey } from './entry-keys.ts'

const press = (key: string, more: object = {}) => ({ key, ctrlKey: true, metaKey: false, shiftKey: false, altKey: false, ...more })

test('an entry is carried out by its keys; where it is disabled they change nothing, and do not reach the browser, which would reload the page', () => {
  const act = vi.fn()
  const groups = (disabled: boolean) => [[{ label: 'Reset', act, disabled, keys: 'Ctrl+R' }]]
  expect([carryOut(entryOfKey(press('r'), groups(true))), act.mock.calls.length]).toEqual([true, 0])
  expect([carryOut(entryOfKey(press('R', { ctrlKey: false, metaKey: true }), groups(false))), act.mock.calls.length]).toEqual([true, 1])
  expect(carryOut(entryOfKey(press('p'), groups(false)))).toBe(false)
  expect(carryOut(entryOfKey(press('r', { altKey: true }), groups(false)))).toBe(false)
})
