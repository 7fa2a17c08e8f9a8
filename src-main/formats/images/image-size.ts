import { type Fault, fault } from '../fault.ts'

export interface ImageSize {
  readonly width: number
  readonly height: number
}

/** Width and height that a PNG (IHDR) or a JPEG (its first SOF marker) says to have, without decoding it. */
export function readImageSize(data: Uint8Array): ImageSize | Fault {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  if (data.length >= 24 && view.getUint32(0) === 0x89504e47) {
    if (view.getUint32(12) !== 0x49484452) return fault('the PNG does not start with its header', 12)
    return sized(view.getUint32(16), view.getUint32(20), 16)
  }
  if (data.length < 4 || view.getUint16(0) !== 0xffd8) return fault('neither PNG nor JPEG', 0)
  let at = 2
  while (at + 4 <= data.length) {
    if (data[at] !== 0xff) return fault('a JPEG marker was expected', at)
    const marker = data[at + 1] as number
    // Fill bytes, and markers without content.
    if (marker === 0xff) {
      at++
      continue
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2
      continue
    }
    const length = view.getUint16(at + 2)
    if (length < 2) return fault('a JPEG segment is shorter than its length', at)
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      if (at + 9 > data.length) break
      return sized(view.getUint16(at + 7), view.getUint16(at + 5), at)
    }
    if (marker === 0xda || marker === 0xd9) break
    at += 2 + length
  }
  return fault('the JPEG says no size', Math.min(at, data.length))
}

function sized(width: number, height: number, offset: number): ImageSize | Fault {
  return width === 0 || height === 0 ? fault('the image has no pixels', offset) : { width, height }
}
