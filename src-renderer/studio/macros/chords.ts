/** What a chord of keys is read from: a KeyboardEvent. */
export interface KeyPress {
  readonly key: string
  readonly code: string
  readonly ctrlKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
  readonly metaKey: boolean
}

const modifiers = new Set(['Control', 'Alt', 'AltGraph', 'Shift', 'Meta', 'OS'])

/**
 * The keys that are pressed together, as macros name them (`Ctrl+Shift+1`); undefined while only modifiers are. Digits and signs are named
 * by their key on the keyboard, so that Shift does not turn 1 into something else.
 */
export function chordOf({ key, code, ctrlKey, altKey, shiftKey, metaKey }: KeyPress): string | undefined {
  if (modifiers.has(key) || key === 'Dead' || key === 'Process' || key === 'Unidentified') return undefined
  const named = /^[a-z]$/i.test(key)
    ? key.toUpperCase()
    : /^Digit\d$/.test(code)
      ? code.slice(5)
      : key === ' '
        ? 'Space'
        : key.length > 1 && !code.startsWith('Numpad')
          ? key
          : code === ''
            ? key
            : code
  return [ctrlKey && 'Ctrl', altKey && 'Alt', shiftKey && 'Shift', metaKey && 'Meta', named].filter(Boolean).join('+')
}

/** Other names that macros may have for modifiers, as the host understands them. */
const otherNames: Readonly<Record<string, string>> = {
  control: 'ctrl',
  command: 'meta',
  cmd: 'meta',
  super: 'meta',
  win: 'meta',
  option: 'alt',
}

const plain = (chord: string): string =>
  chord
    .toLowerCase()
    .split('+')
    .map((key) => key.trim())
    .map((key) => otherNames[key] ?? key)
    .sort()
    .join('+')

/** Whether two chords are the same keys, in whatever order and case they are written. */
export const sameKeys = (one: string, other: string): boolean => plain(one) === plain(other)

/** Keys that the page has a use for itself: a macro would take them away. */
export const pageKeys = ['Ctrl+K', 'Ctrl+Z', 'Ctrl+Shift+Z', 'Ctrl+Y', 'Tab', 'Enter', 'Space', 'Escape', 'F2', 'Delete'] as const
