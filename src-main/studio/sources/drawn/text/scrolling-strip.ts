import { createCanvas } from '@napi-rs/canvas'
import type { TextSettings } from '../kinds.ts'
import { drawText, joined, type MeasuredText, problemOf } from './paint-text.ts'

/** A text painted once, side by side with itself, so that a window which moves over it never meets an edge. */
export interface ScrollingStrip {
  /** Of the window, px. */
  readonly width: number
  readonly height: number
  /** RGBA, alpha premultiplied, and bytes from row to row. */
  readonly pixels: Uint8Array
  readonly stride: number
  readonly problem: string | undefined
  /** Byte at which the window stands after so many microseconds. */
  offsetAt(elapsedUs: number): number
}

/** Strips hold so many pixels at most, and so many along. */
const mostPixels = 24_000_000
const longestStrip = 60_000

type Scroll = NonNullable<TextSettings['scroll']>

/** Paints the strip for a window of `width` by `height`. */
export function paintStrip(text: MeasuredText, scroll: Scroll, width: number, height: number): ScrollingStrip {
  const across = Math.max(1, Math.ceil(scroll.y === 0 ? height : text.height))
  const room = Math.min(longestStrip, Math.floor(mostPixels / Math.max(1, Math.max(across, height))))
  const wantedX = Math.ceil(text.width) + scroll.gap
  // From one beginning to the next.
  const periodX = scroll.x === 0 ? 0 : Math.max(1, Math.min(wantedX, room - width))
  const stripWidth = width + periodX
  const wantedY = Math.ceil(text.height) + scroll.gap
  const periodY = scroll.y === 0 ? 0 : Math.max(1, Math.min(wantedY, Math.floor(mostPixels / stripWidth) - height))
  const stripHeight = height + periodY
  const canvas = createCanvas(stripWidth, stripHeight)
  const brush = canvas.getContext('2d')
  if (text.style.background !== null) {
    brush.fillStyle = text.style.background.color
    brush.fillRect(0, 0, stripWidth, stripHeight)
  }
  for (let y = 0; y < stripHeight; y += periodY || stripHeight) {
    for (let x = 0; x < stripWidth; x += periodX || stripWidth) {
      brush.save()
      // A text that was too long for the strip ends where it begins again.
      brush.beginPath()
      brush.rect(x, y, periodX || stripWidth, periodY || stripHeight)
      brush.clip()
      drawText(brush, text, x, y)
      brush.restore()
    }
  }
  const cut = (periodX > 0 && periodX < wantedX) || (periodY > 0 && periodY < wantedY)
  const stride = stripWidth * 4
  const place = (speed: number, period: number, elapsedUs: number): number => {
    if (period === 0) return 0
    const moved = (-speed * elapsedUs) / 1e6
    return Math.floor(moved - Math.floor(moved / period) * period)
  }
  return {
    width,
    height,
    pixels: canvas.data(),
    stride,
    problem: joined(problemOf(text), cut ? 'The text is too long to scroll: its end is cut off' : undefined),
    offsetAt: (elapsedUs) => place(scroll.y, periodY, elapsedUs) * stride + place(scroll.x, periodX, elapsedUs) * 4,
  }
}
