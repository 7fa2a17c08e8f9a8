import { expect, test } from 'vitest'
import { readChord } from '../../document/schemas/chords.ts'
import { desktopKey, shortcutTrigger } from './key-names.ts'

// Places are those of evdev's keycodes plus 8, keysyms those of X11.
test.each([
  ['a', { keysym: 0x61, keycode: 0, name: 'a' }],
  ['ß', { keysym: 0xdf, keycode: 0, name: 'U00DF' }],
  ['ж', { keysym: 0x1000436, keycode: 0, name: 'U0436' }],
  ['1', { keysym: 0, keycode: 10, name: '1' }],
  ['0', { keysym: 0, keycode: 19, name: '0' }],
  ['keyq', { keysym: 0, keycode: 24, name: 'q' }],
  ['keyp', { keysym: 0, keycode: 33, name: 'p' }],
  ['bracketright', { keysym: 0, keycode: 35, name: 'bracketright' }],
  ['keyl', { keysym: 0, keycode: 46, name: 'l' }],
  ['backquote', { keysym: 0, keycode: 49, name: 'grave' }],
  ['keyz', { keysym: 0, keycode: 52, name: 'z' }],
  ['slash', { keysym: 0, keycode: 61, name: 'slash' }],
  ['numpad1', { keysym: 0, keycode: 87, name: 'KP_1' }],
  ['num0', { keysym: 0, keycode: 90, name: 'KP_0' }],
  ['numpadadd', { keysym: 0, keycode: 86, name: 'KP_Add' }],
  ['f1', { keysym: 0xffbe, keycode: 0, name: 'F1' }],
  ['f24', { keysym: 0xffd5, keycode: 0, name: 'F24' }],
  ['arrowup', { keysym: 0xff52, keycode: 0, name: 'Up' }],
  ['mediaplaypause', { keysym: 0x1008ff14, keycode: 0, name: 'XF86AudioPlay' }],
])('names the key %s as desktops do', (key, wanted) => {
  expect(desktopKey(key)).toEqual(wanted)
})

test('knows no key by any other name', () => {
  for (const key of ['', 'f0', 'f36', 'nothing', 'constructor', '\u0007', '\ud800', '\u00a0', 'numpad99'])
    expect([key, desktopKey(key)]).toEqual([key, undefined])
})

test('writes triggers as the shortcuts specification of XDG has them', () => {
  const trigger = (text: string) => shortcutTrigger(readChord(text)!)
  expect([trigger('Shift+Ctrl+1'), trigger('Meta+Alt+ArrowLeft'), trigger('F9'), trigger('Ctrl+Nothing')]).toEqual([
    'CTRL+SHIFT+1',
    'ALT+LOGO+Left',
    'F9',
    undefined,
  ])
})
