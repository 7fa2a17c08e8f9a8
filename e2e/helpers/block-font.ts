/** A TrueType font whose letters A to Z are solid squares without a gap: whoever draws it is seen to use it. */
export function blockFont(): Buffer {
  const unitsPerEm = 1000
  const square = u16(1, 0, -200, 1000, 800, 3, 0) // one contour, its box, the last point, no instructions
  const points = Buffer.concat([
    Buffer.from([1, 1, 1, 1]), // four points on the curve
    u16(0, 0, 1000, 0), // steps to the right
    u16(-200, 1000, 0, -1000), // and upwards
  ])
  const glyph = padded(Buffer.concat([square, points]))
  const glyphs = 27
  const glyf = Buffer.concat(Array.from({ length: glyphs }, () => glyph))
  const loca = Buffer.concat(Array.from({ length: glyphs + 1 }, (_, index) => u32(index * glyph.length)))
  const segments = Buffer.concat([
    u16(4, 32, 0, 4, 4, 1, 0), // format, length, language, twice the segments, and what a search needs
    u16(0x5a, 0xffff, 0, 0x41, 0xffff, 1 - 0x41, 1, 0, 0),
  ])
  const tables: Readonly<Record<string, Buffer>> = {
    cmap: Buffer.concat([u16(0, 1, 3, 1), u32(12), segments]),
    glyf,
    head: Buffer.concat([
      u32(0x00010000, 0x00010000, 0, 0x5f0f3cf5),
      u16(0, unitsPerEm),
      Buffer.alloc(16),
      u16(0, -200, 1000, 800, 0, 8, 2, 1, 0),
    ]),
    hhea: Buffer.concat([u32(0x00010000), u16(800, -200, 0, 1000, 0, 0, 1000, 1, 0, 0, 0, 0, 0, 0, 0, glyphs)]),
    hmtx: Buffer.concat(Array.from({ length: glyphs }, () => u16(1000, 0))),
    loca,
    maxp: Buffer.concat([u32(0x00010000), u16(glyphs, 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)]),
  }
  return file(tables)
}

const u16 = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 2)
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value & 0xffff, index * 2)
  return bytes
}
const u32 = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, index * 4)
  return bytes
}
const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])

function checksum(bytes: Buffer): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 4) sum = (sum + bytes.readUInt32BE(at)) >>> 0
  return sum
}

function file(tables: Readonly<Record<string, Buffer>>): Buffer {
  const entries = Object.entries(tables)
  let at = 12 + entries.length * 16
  const directory: Buffer[] = []
  const bodies: Buffer[] = []
  for (const [tag, table] of entries) {
    const body = padded(table)
    directory.push(Buffer.from(tag, 'latin1'), u32(checksum(body), at, table.length))
    bodies.push(body)
    at += body.length
  }
  return Buffer.concat([u32(0x00010000), u16(entries.length, 64, 2, 48), ...directory, ...bodies])
}
