/**
 * Reads the strip at the top of the test card. This is the reader's side of what src-main/media/worker/test-card/barcode.ts draws,
 * written apart from it, so that a mistake in one is not hidden by the other:
 * 3 rows of 32 blocks over the top tenth of the frame, white is 1, most significant bit first;
 * 32 bits frame number, 48 bits wall clock in ms since 1970, CRC-16/CCITT-FALSE over those ten bytes.
 */
export interface Barcode {
  readonly frame: number
  readonly wallMs: number
}

/** `luma(x, y)` answers 0 to 255. Undefined where the checksum does not hold. Self-contained: it is also sent into pages. */
export function readBarcode(width: number, height: number, luma: (x: number, y: number) => number): Barcode | undefined {
  const bytes: number[] = []
  for (let index = 0; index < 12; index++) {
    let byte = 0
    for (let bit = 0; bit < 8; bit++) {
      const column = (index % 4) * 8 + bit
      const row = Math.floor(index / 4)
      const x = ((column + 0.5) * width) / 32
      const y = ((row + 0.5) * height) / 30
      const around = luma(Math.floor(x), Math.floor(y)) + luma(Math.floor(x) - 1, Math.floor(y)) + luma(Math.floor(x), Math.floor(y) - 1)
      byte = byte * 2 + (around / 3 >= 126 ? 1 : 0)
    }
    bytes.push(byte)
  }
  let crc = 0xffff
  for (const byte of bytes.slice(0, 10)) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff
  }
  if (crc !== bytes[10]! * 256 + bytes[11]!) return undefined
  const number = (from: number, to: number): number => bytes.slice(from, to).reduce((sum, byte) => sum * 256 + byte, 0)
  return { frame: number(0, 4), wallMs: number(4, 10) }
}
