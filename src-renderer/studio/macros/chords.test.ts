import { expect, test } from 'vitest'
import { chordOf, type KeyPress, sameKeys } from './chords.ts'

const press = (key: string, code: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code,
  ctrlKey: false,
  altKey: false,
  shiftKey: false,
  metaKey: false,
  ...held,
})

test.each([
  [press('F9', 'F9'), 'F9'],
  [press('a', 'KeyA'), 'A'],
  // A French keyboard.
  [press('a', 'KeyQ'), 'A'],
  [press('!', 'Digit1', { ctrlKey: true, shiftKey: true }), 'Ctrl+Shift+1'],
  [press('ArrowUp', 'ArrowUp', { altKey: true }), 'Alt+ArrowUp'],
  [press('1', 'Numpad1', { metaKey: true }), 'Meta+Numpad1'],
  [press('+', 'BracketRight'), 'BracketRight'],
  [press(' ', 'Space'), 'Space'],
])('names keys that are pressed together: %#', (keys, chord) => {
  expect(chordOf(keys)).toBe(chord)
})

test.each(['Control', 'Shift', 'Alt', 'AltGraph', 'Meta', 'Dead'])('names nothing while only %s is pressed', (key) => {
  expect(chordOf(press(key, ''))).toBeUndefined()
})

test('knows the same keys in another order, case and name', () => {
  expect(sameKeys('Ctrl+Shift+1', 'shift + control + 1')).toBe(true)
  expect(sameKeys('Cmd+K', 'Meta+k')).toBe(true)
  expect(sameKeys('Ctrl+1', 'Ctrl+Shift+1')).toBe(false)
})
