import type { Packet } from '../../../formats/track.ts'

/** Counts what an output was given. */
export class FeedMeter {
  bytes = 0
  frames = 0
  /** Of the last second. */
  bitrateKbps = 0
  #before = 0

  count(packet: Packet): void {
    this.bytes += packet.data.length
    if (packet.track.kind === 'video') this.frames++
  }

  /** Once a second. */
  tick(): void {
    this.bitrateKbps = Math.round(((this.bytes - this.#before) * 8) / 1000)
    this.#before = this.bytes
  }
}
