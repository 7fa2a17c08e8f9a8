/** FLV as a byte stream (FLV 10.1, annex E): a header, then tags, each followed by its own size. */

/** File header and the size of the tag before the first, which is 0. */
export function flvHeader(hasVideo: boolean, hasAudio: boolean): Buffer {
  return Buffer.from([0x46, 0x4c, 0x56, 1, (hasAudio ? 4 : 0) | (hasVideo ? 1 : 0), 0, 0, 0, 9, 0, 0, 0, 0])
}

/** One tag of message type 8, 9 or 18 with its size behind it. */
export function flvTag(type: number, timestampMs: number, body: Uint8Array): Buffer {
  const size = body.length
  const tag = Buffer.allocUnsafeSlow(size + 15)
  tag[0] = type
  tag.writeUIntBE(size, 1, 3)
  tag.writeUIntBE(timestampMs & 0xffffff, 4, 3)
  tag[7] = (timestampMs >>> 24) & 0xff
  tag.fill(0, 8, 11)
  tag.set(body, 11)
  tag.writeUInt32BE(size + 11, size + 11)
  return tag
}
