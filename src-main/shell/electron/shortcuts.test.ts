import { describe, expect, it } from 'vitest'
import { acceleratorOf, Shortcuts } from './shortcuts.ts'

describe('hotkeys by Electron', () => {
  it.each([
    ['Ctrl+Shift+1', 'Ctrl+Shift+1'],
    ['shift + cmd + F9', 'Shift+Super+f9'],
    ['Ctrl++', 'Ctrl+plus'],
    ['Alt+ArrowUp', 'Alt+Up'],
    ['Numpad7', 'num7'],
    ['MediaTrackNext', 'MediaNextTrack'],
    ['Ctrl+ß', undefined],
    ['', undefined],
    ['Ctrl+constructor', undefined],
  ])('%s is %s', (chord, accelerator) => expect(acceleratorOf(chord)).toBe(accelerator))

  it('are taken once, given back when they are not wanted, and left to a program that has them', () => {
    const taken = new Map<string, () => void>()
    const shortcuts = new Shortcuts({
      register: (accelerator: string, act: () => void) => accelerator !== 'f1' && taken.set(accelerator, act).has(accelerator),
      unregister: (accelerator: string) => void taken.delete(accelerator),
    })
    const pressed: string[] = []
    const press = (chord: string): void => void pressed.push(chord)
    shortcuts.take(['Ctrl+1', 'F1', 'Ctrl+ß'], press)
    shortcuts.take(['Ctrl+1', 'F2'], press)
    expect([...taken.keys()]).toEqual(['Ctrl+1', 'f2'])
    taken.get('Ctrl+1')?.()
    expect(pressed).toEqual(['Ctrl+1'])
    shortcuts.take([], press)
    expect(taken.size).toBe(0)
  })
})
