import { barcodeColumns, barcodeHeight, barcodeRows, encodeBarcode } from './barcode.ts'
import { glyph, glyphHeight, glyphWidth, textWidth } from './bitmap-font.ts'

/** One 8-bit plane of a frame; its bytes may belong to anybody. */
export interface Plane {
  readonly data: Uint8Array
  /** Bytes from one row to the next. */
  readonly stride: number
}

/** A YUV 4:2:0 frame. */
export type Planes = readonly [y: Plane, u: Plane, v: Plane]

export interface TestCard {
  /** Draws everything, once per buffer. */
  paintAll(planes: Planes): void
  /** Draws what differs from frame to frame, into a buffer that `paintAll` has filled. */
  paintMoving(planes: Planes, frame: number, wallMs: number): void
}

const black = 16
const white = 235
const panel = 30

/** 75 % colour bars, BT.709 limited range: white, yellow, cyan, green, magenta, red, blue. */
export const bars = [
  [180, 128, 128],
  [168, 44, 136],
  [145, 147, 44],
  [133, 63, 52],
  [63, 193, 204],
  [51, 109, 212],
  [28, 212, 120],
] as const

function fill(plane: Plane, x: number, y: number, width: number, height: number, value: number): void {
  for (let row = y; row < y + height; row++) plane.data.fill(value, row * plane.stride + x, row * plane.stride + x + width)
}

function write(plane: Plane, text: string, x: number, y: number, scale: number, ink: number, paper: number): void {
  fill(plane, x, y, textWidth(text, scale), glyphHeight * scale, paper)
  for (let index = 0; index < text.length; index++) {
    const rows = glyph(text[index]!)
    for (let row = 0; row < rows.length; row++) {
      for (let column = 0; column < glyphWidth; column++) {
        if (!rows[row]![column]) continue
        fill(plane, x + (index * (glyphWidth + 1) + column) * scale, y + row * scale, scale, scale, ink)
      }
    }
  }
}

/** Where fresh grain is shown: without something that cannot be predicted an encoder would send next to nothing. */
const grainArea = { x: 0.52, y: 0.76, width: 0.27, height: 0.2 } as const

const two = (value: number): string => String(value).padStart(2, '0')

/** Local wall clock as `HH:MM:SS.mmm`. */
export function clockText(wallMs: number): string {
  const date = new Date(wallMs)
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

/** True in the first tenth of each second of the wall clock: while the flash is lit and the beep is heard. */
export function isFlash(wallMs: number): boolean {
  return wallMs % 1000 < 100
}

/** Position of the flash block, as parts of the frame's width and height. Nothing else touches it. */
export const flashArea = { x: 0.82, y: 0.76, width: 0.14, height: 0.2 } as const

/** Lays out the test card. Width and height are even; small frames get small letters, never none. */
export function createTestCard(width: number, height: number): TestCard {
  const stripHeight = Math.floor(height * barcodeHeight)
  const barsBottom = Math.floor(height * 0.62) & ~1
  const rampBottom = Math.floor(height * 0.72) & ~1
  const scale = Math.max(1, Math.floor(height / 90))
  const small = Math.max(1, Math.floor(height / 180))
  const left = Math.floor(width * 0.03)
  const code = new Uint8Array(12)
  const ramp = new Uint8Array(width)
  for (let x = 0; x < width; x++) ramp[x] = black + Math.floor(((white - black) * x) / width)
  const marker = Math.floor(width / 16) & ~1
  const flash = {
    x: Math.floor(width * flashArea.x),
    y: Math.floor(height * flashArea.y),
    width: Math.floor(width * flashArea.width),
    height: Math.floor(height * flashArea.height),
  }

  const grain = {
    x: Math.floor(width * grainArea.x),
    y: Math.floor(height * grainArea.y),
    width: Math.floor(width * grainArea.width),
    height: Math.floor(height * grainArea.height),
  }
  const noise = new Uint8Array(1 << 16)
  let state = 0x2545f491
  for (let index = 0; index < noise.length; index++) {
    // xorshift32
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    noise[index] = 96 + (state & 63)
  }

  function paintAll([y, u, v]: Planes): void {
    fill(y, 0, 0, width, height, panel)
    fill(u, 0, 0, width / 2, height / 2, 128)
    fill(v, 0, 0, width / 2, height / 2, 128)
    for (let index = 0; index < bars.length; index++) {
      const from = Math.floor((width * index) / bars.length) & ~1
      const to = index === bars.length - 1 ? width : Math.floor((width * (index + 1)) / bars.length) & ~1
      const [luma, cb, cr] = bars[index]!
      fill(y, from, stripHeight, to - from, barsBottom - stripHeight, luma)
      fill(u, from / 2, Math.ceil(stripHeight / 2), (to - from) / 2, Math.floor((barsBottom - stripHeight) / 2), cb)
      fill(v, from / 2, Math.ceil(stripHeight / 2), (to - from) / 2, Math.floor((barsBottom - stripHeight) / 2), cr)
    }
    for (let row = barsBottom; row < rampBottom; row++) y.data.set(ramp, row * y.stride)
    const caption = 'AMI STREAMS'
    const captionWidth = textWidth(caption, scale)
    const captionX = Math.floor((width - captionWidth) / 2)
    const captionY = Math.floor((stripHeight + barsBottom - glyphHeight * scale) / 2)
    fill(y, captionX - 2 * scale, captionY - 2 * scale, captionWidth + 4 * scale, (glyphHeight + 4) * scale, black)
    const boxX = (captionX - 2 * scale) >> 1
    const boxY = (captionY - 2 * scale) >> 1
    for (const plane of [u, v]) fill(plane, boxX, boxY, (captionWidth + 4 * scale) >> 1, ((glyphHeight + 4) * scale) >> 1, 128)
    write(y, caption, captionX, captionY, scale, white, black)
    write(y, 'FRAME', left, Math.floor(height * 0.89), small, 150, panel)
  }

  function paintBarcode(y: Plane, frame: number, wallMs: number): void {
    encodeBarcode({ frame, wallMs }, code)
    for (let row = 0; row < barcodeRows; row++) {
      const top = Math.floor((row * stripHeight) / barcodeRows)
      const bottom = Math.floor(((row + 1) * stripHeight) / barcodeRows)
      const start = top * y.stride
      for (let column = 0; column < barcodeColumns; column++) {
        const bit = code[row * 4 + (column >> 3)]! & (0x80 >> (column & 7))
        const from = Math.floor((column * width) / barcodeColumns)
        const to = Math.floor(((column + 1) * width) / barcodeColumns)
        y.data.fill(bit ? white : black, start + from, start + to)
      }
      for (let line = top + 1; line < bottom; line++) y.data.copyWithin(line * y.stride, start, start + width)
    }
  }

  function paintMoving([y]: Planes, frame: number, wallMs: number): void {
    paintBarcode(y, frame, wallMs)
    // A block runs across the ramp every two seconds: a repeated or missing frame is seen as a stumble.
    const markerX = Math.floor(((wallMs % 2000) / 2000) * (width - marker))
    for (let row = barsBottom; row < rampBottom; row++) {
      y.data.set(ramp, row * y.stride)
      y.data.fill(white, row * y.stride + markerX, row * y.stride + markerX + marker)
    }
    write(y, clockText(wallMs), left, Math.floor(height * 0.76), scale, white, panel)
    write(
      y,
      String(frame).padStart(8, '0'),
      left + textWidth('FRAME ', small) + small,
      Math.floor(height * 0.89),
      small + (small >> 1),
      white,
      panel,
    )
    for (let row = 0; row < grain.height; row++) {
      const from = ((frame * 8191 + row * 4099) >>> 0) % (noise.length - grain.width)
      y.data.set(noise.subarray(from, from + grain.width), (grain.y + row) * y.stride + grain.x)
    }
    fill(y, flash.x, flash.y, flash.width, flash.height, isFlash(wallMs) ? white : black)
  }

  return { paintAll, paintMoving }
}
