import type { MenuEntry } from '../../components/context-menu.tsx'

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>

/** Keys as menus name them: `Ctrl+Shift+G`. */
function nameOfKeys({ key, ctrlKey, metaKey, shiftKey }: KeyPress): string {
  const command = ctrlKey || metaKey ? 'Ctrl+' : ''
  // Where + and - are on a keyboard, and with Shift or without, is of no matter.
  if (key === '+' || key === '=') return `${command}+`
  if (key === '-' || key === '_') return `${command}-`
  return `${command}${shiftKey ? 'Shift+' : ''}${key.length === 1 ? key.toUpperCase() : key === 'Backspace' ? 'Delete' : key}`
}

/** The entry of a menu that keys do; it may be disabled. */
export function entryOfKey(press: KeyPress, groups: readonly (readonly MenuEntry[])[]): MenuEntry | undefined {
  if (press.altKey) return undefined
  const name = nameOfKeys(press)
  return groups.flat().find(({ keys }) => keys === name)
}

/** Does what an entry does; where it is disabled, says why. True for both: the browser has another use for its keys, and must not come to it. */
export function carryOut(entry: MenuEntry | undefined, say: (why: string) => void): boolean {
  if (entry?.disabled !== true) entry?.act()
  else if (entry.why !== undefined) say(entry.why)
  return entry !== undefined
}
