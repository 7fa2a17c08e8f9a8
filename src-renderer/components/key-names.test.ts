import { expect, it } from 'vitest'
import { keyNames } from './key-names.ts'

it.each([
  ['Ctrl+Shift+G', 'Ctrl+Shift+G'],
  ['Ctrl++', 'Ctrl++'],
  ['+', '+'],
  ['Alt+ArrowUp', 'Alt+↑'],
  ['Delete', 'Delete'],
])('writes %s as %s', (chord, written) => {
  expect(keyNames(chord)).toBe(written)
})
