import type { HotkeyPart } from '../parts.ts'
import type { ElectronApi } from './electron-api.ts'

/** Modifiers and keys whose names differ, as hotkeys have them in lower case: the names of Electron's accelerators. */
const names: Readonly<Record<string, string>> = {
  ctrl: 'Ctrl',
  control: 'Ctrl',
  alt: 'Alt',
  option: 'Alt',
  shift: 'Shift',
  meta: 'Super',
  cmd: 'Super',
  command: 'Super',
  win: 'Super',
  super: 'Super',
  arrowup: 'Up',
  arrowdown: 'Down',
  arrowleft: 'Left',
  arrowright: 'Right',
  escape: 'Esc',
  enter: 'Return',
  printscreen: 'PrintScreen',
  audiovolumeup: 'VolumeUp',
  audiovolumedown: 'VolumeDown',
  audiovolumemute: 'VolumeMute',
  mediaplaypause: 'MediaPlayPause',
  mediastop: 'MediaStop',
  mediatracknext: 'MediaNextTrack',
  mediatrackprevious: 'MediaPreviousTrack',
  numpadadd: 'numadd',
  numpadsubtract: 'numsub',
  numpadmultiply: 'nummult',
  numpaddivide: 'numdiv',
  numpaddecimal: 'numdec',
}
/** Other keys are called the same: letters, digits, F1 to F24, and these. */
const same =
  /^(?:[a-z0-9]|f(?:[1-9]|1\d|2[0-4])|plus|space|tab|backspace|delete|insert|home|end|pageup|pagedown|up|down|left|right|return|esc|scrolllock|[-=[\];'`\\,./])$/

/** Electron's accelerator of a chord; undefined for a key that it does not know. */
export function acceleratorOf(chord: string): string | undefined {
  const keys = chord
    .toLowerCase()
    .replace(/\+\s*$/, '+plus')
    .split('+')
    .map((key) => key.trim())
    .filter((key) => key !== '')
    .map(
      (key) =>
        (Object.hasOwn(names, key) ? names[key] : undefined) ??
        /^numpad(\d)$/.exec(key)?.[1]?.replace(/^/, 'num') ??
        (same.test(key) ? key : undefined),
    )
  if (keys.length === 0 || keys.includes(undefined)) return undefined
  const modifiers = ['Ctrl', 'Alt', 'Shift', 'Super']
  const rank = (key: string): number => (modifiers.includes(key) ? modifiers.indexOf(key) : modifiers.length)
  return (keys as string[]).toSorted((one, other) => rank(one) - rank(other)).join('+')
}

/** Keys that work in every window, where Electron takes them from the system. What another program has taken stays there. */
export class Shortcuts implements HotkeyPart {
  readonly #shortcuts: Pick<ElectronApi['globalShortcut'], 'register' | 'unregister'>
  readonly #taken = new Set<string>()
  #press: (chord: string) => void = () => undefined

  constructor(shortcuts: Pick<ElectronApi['globalShortcut'], 'register' | 'unregister'>) {
    this.#shortcuts = shortcuts
  }

  take(chords: readonly string[], press: (chord: string) => void): void {
    this.#press = press
    const wanted = new Map(chords.map((chord) => [acceleratorOf(chord), chord] as const))
    wanted.delete(undefined)
    for (const accelerator of this.#taken) {
      if (wanted.has(accelerator)) continue
      this.#shortcuts.unregister(accelerator)
      this.#taken.delete(accelerator)
    }
    for (const [accelerator, chord] of wanted) {
      if (accelerator === undefined || this.#taken.has(accelerator)) continue
      if (this.#shortcuts.register(accelerator, () => this.#press(chord))) this.#taken.add(accelerator)
    }
  }
}
