import { expect, test, vi } from 'vitest'
import { carryOut, entryOfKey } from './entry-keys.ts'

const say = vi.fn()

const press = (key: string, more: object = {}) => ({ key, ctrlKey: true, metaKey: false, shiftKey: false, altKey: false, ...more })

test('an entry is carried out by its keys; where it is disabled they change nothing, and do not reach the browser, which would reload the page', () => {
  const act = vi.fn()
  const groups = (disabled: boolean) => [[{ label: 'Reset', act, disabled, keys: 'Ctrl+R' }]]
  expect([carryOut(entryOfKey(press('r'), groups(true)), say), act.mock.calls.length]).toEqual([true, 0])
  expect([carryOut(entryOfKey(press('R', { ctrlKey: false, metaKey: true }), groups(false)), say), act.mock.calls.length]).toEqual([
    true,
    1,
  ])
  expect(carryOut(entryOfKey(press('p'), groups(false)), say)).toBe(false)
  expect(carryOut(entryOfKey(press('r', { altKey: true }), groups(false)), say)).toBe(false)
})

test('keys of a disabled entry say why it is disabled', () => {
  const entry = { label: 'Group', act: vi.fn(), why: 'Locked items cannot be grouped.' }
  carryOut(entry, say)
  expect(say).not.toHaveBeenCalled()
  carryOut({ ...entry, disabled: true }, say)
  expect(say.mock.calls).toEqual([[entry.why]])
  expect(entry.act).toHaveBeenCalledTimes(1)
})
