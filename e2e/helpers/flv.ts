import { readFileSync } from 'node:fs'

/** One tag of an FLV file: 8 audio, 9 video, 18 data. */
export interface FlvTag {
  readonly type: number
  readonly timestampMs: number
  readonly body: Buffer
}

/** Reads the tags of an FLV file (FLV 10.1 section E.3, E.4.1). */
export function readFlv(file: string): FlvTag[] {
  const bytes = readFileSync(file)
  const tags: FlvTag[] = []
  let at = bytes.readUInt32BE(5) + 4
  while (at + 11 <= bytes.length) {
    const length = bytes.readUIntBE(at + 1, 3)
    const timestampMs = bytes.readUIntBE(at + 4, 3) + bytes[at + 7]! * 2 ** 24
    tags.push({ type: bytes[at]! & 31, timestampMs, body: bytes.subarray(at + 11, at + 11 + length) })
    at += 15 + length
  }
  return tags
}

/** True for a tag that contains a codec's header (legacy FLV: H.264 and AAC). */
export function isHeader(tag: FlvTag): boolean {
  return (tag.type === 9 || (tag.type === 8 && tag.body[0]! >> 4 === 10)) && tag.body[1] === 0
}

/** True for a frame that can be decoded alone. */
export function isKeyframe(tag: FlvTag): boolean {
  return tag.type === 9 && tag.body[0] === 0x17 && tag.body[1] === 1
}
