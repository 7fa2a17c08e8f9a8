import { barcodeColumns, barcodeHeight, barcodeRows, encodeBarcode } from '../../src-main/media/worker/test-card/barcode.ts'
import type { XClient } from './x-client.ts'

export interface XFilm {
  /** Numbers of the frames that were drawn: one that this process was delayed for is none of them. */
  readonly drawn: readonly number[]
  stop(): void
}

/** Draws the test card's strip into the top of a window, `rate` times a second: each frame by one request, so it is seen as a whole. */
export function showFilm(client: XClient, window: number, { width, height, rate }: { width: number; height: number; rate: number }): XFilm {
  const strip = Math.round(height * barcodeHeight)
  const pixels = Buffer.alloc(width * strip * 4)
  const code = new Uint8Array(12)
  const began = performance.now()
  const drawn: number[] = []
  const draw = (): void => {
    const next = Math.round(((performance.now() - began) * rate) / 1000)
    // A timer that was delayed fires twice in a row.
    if (next === drawn.at(-1)) return
    drawn.push(next)
    encodeBarcode({ frame: next, wallMs: Date.now() }, code)
    for (let row = 0; row < barcodeRows; row++) {
      const [top, bottom] = [Math.round((row * strip) / barcodeRows), Math.round(((row + 1) * strip) / barcodeRows)]
      for (let column = 0; column < barcodeColumns; column++) {
        const white = code[row * 4 + (column >> 3)]! & (0x80 >> (column & 7))
        const [left, right] = [Math.round((column * width) / barcodeColumns), Math.round(((column + 1) * width) / barcodeColumns)]
        for (let y = top; y < bottom; y++) pixels.fill(white ? 255 : 0, (y * width + left) * 4, (y * width + right) * 4)
      }
    }
    client.putImage(window, 0, 0, width, strip, pixels)
  }
  draw()
  const timer = setInterval(draw, 1000 / rate)
  return { drawn, stop: () => clearInterval(timer) }
}
