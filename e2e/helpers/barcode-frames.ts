/**
 * Writes raw I420 frames with the test card's strip to standard output, in real time: the video of a camera's double. Below the strip the
 * left half is red and the right half blue, so that swapped colours are seen. Arguments: width, height, frames a second.
 */
import { barcodeColumns, barcodeHeight, barcodeRows, encodeBarcode } from '../../src-main/media/worker/test-card/barcode.ts'

const [width = 640, height = 360, rate = 30] = process.argv.slice(2).map(Number)
const pixels = Buffer.alloc((width * height * 3) / 2)
const strip = Math.round(height * barcodeHeight)

/** Limited range; by the matrix that GStreamer assumes for frames of this size. */
const colours = height < 720 ? { red: [81, 90, 240], blue: [41, 240, 110] } : { red: [63, 102, 240], blue: [32, 240, 118] }
for (let y = 0; y < height; y++) {
  pixels.fill(colours.red[0]!, y * width, y * width + width / 2)
  pixels.fill(colours.blue[0]!, y * width + width / 2, (y + 1) * width)
}
for (const [plane, index] of [
  [0, 1],
  [1, 2],
] as const) {
  const start = width * height + (plane * width * height) / 4
  for (let y = 0; y < height / 2; y++) {
    const row = start + (y * width) / 2
    const coloured = y * 2 >= strip
    pixels.fill(coloured ? colours.red[index]! : 128, row, row + width / 4)
    pixels.fill(coloured ? colours.blue[index]! : 128, row + width / 4, row + width / 2)
  }
}

const code = new Uint8Array(12)
const began = performance.now()
let frame = 0
function next(): void {
  frame = Math.round(((performance.now() - began) * rate) / 1000)
  if (!process.stdout.writableNeedDrain) {
    encodeBarcode({ frame, wallMs: Date.now() }, code)
    for (let row = 0; row < barcodeRows; row++) {
      const [top, bottom] = [Math.round((row * strip) / barcodeRows), Math.round(((row + 1) * strip) / barcodeRows)]
      for (let column = 0; column < barcodeColumns; column++) {
        const white = code[row * 4 + (column >> 3)]! & (0x80 >> (column & 7))
        const [left, right] = [Math.round((column * width) / barcodeColumns), Math.round(((column + 1) * width) / barcodeColumns)]
        for (let y = top; y < bottom; y++) pixels.fill(white ? 235 : 16, y * width + left, y * width + right)
      }
    }
    process.stdout.write(Buffer.from(pixels))
  }
  setTimeout(next, Math.max(0, began + ((frame + 1) * 1000) / rate - performance.now()))
}
process.stdout.on('error', () => process.exit(0))
next()
