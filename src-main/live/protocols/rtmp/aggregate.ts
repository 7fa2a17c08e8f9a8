import { type Fault, fault } from '../../../formats/fault.ts'

/** Walks an aggregate message (RTMP 1.0 section 7.1.6): FLV tags, whose times count from the message's own. */
export function readAggregate(
  timestampMs: number,
  body: Buffer,
  onTag: (type: number, timestampMs: number, body: Buffer) => void,
): Fault | undefined {
  let position = 0
  let firstMs = 0
  while (position < body.length) {
    if (position + 11 > body.length) return fault('an aggregate message is cut', position)
    const length = body.readUIntBE(position + 1, 3)
    const timeMs = (body.readUIntBE(position + 4, 3) | (body[position + 7]! << 24)) >>> 0
    if (position === 0) firstMs = timeMs
    const start = position + 11
    if (start + length > body.length) return fault('a tag is longer than its aggregate message', position)
    onTag(body[position]! & 0x1f, (timestampMs + timeMs - firstMs) >>> 0, body.subarray(start, start + length))
    position = start + length + 4
  }
  return undefined
}
