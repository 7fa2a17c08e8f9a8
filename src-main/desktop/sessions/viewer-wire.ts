import type { Duplex } from 'node:stream'
import { readFrames } from '../../platform/workers/wire-frames.ts'

/** A frame is `u32 length of what follows, u32 viewer`, then what that viewer is sent. Numbers are big-endian. */
const headBytes = 8

/** Hands what a worker wrote for each viewer to `onPayload`; it is the receiver's own. */
export function readViewerWire(pipe: Duplex, onPayload: (viewer: number, payload: Buffer) => void, onBroken: (error: Error) => void): void {
  readFrames(pipe, {
    minBytes: headBytes,
    onFrame: (frame) => onPayload(frame.readUInt32BE(4), frame.subarray(headBytes)),
    onBroken,
  })
  pipe.on('error', onBroken)
}

/** Writes what a viewer is sent. */
export function writeViewerWire(pipe: Duplex, viewer: number, parts: readonly Uint8Array[]): void {
  const head = Buffer.allocUnsafe(headBytes)
  head.writeUInt32BE(4 + parts.reduce((sum, part) => sum + part.length, 0), 0)
  head.writeUInt32BE(viewer, 4)
  pipe.cork()
  pipe.write(head)
  for (const part of parts) pipe.write(part)
  pipe.uncork()
}
