import type { Chord } from '../../document/schemas/chords.ts'

/** A key as X servers and desktops name it. */
export interface DesktopKey {
  /** What the key writes (keysym); 0 where it is named by its place on the keyboard. */
  readonly keysym: number
  /** Its place on the keyboard: the number of evdev plus 8, as all X servers of today have it. */
  readonly keycode: number
  /** Name of its keysym, as xkbcommon has it, on a keyboard of the United States. */
  readonly name: string
}

const byKeysym = (keysym: number, name: string): DesktopKey => ({ keysym, keycode: 0, name })
const byPlace = (keycode: number, name: string): DesktopKey => ({ keysym: 0, keycode, name })

/** Keys that browsers call by what they do, in lower case, and the names that OBS Studio's import has for them. */
const named: Readonly<Record<string, DesktopKey>> = {
  enter: byKeysym(0xff0d, 'Return'),
  return: byKeysym(0xff0d, 'Return'),
  escape: byKeysym(0xff1b, 'Escape'),
  tab: byKeysym(0xff09, 'Tab'),
  backspace: byKeysym(0xff08, 'BackSpace'),
  delete: byKeysym(0xffff, 'Delete'),
  insert: byKeysym(0xff63, 'Insert'),
  home: byKeysym(0xff50, 'Home'),
  end: byKeysym(0xff57, 'End'),
  pageup: byKeysym(0xff55, 'Prior'),
  pagedown: byKeysym(0xff56, 'Next'),
  arrowleft: byKeysym(0xff51, 'Left'),
  left: byKeysym(0xff51, 'Left'),
  arrowup: byKeysym(0xff52, 'Up'),
  up: byKeysym(0xff52, 'Up'),
  arrowright: byKeysym(0xff53, 'Right'),
  right: byKeysym(0xff53, 'Right'),
  arrowdown: byKeysym(0xff54, 'Down'),
  down: byKeysym(0xff54, 'Down'),
  space: byKeysym(0x20, 'space'),
  plus: byKeysym(0x2b, 'plus'),
  pause: byKeysym(0xff13, 'Pause'),
  scrolllock: byKeysym(0xff14, 'Scroll_Lock'),
  printscreen: byKeysym(0xff61, 'Print'),
  contextmenu: byKeysym(0xff67, 'Menu'),
  audiovolumedown: byKeysym(0x1008ff11, 'XF86AudioLowerVolume'),
  audiovolumemute: byKeysym(0x1008ff12, 'XF86AudioMute'),
  audiovolumeup: byKeysym(0x1008ff13, 'XF86AudioRaiseVolume'),
  mediaplaypause: byKeysym(0x1008ff14, 'XF86AudioPlay'),
  mediastop: byKeysym(0x1008ff15, 'XF86AudioStop'),
  mediatrackprevious: byKeysym(0x1008ff16, 'XF86AudioPrev'),
  mediatracknext: byKeysym(0x1008ff17, 'XF86AudioNext'),
}

/** Keys by their place: rows of a keyboard from the left, the first with its keycode. */
const rows: readonly (readonly [keycode: number, keys: readonly (readonly [code: string, name: string])[]])[] = [
  [10, [...'1234567890'].map((digit) => [`digit${digit}`, digit] as const)],
  [20, [...pairs('minus minus equal equal')]],
  [24, [...letters('qwertyuiop'), ...pairs('bracketleft bracketleft bracketright bracketright')]],
  [38, [...letters('asdfghjkl'), ...pairs('semicolon semicolon quote apostrophe backquote grave')]],
  [51, [...pairs('backslash backslash'), ...letters('zxcvbnm'), ...pairs('comma comma period period slash slash')]],
  [63, pairs('numpadmultiply KP_Multiply')],
  [79, pairs('numpad7 KP_7 numpad8 KP_8 numpad9 KP_9 numpadsubtract KP_Subtract')],
  [83, pairs('numpad4 KP_4 numpad5 KP_5 numpad6 KP_6 numpadadd KP_Add')],
  [87, pairs('numpad1 KP_1 numpad2 KP_2 numpad3 KP_3 numpad0 KP_0 numpaddecimal KP_Decimal')],
  [94, pairs('intlbackslash less')],
  [104, pairs('numpadenter KP_Enter')],
  [106, pairs('numpaddivide KP_Divide')],
]

function letters(text: string): readonly (readonly [string, string])[] {
  return [...text].map((letter) => [`key${letter}`, letter] as const)
}

function pairs(text: string): readonly (readonly [string, string])[] {
  const words = text.split(' ')
  return words.flatMap((code, index) => (index % 2 === 0 ? [[code, words[index + 1] as string] as const] : []))
}

const places = new Map(
  rows.flatMap(([keycode, keys]) => keys.map(([code, name], index) => [code, byPlace(keycode + index, name)] as const)),
)

/** The key of a chord; undefined for names that no keyboard has. */
export function desktopKey(key: string): DesktopKey | undefined {
  const place = places.get(/^\d$/.test(key) ? `digit${key}` : key.replace(/^num(?=\d$)/, 'numpad'))
  if (place !== undefined) return place
  if (Object.hasOwn(named, key)) return named[key]
  const [, number] = /^f([1-9]|[12]\d|3[0-5])$/.exec(key) ?? []
  if (number !== undefined) return byKeysym(0xffbe + Number(number) - 1, `F${number}`)
  const [sign, ...more] = key
  const code = sign?.codePointAt(0)
  if (sign === undefined || code === undefined || more.length > 0 || /[\p{C}\p{Z}]/u.test(sign)) return undefined
  // Latin 1 has keysyms of its own.
  const isLatin = code < 0x7f || (code >= 0xa0 && code <= 0xff)
  return byKeysym(isLatin ? code : 0x1000000 + code, /^[a-z]$/.test(sign) ? sign : `U${code.toString(16).toUpperCase().padStart(4, '0')}`)
}

/** A chord in the words of the shortcuts specification of XDG: `CTRL+SHIFT+F9`. Undefined for keys that no keyboard has. */
export function shortcutTrigger({ ctrl, alt, shift, meta, key }: Chord): string | undefined {
  const found = desktopKey(key)
  if (found === undefined) return undefined
  return [ctrl && 'CTRL', alt && 'ALT', shift && 'SHIFT', meta && 'LOGO', found.name].filter(Boolean).join('+')
}
