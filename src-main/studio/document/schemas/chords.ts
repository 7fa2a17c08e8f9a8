/** Keys that are pressed together: one key with modifiers. */
export interface Chord {
  readonly ctrl: boolean
  readonly alt: boolean
  readonly shift: boolean
  /** The Windows or Command key. */
  readonly meta: boolean
  /** In lower case: what the key writes (`a`, `plus`), or its name as browsers have it (`f9`, `arrowup`, `numpad1`). */
  readonly key: string
}

const otherNames: Readonly<Record<string, string>> = {
  control: 'ctrl',
  command: 'meta',
  cmd: 'meta',
  super: 'meta',
  win: 'meta',
  option: 'alt',
}
const modifiers = new Set(['ctrl', 'alt', 'shift', 'meta'])

function namesOf(text: string): readonly string[] {
  const keys = text
    .toLowerCase()
    .split('+')
    .map((key) => key.trim())
  // A chord that ends in plus means that key.
  return keys
    .map((key, index) => (key === '' && index === keys.length - 1 ? 'plus' : (otherNames[key] ?? key)))
    .filter((key) => key !== '')
    .sort()
}

/** The same text for all ways of writing a chord: `Shift + Ctrl + 1` is `ctrl+shift+1` in another order. */
export const chordId = (text: string): string => namesOf(text).join('+')

/** `ctrl+shift+1` and `Shift + Ctrl + 1` are the same chord. */
export const sameChord = (a: string, b: string): boolean => chordId(a) === chordId(b)

/** Undefined for modifiers alone, and for several keys. */
export function readChord(text: string): Chord | undefined {
  if (text.trim() === '') return undefined
  const names = namesOf(text)
  const [key, ...more] = names.filter((name) => !modifiers.has(name))
  if (key === undefined || more.length > 0) return undefined
  const has = (name: string): boolean => names.includes(name)
  return { ctrl: has('ctrl'), alt: has('alt'), shift: has('shift'), meta: has('meta'), key }
}

/** Whether a chord is one that people press while they write: a letter, Enter, an arrow, with Shift or without. */
export function isTyped({ ctrl, alt, meta, key }: Chord): boolean {
  return !ctrl && !alt && !meta && !/^(f([1-9]|1\d|2[0-4])|media.*|audio.*|pause|scrolllock)$/.test(key)
}
