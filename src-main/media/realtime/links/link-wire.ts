import type { Duplex } from 'node:stream'
import { readFrames } from '../../../platform/workers/wire-frames.ts'

/** A frame is `u32 length of what follows, u32 link, u8 delivery`, then a message. Numbers are big-endian. */
const headBytes = 9

/** `ordered`: arrives whole and in order; `fleeting`: may be lost or come late. */
export type Delivery = 'ordered' | 'fleeting'
const deliveries: readonly Delivery[] = ['ordered', 'fleeting']

/** Hands what the host wrote for each link to `onMessage`; the message is valid for the call. */
export function readLinkWire(
  pipe: Duplex,
  onMessage: (link: number, delivery: Delivery, message: Buffer) => void,
  onBroken: (error: Error) => void,
): void {
  readFrames(pipe, {
    minBytes: headBytes,
    onFrame: (frame) => onMessage(frame.readUInt32BE(4), deliveries[frame[8] ?? 0] ?? 'ordered', frame.subarray(headBytes)),
    onBroken,
  })
  pipe.on('error', onBroken)
}

/** Writes a message for a link. */
export function writeLinkWire(pipe: Duplex, link: number, delivery: Delivery, message: Uint8Array): void {
  const head = Buffer.allocUnsafe(headBytes)
  head.writeUInt32BE(headBytes - 4 + message.length, 0)
  head.writeUInt32BE(link, 4)
  head[8] = deliveries.indexOf(delivery)
  pipe.cork()
  pipe.write(head)
  pipe.write(message)
  pipe.uncork()
}
