/** Keysyms of the X Window System protocol, appendix A, for what browsers call keys that print nothing (`KeyboardEvent.key`). */
const named: Readonly<Record<string, number>> = {
  Backspace: 0xff08,
  Tab: 0xff09,
  Enter: 0xff0d,
  Pause: 0xff13,
  ScrollLock: 0xff14,
  Escape: 0xff1b,
  Home: 0xff50,
  ArrowLeft: 0xff51,
  ArrowUp: 0xff52,
  ArrowRight: 0xff53,
  ArrowDown: 0xff54,
  PageUp: 0xff55,
  PageDown: 0xff56,
  End: 0xff57,
  PrintScreen: 0xff61,
  Insert: 0xff63,
  ContextMenu: 0xff67,
  NumLock: 0xff7f,
  Delete: 0xffff,
  AltGraph: 0xfe03,
}

/** Keys that there are two of: by `KeyboardEvent.code`. */
const sided: Readonly<Record<string, number>> = {
  ShiftLeft: 0xffe1,
  ShiftRight: 0xffe2,
  ControlLeft: 0xffe3,
  ControlRight: 0xffe4,
  AltLeft: 0xffe9,
  AltRight: 0xffea,
  MetaLeft: 0xffeb,
  MetaRight: 0xffec,
}

const firstFunctionKey = 0xffbe

/** The keysym of a character: Latin-1 is itself, the rest Unicode's with a bit set. 0 for controls. */
export function keysymOfCharacter(character: string): number {
  const point = character.codePointAt(0) ?? 0
  if (point === 10 || point === 13) return named.Enter as number
  if (point === 9) return named.Tab as number
  if (point < 0x20 || (point >= 0x7f && point < 0xa0)) return 0
  return point < 0x100 ? point : 0x01000000 + point
}

/** The keysym of a key of a browser's keyboard event; 0 where X has none for it, or it is a lock, which each side keeps for itself. */
export function keysymOf({ key, code }: { readonly key: string; readonly code: string }): number {
  if (code in sided && key !== 'AltGraph') return sided[code] as number
  if (key in named) return named[key] as number
  const functionKey = /^F(\d\d?)$/.exec(key)
  if (functionKey) {
    const number = Number(functionKey[1])
    return number >= 1 && number <= 24 ? firstFunctionKey + number - 1 : 0
  }
  return [...key].length === 1 ? keysymOfCharacter(key) : 0
}
