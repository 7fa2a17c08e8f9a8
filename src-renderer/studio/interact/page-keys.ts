/** What a key is read from: a KeyboardEvent. */
interface KeyPress {
  readonly key: string
  readonly ctrlKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
  readonly metaKey: boolean
}

/** Keys without a letter that pages are sent. */
const named = new Set([
  ...['Enter', 'Tab', 'Backspace', 'Delete', 'ArrowLeft', 'ArrowUp', 'ArrowRight', 'ArrowDown'],
  ...['PageUp', 'PageDown', 'End', 'Home', 'F5'],
])

/** The key as the command `press` of a browser source takes it (`a`, `Control+a`, `Enter`); undefined for keys that it does not take. */
export function pageKeyOf({ key, ctrlKey, altKey, shiftKey, metaKey }: KeyPress): string | undefined {
  const isLetter = [...key].length === 1
  const name = key === ' ' ? 'Space' : isLetter || named.has(key) ? key : undefined
  if (name === undefined) return undefined
  // The letter is with its Shift already.
  const modifiers = [ctrlKey && 'Control', altKey && 'Alt', shiftKey && !isLetter && 'Shift', metaKey && 'Meta']
  return [...modifiers.filter(Boolean), name].join('+')
}
