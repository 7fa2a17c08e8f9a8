import { expect, test } from 'vitest'
import { chordId, isTyped, readChord, sameChord } from './chords.ts'

test('knows the same chord in another order, case and name', () => {
  expect(sameChord('Ctrl+Shift+1', 'shift + control+1')).toBe(true)
  expect(sameChord('Ctrl++', 'ctrl+plus')).toBe(true)
  expect(sameChord('Ctrl+1', 'Ctrl+2')).toBe(false)
  expect(chordId('Cmd + K')).toBe(chordId('k+Meta'))
})

test('reads a key with its modifiers, and nothing of modifiers alone or several keys', () => {
  expect(readChord('Ctrl+Shift+ArrowUp')).toEqual({ ctrl: true, alt: false, shift: true, meta: false, key: 'arrowup' })
  expect(readChord('Win+Option++')).toEqual({ ctrl: false, alt: true, shift: false, meta: true, key: 'plus' })
  for (const text of ['', '+ +a', 'Ctrl', 'a+b', 'Ctrl+Shift'])
    expect([text, readChord(text)?.key]).toEqual([text, text === '+ +a' ? 'a' : undefined])
})

test.each([
  ['A', true],
  ['Shift+A', true],
  ['Space', true],
  ['ArrowUp', true],
  ['Numpad1', true],
  ['F25', true],
  ['F1', false],
  ['Shift+F24', false],
  ['Ctrl+A', false],
  ['Alt+1', false],
  ['Meta+Enter', false],
  ['MediaPlayPause', false],
])('knows whether people press %s while they write: %s', (text, typed) => {
  expect(isTyped(readChord(text)!)).toBe(typed)
})
