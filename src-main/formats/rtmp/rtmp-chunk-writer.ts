/**
 * Cuts messages into chunks (RTMP 1.0 section 5.3.1). Every message starts with a full header (type 0): a few bytes more than
 * deltas would take, but no state per receiver, so that one body can be shared by all of them.
 */

/** The first header of a message: 12 bytes, or 16 with an extended timestamp. `chunkStream` is 2 to 63. */
export function messageHeader(chunkStream: number, type: number, streamId: number, timestampMs: number, length: number): Buffer {
  const extended = timestampMs >= 0xffffff
  const header = Buffer.allocUnsafe(extended ? 16 : 12)
  header[0] = chunkStream
  header.writeUIntBE(extended ? 0xffffff : timestampMs, 1, 3)
  header.writeUIntBE(length, 4, 3)
  header[7] = type
  header.writeUInt32LE(streamId, 8)
  if (extended) header.writeUInt32BE(timestampMs >>> 0, 12)
  return header
}

/** The header before each further chunk of a message (type 3), which repeats an extended timestamp. */
export function continuationHeader(chunkStream: number, timestampMs: number): Buffer {
  const extended = timestampMs >= 0xffffff
  const header = Buffer.allocUnsafe(extended ? 5 : 1)
  header[0] = 0xc0 | chunkStream
  if (extended) header.writeUInt32BE(timestampMs >>> 0, 1)
  return header
}

/** Hands the pieces of one message to `write`, in order. The body is not copied. Returns the bytes handed over. */
export function writeMessage(
  write: (piece: Buffer) => void,
  chunkSize: number,
  chunkStream: number,
  type: number,
  streamId: number,
  timestampMs: number,
  body: Buffer,
): number {
  const header = messageHeader(chunkStream, type, streamId, timestampMs, body.length)
  write(header)
  let total = header.length + body.length
  if (body.length <= chunkSize) {
    if (body.length > 0) write(body)
    return total
  }
  for (let position = 0; position < body.length; position += chunkSize) {
    if (position > 0) {
      const continuation = continuationHeader(chunkStream, timestampMs)
      write(continuation)
      total += continuation.length
    }
    write(body.subarray(position, position + chunkSize))
  }
  return total
}

/** One whole message in one buffer, for small ones. */
export function encodeMessage(
  chunkSize: number,
  chunkStream: number,
  type: number,
  streamId: number,
  timestampMs: number,
  body: Buffer,
): Buffer {
  const pieces: Buffer[] = []
  const total = writeMessage((piece) => pieces.push(piece), chunkSize, chunkStream, type, streamId, timestampMs, body)
  return Buffer.concat(pieces, total)
}
