import { type Canvas, createCanvas } from '@napi-rs/canvas'
import type { TextSettings } from '../../../../document/kinds/drawn.ts'
import { drawText, joined, type MeasuredText, problemOf } from './paint-text.ts'

/** A text painted once, side by side with itself, so that a window which moves over it never meets an edge. */
export interface ScrollingStrip {
  /** Of the window, px. */
  readonly width: number
  readonly height: number
  /** Bytes from row to row. */
  readonly stride: number
  readonly problem: string | undefined
  /** What is in the window after this many microseconds: RGBA, alpha premultiplied. Valid while the strip is. */
  windowAt(elapsedUs: number): Uint8Array
}

/** Max pixels of a strip, in all and along its direction. */
const maxPixels = 24_000_000
const maxStrip = 60_000
/** Positions within a pixel at which a strip that moves along one axis is painted, if there is space: slow texts do not step. */
const maxPhases = 4

type Scroll = Required<NonNullable<TextSettings['scroll']>>

/** Paints the strip for a window of `width` by `height`. */
export function paintStrip(text: MeasuredText, scroll: Scroll, width: number, height: number): ScrollingStrip {
  const across = Math.max(1, Math.ceil(scroll.y === 0 ? height : text.height))
  const room = Math.min(maxStrip, Math.floor(maxPixels / Math.max(1, Math.max(across, height))))
  const wantedX = Math.ceil(text.width) + scroll.gap
  // From one start to the next.
  const periodX = scroll.x === 0 ? 0 : Math.max(1, Math.min(wantedX, room - width))
  const stripWidth = width + periodX
  const wantedY = Math.ceil(text.height) + scroll.gap
  const periodY = scroll.y === 0 ? 0 : Math.max(1, Math.min(wantedY, Math.floor(maxPixels / stripWidth) - height))
  const stripHeight = height + periodY
  // One pixel more along the way: between pixels the window reaches into it.
  const canvas = createCanvas(stripWidth + Math.sign(periodX), stripHeight + Math.sign(periodY))
  const brush = canvas.getContext('2d')
  if (text.style.background !== null) {
    brush.fillStyle = text.style.background.color
    brush.fillRect(0, 0, canvas.width, canvas.height)
  }
  for (let y = 0; y < canvas.height; y += periodY || stripHeight) {
    for (let x = 0; x < canvas.width; x += periodX || stripWidth) {
      brush.save()
      // A text that was too long for the strip ends where it starts again.
      brush.beginPath()
      brush.rect(x, y, periodX || stripWidth, periodY || stripHeight)
      brush.clip()
      drawText(brush, text, x, y)
      brush.restore()
    }
  }
  const cut = (periodX > 0 && periodX < wantedX) || (periodY > 0 && periodY < wantedY)
  const stride = canvas.width * 4
  const oneWay = (periodX === 0) !== (periodY === 0)
  const phases = oneWay ? Math.min(maxPhases, Math.max(1, Math.floor(maxPixels / (canvas.width * canvas.height)))) : 1
  const strips = Array.from({ length: phases }, (_, phase) =>
    (phase === 0 ? canvas : shifted(canvas, Math.sign(periodX) * (phase / phases), Math.sign(periodY) * (phase / phases))).data(),
  )
  /** How far the window has come from the strip's start, in phases. */
  const place = (speed: number, period: number, elapsedUs: number): number => {
    if (period === 0) return 0
    const moved = (-speed * elapsedUs) / 1e6
    return Math.floor((moved - Math.floor(moved / period) * period) * phases) % (period * phases)
  }
  return {
    width,
    height,
    stride,
    problem: joined(problemOf(text), cut ? 'The text is too long to scroll: its end is cut off' : undefined),
    windowAt(elapsedUs) {
      const [x, y] = [place(scroll.x, periodX, elapsedUs), place(scroll.y, periodY, elapsedUs)]
      const strip = strips[(x + y) % phases] as Uint8Array
      return strip.subarray(Math.floor(y / phases) * stride + Math.floor(x / phases) * 4)
    },
  }
}

/** The same image this far to the left and up, in parts of a pixel. */
function shifted(canvas: Canvas, x: number, y: number): Canvas {
  const moved = createCanvas(canvas.width, canvas.height)
  moved.getContext('2d').drawImage(canvas, -x, -y)
  return moved
}
