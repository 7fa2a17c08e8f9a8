import { describe, expect, it } from 'vitest'
import { pageKeyOf } from './page-keys.ts'

const press = (key: string, more: object = {}) =>
  pageKeyOf({ key, ctrlKey: false, altKey: false, shiftKey: false, metaKey: false, ...more })

describe('keys for a page', () => {
  it('are letters, named keys and chords', () => {
    expect([press('a'), press('A', { shiftKey: true }), press('ñ'), press(' '), press('Enter')]).toEqual(['a', 'A', 'ñ', 'Space', 'Enter'])
    expect(press('a', { ctrlKey: true })).toBe('Control+a')
    expect(press('Tab', { shiftKey: true })).toBe('Shift+Tab')
  })

  it('send nothing where only modifiers or keys of the window are pressed', () => {
    expect([press('Shift'), press('Control'), press('F11'), press('Escape'), press('Dead')]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })
})
