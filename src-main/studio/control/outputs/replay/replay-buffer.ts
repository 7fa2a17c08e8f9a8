import type { Packet, Track } from '../../../../formats/track.ts'
import type { StreamSubscriber } from '../../../../media/live-stream.ts'

/** Packets of the last seconds, whole groups of pictures, bounded in time and bytes. */
export class ReplayBuffer implements StreamSubscriber {
  readonly #seconds: number
  readonly #maxBytes: number
  /** Groups: each starts with a keyframe, and contains what came until the next. */
  #groups: { readonly packets: Packet[]; readonly startS: number; bytes: number }[] = []
  readonly #tracks = new Map<string, Track>()
  #bytes = 0
  #endS = 0

  constructor(seconds: number, maxBytes: number) {
    this.#seconds = seconds
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  get durationMs(): number {
    const first = this.#groups[0]
    return first === undefined ? 0 : Math.max(0, Math.round((this.#endS - first.startS) * 1000))
  }

  /** What is kept now, in order. */
  packets(): Packet[] {
    return this.#groups.flatMap((group) => group.packets)
  }

  onTrack(track: Track): void {
    const known = this.#tracks.get(track.id)
    this.#tracks.set(track.id, track)
    // One file cannot contain video of two configurations.
    if (known !== undefined && Buffer.compare(known.config, track.config) !== 0) this.#clear()
  }

  onPacket(packet: Packet): void {
    const { track } = packet
    const video = track.kind === 'video'
    if (video && packet.key) this.#groups.push({ packets: [], startS: packet.pts / track.timescale, bytes: 0 })
    const group = this.#groups.at(-1)
    if (group === undefined) return
    // Packets come as pieces of what was read at once, of other encodings too: kept as they are, they would hold all of it.
    group.packets.push({ ...packet, data: Buffer.from(packet.data) })
    group.bytes += packet.data.length
    this.#bytes += packet.data.length
    if (video) this.#endS = Math.max(this.#endS, (packet.pts + packet.duration) / track.timescale)
    while (this.#groups.length > 1 && (this.#bytes > this.#maxBytes || this.#endS - (this.#groups[1]?.startS ?? 0) >= this.#seconds)) {
      this.#bytes -= this.#groups.shift()?.bytes ?? 0
    }
    // A group that is too large by itself is of no use half.
    if (this.#bytes > this.#maxBytes) this.#clear()
  }

  onDiscontinuity(): void {}

  onEnd(): void {
    this.#clear()
  }

  #clear(): void {
    this.#groups = []
    this.#bytes = 0
    this.#endS = 0
  }
}
