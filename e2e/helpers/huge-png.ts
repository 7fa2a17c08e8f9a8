import { crc32, deflateSync } from 'node:zlib'

/** A square image of one colour (0xrrggbb) and one bit a pixel: small as a file and quick to make, a gigabyte when it is decoded whole. */
export function hugePng(size: number, color: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data])
    const frame = Buffer.alloc(8)
    frame.writeUInt32BE(data.length)
    frame.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(size, 0)
  head.writeUInt32BE(size, 4)
  const [bits, palette] = [1, 3]
  head.set([bits, palette], 8)
  const colors = Buffer.alloc(6)
  colors.writeUIntBE(color, 0, 3)
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk('IHDR', head),
    chunk('PLTE', colors),
    chunk('IDAT', deflateSync(Buffer.alloc((size / 8 + 1) * size), { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
