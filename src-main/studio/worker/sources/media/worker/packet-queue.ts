import type { Packet } from 'node-av/lib'

interface Waiting {
  readonly packet: Packet
  /** µs. */
  readonly dtsUs: number
  readonly bytes: number
}

/** Packets of one track that were read and not decoded yet. Owns them until they are taken. */
export class PacketQueue {
  #waiting: Waiting[] = []
  #bytes = 0

  get length(): number {
    return this.#waiting.length
  }

  get bytes(): number {
    return this.#bytes
  }

  /** From the oldest to the newest packet, µs. */
  get spanUs(): number {
    const [oldest] = this.#waiting
    const newest = this.#waiting.at(-1)
    return oldest && newest ? newest.dtsUs - oldest.dtsUs : 0
  }

  /** Decoding time of the oldest packet, µs; undefined while the queue is empty. */
  get nextUs(): number | undefined {
    return this.#waiting[0]?.dtsUs
  }

  get startsWithKey(): boolean {
    return this.#waiting[0]?.packet.isKeyframe ?? false
  }

  push(packet: Packet, dtsUs: number): void {
    const bytes = packet.size
    this.#waiting.push({ packet, dtsUs, bytes })
    this.#bytes += bytes
  }

  /** The oldest packet: the caller frees it. */
  shift(): Packet | undefined {
    const first = this.#waiting.shift()
    if (first === undefined) return undefined
    this.#bytes -= first.bytes
    return first.packet
  }

  /** Drops what is before the newest keyframe, if one is behind the oldest packet. True where something was dropped. */
  dropToKeyframe(): boolean {
    const key = this.#waiting.findLastIndex(({ packet }) => packet.isKeyframe)
    if (key <= 0) return false
    for (const { packet, bytes } of this.#waiting.splice(0, key)) {
      this.#bytes -= bytes
      packet.free()
    }
    return true
  }

  clear(): void {
    for (const { packet } of this.#waiting) packet.free()
    this.#waiting = []
    this.#bytes = 0
  }
}
