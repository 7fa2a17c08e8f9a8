/**
 * The machine-readable strip at the top of the test card: 3 rows of 32 black or white blocks, most significant bit first.
 *
 * | row | bits |
 * |---|---|
 * | 0 | frame number, 32 bits |
 * | 1 | upper 32 of the 48 bits of the wall clock, ms since 1970 |
 * | 2 | lower 16 bits of the wall clock, then CRC-16/CCITT-FALSE over the ten bytes before it |
 *
 * A block is 1/32 of the frame wide and 1/30 of it high, so at 1280x720 it spans 40x24 pixels: large enough to survive any bitrate and any
 * scaling that leaves an image to look at. White is a 1.
 */
export const barcodeColumns = 32
export const barcodeRows = 3
/** The strip takes this part of the frame's height. */
export const barcodeHeight = 1 / 10

export interface Barcode {
  readonly frame: number
  /** Milliseconds since 1970 for which the frame was drawn. */
  readonly wallMs: number
}

function crc16(bytes: Uint8Array, length: number): number {
  let crc = 0xffff
  for (let i = 0; i < length; i++) {
    crc ^= bytes[i]! << 8
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff
  }
  return crc
}

/** Writes the strip's 96 bits into 12 bytes. */
export function encodeBarcode(code: Barcode, into: Uint8Array): void {
  const view = new DataView(into.buffer, into.byteOffset, 12)
  view.setUint32(0, code.frame >>> 0)
  view.setUint32(4, Math.floor(code.wallMs / 0x10000))
  view.setUint16(8, code.wallMs % 0x10000)
  view.setUint16(10, crc16(into, 10))
}

/**
 * Reads the strip from a frame's brightness; undefined if the checksum is wrong. `luma(x, y)` answers 0 to 255 for pixel positions within
 * `width` and `height`.
 */
export function readBarcode(width: number, height: number, luma: (x: number, y: number) => number): Barcode | undefined {
  const bytes = new Uint8Array(12)
  const blockWidth = width / barcodeColumns
  const blockHeight = (height * barcodeHeight) / barcodeRows
  for (let row = 0; row < barcodeRows; row++) {
    for (let column = 0; column < barcodeColumns; column++) {
      let sum = 0
      for (let step = 0; step < 9; step++) {
        const x = Math.floor((column + 0.3 + 0.2 * (step % 3)) * blockWidth)
        const y = Math.floor((row + 0.3 + 0.2 * Math.floor(step / 3)) * blockHeight)
        sum += luma(x, y)
      }
      if (sum / 9 >= 126) bytes[row * 4 + (column >> 3)]! |= 0x80 >> (column & 7)
    }
  }
  const view = new DataView(bytes.buffer)
  if (view.getUint16(10) !== crc16(bytes, 10)) return undefined
  return { frame: view.getUint32(0), wallMs: view.getUint32(4) * 0x10000 + view.getUint16(8) }
}
