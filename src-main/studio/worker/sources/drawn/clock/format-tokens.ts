/** A piece of a format: letters that represent a part of the time, or text. */
export type FormatPiece = { readonly token: string } | { readonly text: string }

/** Takes a format apart: runs of one of `letters` are tokens, text between single quotes is text, two of them are one quote. */
export function readFormat(format: string, letters: string): FormatPiece[] {
  const pieces: FormatPiece[] = []
  let text = ''
  const flush = (): void => {
    if (text !== '') pieces.push({ text })
    text = ''
  }
  for (let at = 0; at < format.length; ) {
    const letter = format[at] as string
    if (letter === "'") {
      const close = format.indexOf("'", at + 1)
      if (close === at + 1) text += "'"
      else text += format.slice(at + 1, close < 0 ? undefined : close)
      at = close < 0 ? format.length : close + 1
    } else if (letters.includes(letter)) {
      let end = at + 1
      while (format[end] === letter) end++
      flush()
      pieces.push({ token: format.slice(at, end) })
      at = end
    } else {
      text += letter
      at++
    }
  }
  flush()
  return pieces
}

export const two = (value: number): string => String(value).padStart(2, '0')
