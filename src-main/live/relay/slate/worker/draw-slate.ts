import { glyph, glyphHeight, glyphWidth, textWidth } from '../../../../media/worker/test-card/bitmap-font.ts'
import type { Plane, Planes } from '../../../../media/worker/test-card/test-card.ts'

/** Brightness and colour of our own slate: a dark blue with light letters (BT.709, limited range). */
const background = { y: 48, u: 142, v: 121 }
const ink = 205

/** Draws our own slate: the sentence, and the stream's title beneath. */
export function drawSlate(planes: Planes, width: number, height: number, title: string): void {
  const [y, u, v] = planes
  y.data.fill(background.y)
  u.data.fill(background.u)
  v.data.fill(background.v)
  const sentence = "WE'LL BE RIGHT BACK"
  const scale = Math.max(1, Math.floor((width * 0.7) / textWidth(sentence, 1)))
  write(y, width, height, sentence, scale, Math.floor(height * 0.42))
  const small = Math.max(1, Math.floor(scale / 2))
  const max = Math.floor((width * 0.9) / ((glyphWidth + 1) * small))
  write(y, width, height, title.toUpperCase().slice(0, max), small, Math.floor(height * 0.42) + glyphHeight * scale * 2)
}

function write(plane: Plane, width: number, height: number, text: string, scale: number, top: number): void {
  let left = Math.max(0, Math.floor((width - textWidth(text, scale)) / 2))
  for (const sign of text) {
    glyph(sign).forEach((row, line) => {
      row.forEach((inked, column) => {
        if (!inked) return
        for (let dy = 0; dy < scale; dy++) {
          const at = top + line * scale + dy
          const from = left + column * scale
          if (at < height && from + scale <= width) plane.data.fill(ink, at * plane.stride + from, at * plane.stride + from + scale)
        }
      })
    })
    left += (glyphWidth + 1) * scale
  }
}
