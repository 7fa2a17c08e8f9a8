import type { Duplex } from 'node:stream'
import { deserialize, serialize } from 'node:v8'
import { readFrames } from '../../platform/workers/wire-frames.ts'

/**
 * What the host and the process of another user of the machine say to each other. A frame is `u32 length of what follows, u8 kind, u32 number`
 * (big-endian), then its body. The host is trusted by that process, which may do what its user may. The host believes nothing of what comes
 * back: numbers that it does not know, JSON of another form and long frames end the connection or are dropped.
 */
const prefix = 9

/** From the host; the number is that of the request, or of the channel of a worker. */
export const toUser = { request: 1, message: 2, endWorker: 3 } as const
/** To the host. */
export const fromUser = { reply: 1, failure: 2, worker: 3, media: 4, printed: 5 } as const

/** JSON of one frame that the host reads, bytes. */
export const maxJsonBytes = 2 * 1024 * 1024

/** A piece of a file that is asked for or sent at a time, bytes: what viewers see waits behind no more. */
export const filePieceBytes = 128 * 1024

/** What a worker of the user did, beside what it writes for viewers. */
export type WorkerEvent = 'started' | 'ready' | 'ended' | 'message'

export function writeFrame(pipe: Duplex, kind: number, number: number, parts: readonly Uint8Array[]): boolean {
  const head = Buffer.allocUnsafe(prefix)
  head.writeUInt32BE(prefix - 4 + parts.reduce((sum, part) => sum + part.length, 0), 0)
  head[4] = kind
  head.writeUInt32BE(number, 5)
  pipe.cork()
  let takes = pipe.write(head)
  for (const part of parts) if (part.length > 0) takes = pipe.write(part)
  pipe.uncork()
  return takes
}

/** JSON with bytes behind it: `u32 length of the JSON, JSON, bytes`. */
export function withBytes(value: unknown, bytes: Uint8Array = Buffer.alloc(0)): readonly Uint8Array[] {
  const json = Buffer.from(JSON.stringify(value))
  const length = Buffer.allocUnsafe(4)
  length.writeUInt32BE(json.length)
  return [length, json, bytes]
}

/** Throws where it is another, or too long. The bytes are a view. */
export function readWithBytes(body: Buffer): { readonly value: unknown; readonly bytes: Buffer } {
  const length = body.readUInt32BE(0)
  if (length > maxJsonBytes || 4 + length > body.length) throw new Error(`JSON of ${length} bytes`)
  return { value: JSON.parse(body.toString('utf8', 4, 4 + length)), bytes: body.subarray(4 + length) }
}

/** What the host says to a worker: it has bytes inside. Read by the process of the user alone. */
export const writeMessage = (message: unknown): Uint8Array => serialize(message)
export const readMessage = (body: Uint8Array): unknown => deserialize(body)

/** Hands each frame to `onFrame`, whose body is a view for the call. What it throws ends reading. Never throws itself. */
export function readUserWire(
  pipe: Duplex,
  onFrame: (kind: number, number: number, body: Buffer) => void,
  onBroken: (error: Error) => void,
): void {
  readFrames(pipe, {
    minBytes: prefix,
    onFrame: (frame) => onFrame(frame[4] as number, frame.readUInt32BE(5), frame.subarray(prefix)),
    onBroken,
  })
}
