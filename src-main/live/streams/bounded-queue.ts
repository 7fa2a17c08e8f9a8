import type { Packet } from '../../formats/track.ts'

export interface BoundedQueueOptions {
  readonly maxBytes: number
  readonly maxMs: number
}

/**
 * What waits for one slow subscriber. When it grows over its bounds, whole GOPs are dropped from it: first everything
 * before the newest keyframe in the queue; where that is not enough, everything, and video is refused until a keyframe comes.
 * Sound goes with the pictures it belongs to. Audio-only queues drop their oldest half.
 */
export class BoundedQueue {
  /** Packets dropped since the beginning, and the times that it happened. */
  droppedPackets = 0
  drops = 0
  readonly #maxBytes: number
  readonly #maxMs: number
  #packets: Packet[] = []
  #head = 0
  #bytes = 0
  /** The newest keyframe's place in `#packets`, or -1. */
  #keyAt = -1
  #awaitingKey = false

  constructor(options: BoundedQueueOptions) {
    this.#maxBytes = options.maxBytes
    this.#maxMs = options.maxMs
  }

  get size(): number {
    return this.#packets.length - this.#head
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Media that waits, ms between the oldest and the newest packet. */
  get waitingMs(): number {
    if (this.size < 2) return 0
    return timeMs(this.#packets[this.#packets.length - 1] as Packet) - timeMs(this.#packets[this.#head] as Packet)
  }

  /** Takes a packet. False where it, or others before it, had to be dropped. */
  push(packet: Packet): boolean {
    const video = packet.track.kind === 'video'
    if (this.#awaitingKey) {
      if (!video || !packet.key) {
        this.droppedPackets++
        return false
      }
      this.#awaitingKey = false
    }
    if (video && packet.key) this.#keyAt = this.#packets.length
    this.#packets.push(packet)
    this.#bytes += packet.data.length
    if (this.#bytes <= this.#maxBytes && this.waitingMs <= this.#maxMs) return true
    this.#drop(video)
    return false
  }

  /** Takes the oldest packet out. */
  shift(): Packet | undefined {
    if (this.#head >= this.#packets.length) return undefined
    const packet = this.#packets[this.#head] as Packet
    this.#head++
    this.#bytes -= packet.data.length
    if (this.#head >= 256 || this.#head === this.#packets.length) this.#compact()
    return packet
  }

  /** Forgets everything, e.g. at a discontinuity; the next picture must be a keyframe where there are pictures. */
  clear(): void {
    this.#packets = []
    this.#head = 0
    this.#bytes = 0
    this.#keyAt = -1
  }

  #drop(video: boolean): void {
    this.drops++
    if (this.#keyAt > this.#head) {
      this.#dropUntil(this.#keyAt)
      if (this.#bytes <= this.#maxBytes && this.waitingMs <= this.#maxMs) return
    }
    let hasVideo = video
    for (let index = this.#head; index < this.#packets.length && !hasVideo; index++) {
      hasVideo = (this.#packets[index] as Packet).track.kind === 'video'
    }
    if (!hasVideo) {
      this.#dropUntil(this.#head + Math.ceil(this.size / 2))
      return
    }
    this.droppedPackets += this.size
    this.clear()
    this.#awaitingKey = true
  }

  #dropUntil(index: number): void {
    for (; this.#head < index; this.#head++) {
      this.#bytes -= (this.#packets[this.#head] as Packet).data.length
      this.droppedPackets++
    }
    this.#compact()
  }

  #compact(): void {
    this.#packets.splice(0, this.#head)
    this.#keyAt = this.#keyAt >= this.#head ? this.#keyAt - this.#head : -1
    this.#head = 0
  }
}

function timeMs(packet: Packet): number {
  return (packet.dts / packet.track.timescale) * 1000
}
