import type { SKRSContext2D } from '@napi-rs/canvas'
import type { TextStyle } from '../../../../document/kinds/text-style.ts'

/** Space that a text needs beside its letters, px. */
export interface Margins {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** What the sizes of a style come to with the font that it is written in, px. */
export interface TextMetrics {
  /** Of the font: what is set as such. */
  readonly fontSize: number
  readonly lineHeight: number
  /** From the top of a line to the foot of its letters. */
  readonly ascent: number
  readonly margins: Margins
  /** Height of this many lines, margins left out. */
  blockHeight(lines: readonly string[]): number
  /** Width of a line. */
  measure(line: string): number
  /** Where each letter of a line starts; undefined where the line is written as a whole. */
  lettersOf(line: string): readonly { readonly letter: string; readonly x: number }[] | undefined
}

/** Sets what letters are written with. */
export function setLetters(brush: SKRSContext2D, style: TextStyle, fontSize: number, families: string): void {
  brush.font = `${style.fontStyle} ${style.fontWeight} ${fontSize}px ${families}`
  brush.letterSpacing = `${style.letterSpacing}px`
  brush.textBaseline = 'alphabetic'
  brush.lineJoin = 'round'
}

/** Finds out what the sizes of a style come to. `text` is all that is written; the brush is left with its letters set. */
export function metricsOf(brush: SKRSContext2D, style: TextStyle, families: string, text: string): TextMetrics {
  setLetters(brush, style, style.fontSize, families)
  switch (style.layout) {
    case 'gdi':
      return gdiMetrics(brush, style, families)
    case 'freetype':
      return freetypeMetrics(brush, style, text)
    default:
      return standardMetrics(brush, style, style.fontSize, style.fontSize * style.lineSpacing)
  }
}

function standardMetrics(brush: SKRSContext2D, style: TextStyle, fontSize: number, wantedHeight: number): TextMetrics {
  const { fontBoundingBoxAscent, fontBoundingBoxDescent } = brush.measureText('x')
  const letters = fontBoundingBoxAscent + fontBoundingBoxDescent
  const lineHeight = Math.max(1, wantedHeight)
  return {
    fontSize,
    lineHeight,
    ascent: fontBoundingBoxAscent + Math.max(0, (lineHeight - letters) / 2),
    margins: marginsOf(style),
    blockHeight: (lines) => Math.max(letters, lineHeight) + lineHeight * (Math.max(1, lines.length) - 1),
    measure: (line) => brush.measureText(line).width,
    lettersOf: () => undefined,
  }
}

/** GDI+ takes a size as the height of what reaches from the highest to the lowest point of letters. */
function gdiMetrics(brush: SKRSContext2D, style: TextStyle, families: string): TextMetrics {
  const { fontBoundingBoxAscent, fontBoundingBoxDescent } = brush.measureText('x')
  const fontSize = (style.fontSize * style.fontSize) / Math.max(1, fontBoundingBoxAscent + fontBoundingBoxDescent)
  setLetters(brush, style, fontSize, families)
  return standardMetrics(brush, style, fontSize, style.fontSize)
}

/** What OBS Studio keeps in store of every font, and takes the height of its lines from. */
const stored = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890!@#$%^&*()-_=+,<.>/?\\|[]{}`~ \'"'
/** Between two lines, px. */
const lineGap = 4
/** Letters of these are beside each other whatever their neighbours are; others join, and are written as a whole. */
const separate =
  /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Common}]*$/u

/** FreeType's letters are on whole pixels, one behind the other, on lines that are as high as the tallest of them. */
function freetypeMetrics(brush: SKRSContext2D, style: TextStyle, text: string): TextMetrics {
  const sizes = new Map<string, { readonly advance: number; readonly above: number; readonly below: number }>()
  const sizeOf = (letter: string) => {
    const known = sizes.get(letter)
    if (known !== undefined) return known
    const { width, actualBoundingBoxAscent, actualBoundingBoxDescent } = brush.measureText(letter)
    const size = { advance: Math.round(width), above: Math.ceil(actualBoundingBoxAscent), below: Math.ceil(actualBoundingBoxDescent) }
    sizes.set(letter, size)
    return size
  }
  let tallest = 1
  for (const letter of new Set([...stored, ...text])) {
    const { above, below } = sizeOf(letter)
    tallest = Math.max(tallest, above + below)
  }
  const lettersOf = (line: string) => {
    if (!separate.test(line)) return undefined
    let x = 0
    return [...line].map((letter) => {
      const place = { letter, x }
      x += sizeOf(letter).advance
      return place
    })
  }
  const lineHeight = tallest + lineGap
  return {
    fontSize: style.fontSize,
    lineHeight,
    ascent: tallest,
    margins: freetypeMargins(style),
    blockHeight: (lines) =>
      lines.reduce((height, line, index) => {
        const below = [...line].reduce((most, letter) => Math.max(most, sizeOf(letter).below), 0)
        return line === '' ? height : Math.max(height, tallest + index * lineHeight + below)
      }, tallest),
    measure: (line) =>
      separate.test(line) ? [...line].reduce((width, letter) => width + sizeOf(letter).advance, 0) : brush.measureText(line).width,
    lettersOf,
  }
}

function marginsOf({ outline, shadow, background }: TextStyle): Margins {
  const edge = Math.ceil(outline?.width ?? 0)
  const padding = Math.ceil(background?.padding ?? 0)
  const [x, y, blur] = shadow === null ? [0, 0, 0] : [shadow.x, shadow.y, shadow.blur]
  const around = (towards: number): number => padding + edge + Math.max(0, Math.ceil(towards + blur))
  return { left: around(-x), top: around(-y), right: around(x), bottom: around(y) }
}

/** OBS Studio adds space only at the right and the bottom, the same for an edge and a shadow, and half as much more for both. */
function freetypeMargins({ outline, shadow }: TextStyle): Margins {
  const room = outline !== null && shadow !== null ? 6 : outline !== null || shadow !== null ? 4 : 0
  const left = outline === null ? 0 : 2
  return { left, top: 0, right: room - left, bottom: room }
}
