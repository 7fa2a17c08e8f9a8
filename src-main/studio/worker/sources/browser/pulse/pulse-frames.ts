/** Frames of the PulseAudio native protocol: a descriptor of 20 bytes, then a command or audio. */
const descriptorBytes = 20
/** Channel that represents a command. */
export const commandChannel = 0xffffffff
/** Longest frame that is taken, bytes: 1.3 s of stereo float at 48 kHz are half of it. */
const longestFrame = 1 << 20

export interface PulseFrame {
  readonly channel: number
  readonly data: Buffer
}

/** Takes a byte stream apart. */
export class PulseFrameReader {
  #rest: Buffer = Buffer.alloc(0)

  /** Frames that are whole now; undefined where the bytes are no frames: nothing more comes of them. */
  push(bytes: Buffer): PulseFrame[] | undefined {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    const frames: PulseFrame[] = []
    let at = 0
    while (all.length - at >= descriptorBytes) {
      const length = all.readUInt32BE(at)
      if (length > longestFrame) return undefined
      const end = at + descriptorBytes + length
      if (end > all.length) break
      frames.push({ channel: all.readUInt32BE(at + 4), data: all.subarray(at + descriptorBytes, end) })
      at = end
    }
    this.#rest = all.subarray(at)
    return frames
  }
}

/** A command as it goes over the wire. */
export function frameOf(command: Buffer): Buffer {
  const frame = Buffer.alloc(descriptorBytes + command.length)
  frame.writeUInt32BE(command.length, 0)
  frame.writeUInt32BE(commandChannel, 4)
  frame.set(command, descriptorBytes)
  return frame
}
