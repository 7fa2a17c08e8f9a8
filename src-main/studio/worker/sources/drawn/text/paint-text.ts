import { type Canvas, createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import type { TextStyle } from '../../../../document/kinds/text-style.ts'
import { linearGradient } from '../plain/gradient-drawing.ts'
import { chooseFont, familiesFor } from './fonts.ts'
import { cleanText, layoutText, type TextLayout } from './text-layout.ts'
import { metricsOf, setLetters, type TextMetrics } from './text-metrics.ts'

/** RGBA, alpha premultiplied. */
export interface PaintedText {
  readonly width: number
  readonly height: number
  readonly pixels: Uint8Array
  readonly font: string
  /** What is not as it was asked for. */
  readonly problem: string | undefined
}

/** Neither side of an image of text is longer, px. */
const maxSide = 8192

/** A text that was laid out and waits to be painted. */
export interface MeasuredText {
  readonly style: TextStyle
  /** Name of the family, and all of them as a canvas takes them. */
  readonly font: string
  readonly families: string
  /** What to say of the font. */
  readonly fontProblem: string | undefined
  readonly layout: TextLayout
  readonly metrics: TextMetrics
  /** With margins. */
  readonly width: number
  readonly height: number
}

const scratch: { brush?: SKRSContext2D } = {}

function measuringBrush(): SKRSContext2D {
  scratch.brush ??= createCanvas(1, 1).getContext('2d')
  return scratch.brush
}

/**
 * Lays a text out. `reference`, where given, is the text whose size counts: a clock's box does not change with its digits.
 * @throws Error where the machine has no font
 */
export function measureText(written: string, style: TextStyle, reference?: string): MeasuredText {
  const font = chooseFont(style.font)
  const { families, lacking } = familiesFor(written, font.family)
  // A font that was asked for by name may well have what others lack.
  const missing = lacking.length > 0 && !font.asked ? `No font for ${lacking.join(' and ')} is installed` : undefined
  const named = families.map((family) => `"${family}"`).join(', ')
  const text = style.letters === 'upper' ? written.toLocaleUpperCase() : style.letters === 'lower' ? written.toLocaleLowerCase() : written
  const metrics = metricsOf(measuringBrush(), style, named, cleanText(text))
  const { margins, lineHeight } = metrics
  const sides = margins.left + margins.right
  const wish = {
    wrapWidth: style.width > 0 ? Math.max(1, style.width - sides) : Number.POSITIVE_INFINITY,
    direction: style.direction,
    maxLines: Math.ceil(maxSide / lineHeight),
    measure: metrics.measure,
  }
  const layout = layoutText(text, wish)
  const widest = reference === undefined ? layout.width : Math.max(layout.width, layoutText(reference, wish).width)
  return {
    style,
    font: font.family,
    families: named,
    fontProblem: joined(font.problem, missing),
    layout,
    metrics,
    width: style.width > 0 ? style.width : Math.ceil(widest) + sides,
    height:
      style.height > 0
        ? style.height
        : Math.ceil(metrics.blockHeight(layout.lines.map((line) => line.text))) + margins.top + margins.bottom,
  }
}

/** Draws a measured text into its own box, whose left upper corner is at `x`, `y`. */
export function drawText(brush: SKRSContext2D, text: MeasuredText, x: number, y: number): void {
  const { style, layout, metrics, width, height } = text
  const { lineHeight, ascent, margins } = metrics
  setLetters(brush, style, metrics.fontSize, text.families)
  const left = x + margins.left
  const free = width - margins.left - margins.right
  const blockHeight = lineHeight * layout.lines.length
  const spare = Math.max(0, height - margins.top - margins.bottom - blockHeight)
  const top = y + margins.top + (style.verticalAlign === 'bottom' ? spare : style.verticalAlign === 'middle' ? spare / 2 : 0)
  const each = (paint: (written: string, fromX: number, baseline: number) => void): void => {
    layout.lines.forEach((line, index) => {
      const rest = free - line.width
      const shift = style.align === 'right' ? rest : style.align === 'center' ? rest / 2 : 0
      brush.direction = line.direction
      // From the left whatever the direction: the place of a line was computed from its width.
      brush.textAlign = 'left'
      const baseline = top + ascent + index * lineHeight
      const letters = metrics.lettersOf(line.text) ?? [{ letter: line.text, x: 0 }]
      for (const { letter, x: at } of letters) paint(letter, left + shift + at, baseline)
    })
  }
  const { outline, shadow } = style
  const fill = style.gradient === null ? style.color : linearGradient(brush, style.gradient.angle, left, top, free, blockHeight)
  if (typeof fill !== 'string' && style.gradient !== null) {
    fill.addColorStop(0, style.color)
    fill.addColorStop(1, style.gradient.color)
  }
  if (shadow !== null) {
    brush.shadowColor = shadow.color
    brush.shadowOffsetX = shadow.x
    brush.shadowOffsetY = shadow.y
    brush.shadowBlur = shadow.blur
  }
  if (outline !== null && outline.width > 0) {
    brush.strokeStyle = outline.color
    brush.lineWidth = outline.width * 2
    each((written, fromX, baseline) => brush.strokeText(written, fromX, baseline))
    // Letters inside an edge that already throws a shadow throw none.
    brush.shadowColor = 'transparent'
  }
  brush.fillStyle = fill
  each((written, fromX, baseline) => brush.fillText(written, fromX, baseline))
  brush.shadowColor = 'transparent'
}

/** A box behind a text. */
function drawBackground(brush: SKRSContext2D, style: TextStyle, width: number, height: number, radius: number): void {
  if (style.background === null) return
  brush.fillStyle = style.background.color
  brush.beginPath()
  brush.roundRect(0, 0, width, height, Math.min(radius, width / 2, height / 2))
  brush.fill()
}

/** What there is to say of a measured text that is not as it was asked for. */
export function problemOf({ fontProblem, layout, width, height }: MeasuredText): string | undefined {
  const cut = layout.cut || width > maxSide || height > maxSide
  return joined(fontProblem, cut ? `The text is longer than can be shown: it is cut off at ${maxSide} px` : undefined)
}

/** What was said, one after the other; undefined where nothing was. */
export function joined(...said: readonly (string | undefined)[]): string | undefined {
  const reported = said.filter((each) => each !== undefined)
  return reported.length > 0 ? reported.join('. ') : undefined
}

/** Paints texts, one after the other, keeping its canvas where the size stays: a clock paints each second. */
export class TextPainter {
  #canvas: Canvas | undefined

  /** @throws Error where the machine has no font */
  paint(written: string, style: TextStyle, reference?: string): PaintedText {
    const text = measureText(written, style, reference)
    const width = Math.min(maxSide, Math.max(1, text.width))
    const height = Math.min(maxSide, Math.max(1, text.height))
    if (this.#canvas?.width !== width || this.#canvas.height !== height) this.#canvas = createCanvas(width, height)
    const brush = this.#canvas.getContext('2d')
    brush.clearRect(0, 0, width, height)
    drawBackground(brush, style, width, height, style.background?.radius ?? 0)
    drawText(brush, text, 0, 0)
    return { width, height, pixels: this.#canvas.data(), font: text.font, problem: problemOf(text) }
  }
}
