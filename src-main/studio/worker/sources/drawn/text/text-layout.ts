/** One line, ready to be painted. */
export interface TextLine {
  readonly text: string
  /** Pixels. */
  readonly width: number
  readonly direction: 'ltr' | 'rtl'
}

export interface LayoutOptions {
  /** Lines are broken to this width, px; infinite for none. */
  readonly wrapWidth: number
  readonly direction: 'auto' | 'ltr' | 'rtl'
  /** Lines beyond are left out. */
  readonly maxLines: number
  /** Width of a text in px. */
  measure(text: string): number
}

export interface TextLayout {
  readonly lines: readonly TextLine[]
  /** Of the widest line, px. */
  readonly width: number
  /** Lines were left out. */
  readonly cut: boolean
}

const words = new Intl.Segmenter(undefined, { granularity: 'word' })
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const unseen = /[\u0000-\u0009\u000b-\u001f\u007f\ufeff]/g

/** Text as it is laid out: one kind of line end, tabs as spaces, nothing that has no look. */
export function cleanText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/\t/g, '    ').replace(unseen, '')
}

/** Reading direction of a line: that of its first letter. */
export function directionOf(line: string): 'ltr' | 'rtl' {
  const letter = /\p{L}/u.exec(line)?.[0]
  return letter !== undefined && rightToLeft.test(letter) ? 'rtl' : 'ltr'
}

/** Breaks a text into lines: at its line ends, between words where a width is given, and inside words that are wider than that. */
export function layoutText(text: string, wish: LayoutOptions): TextLayout {
  const lines: TextLine[] = []
  let cut = false
  for (const paragraph of cleanText(text).split('\n')) {
    const direction = wish.direction === 'auto' ? directionOf(paragraph) : wish.direction
    for (const line of breakLine(paragraph, wish)) {
      if (lines.length === wish.maxLines) {
        cut = true
        break
      }
      lines.push({ text: line, width: wish.measure(line), direction })
    }
    if (cut) break
  }
  return { lines, width: lines.reduce((widest, line) => Math.max(widest, line.width), 0), cut }
}

function* breakLine(paragraph: string, { wrapWidth, measure }: LayoutOptions): Generator<string> {
  if (wrapWidth === Number.POSITIVE_INFINITY || measure(paragraph) <= wrapWidth) {
    yield paragraph
    return
  }
  let line = ''
  for (const piece of pieces(paragraph)) {
    if (measure((line + piece).trimEnd()) <= wrapWidth) {
      line += piece
      continue
    }
    if (line.trimEnd() !== '') yield line.trimEnd()
    line = ''
    if (measure(piece.trimEnd()) <= wrapWidth) {
      line = piece
      continue
    }
    for (const { segment } of graphemes.segment(piece)) {
      if (line !== '' && measure(line + segment) > wrapWidth) {
        yield line
        line = ''
      }
      line += segment
    }
  }
  if (line.trimEnd() !== '') yield line.trimEnd()
}

/** Parts between which a line may break: a word with the punctuation and the space after it. Scripts without spaces break at words. */
function* pieces(paragraph: string): Generator<string> {
  let piece = ''
  let mayBreak = false
  for (const { segment, isWordLike } of words.segment(paragraph)) {
    const isSpace = segment.trim() === ''
    if (piece !== '' && mayBreak && !isSpace && (isWordLike === true || /^[([{"'«„“]/.test(segment))) {
      yield piece
      piece = ''
      mayBreak = false
    }
    piece += segment
    if (isSpace || segment.endsWith('-') || /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(segment))
      mayBreak = true
  }
  if (piece !== '') yield piece
}
