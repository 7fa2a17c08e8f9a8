import type { Duplex } from 'node:stream'

/** Longest frame that is believed, bytes. */
const maxFrameBytes = 64 * 1024 * 1024

export interface FrameReader {
  /** Bytes of the least frame, its length included. */
  readonly minBytes: number
  /** One whole frame with its length; a view of what arrived, valid for the call. What it throws breaks the pipe. */
  onFrame(frame: Buffer): void
  /** A frame breaks the format: nothing is read any more. */
  onBroken(error: Error): void
  /** True once frames are not wanted any more. */
  readonly closed?: () => boolean
}

/** Reads frames from a pipe: `u32 length of what follows, big-endian`, then this many bytes. Never throws on what the other side sends. */
export function readFrames(pipe: Duplex, { minBytes, onFrame, onBroken, closed = () => false }: FrameReader): void {
  let kept: Buffer[] = []
  let keptBytes = 0
  let wanted = minBytes
  let broken = false
  pipe.on('data', (chunk: Buffer) => {
    if (broken) return
    kept.push(chunk)
    keptBytes += chunk.length
    if (keptBytes < wanted) return
    const all = kept.length === 1 ? chunk : Buffer.concat(kept, keptBytes)
    let at = 0
    try {
      for (;;) {
        wanted = minBytes
        if (all.length - at < minBytes) break
        const length = all.readUInt32BE(at) + 4
        if (length < minBytes || length > maxFrameBytes) throw new Error(`frame of ${length} bytes`)
        wanted = length
        if (all.length - at < length) break
        onFrame(all.subarray(at, at + length))
        at += length
        if (closed()) return
      }
    } catch (error) {
      broken = true
      onBroken(error as Error)
      return
    }
    kept = at < all.length ? [all.subarray(at)] : []
    keptBytes = all.length - at
  })
}
