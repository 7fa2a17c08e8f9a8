import type { IngestPacket } from '../../../../media/ingest-packet.ts'

const MAX_BYTES = 24 * 1024 * 1024
const MAX_MS = 20_000

/** The newest two groups of pictures, with their audio, of a publisher that is not on air: it goes on air with them. */
export class StandbyBuffer {
  #packets: IngestPacket[] = []
  #arrivals: number[] = []
  #bytes = 0
  /** Where the groups start among the packets. */
  #keys: number[] = []

  get packets(): readonly IngestPacket[] {
    return this.#packets
  }

  /** Where groups of pictures start among the packets, oldest first. */
  get keys(): readonly number[] {
    return this.#keys
  }

  get bytes(): number {
    return this.#bytes
  }

  /**
   * @param leads the packet is of the first video track, or of any track of a stream without video
   * @param arrivalMs monotonic
   */
  push(packet: IngestPacket, leads: boolean, arrivalMs: number): void {
    if (leads && packet.key) {
      if (this.#keys.length >= 2) this.#drop(this.#keys[1] as number)
      this.#keys.push(this.#packets.length)
    }
    this.#packets.push(packet)
    this.#arrivals.push(arrivalMs)
    this.#bytes += packet.data.length
    if (this.#bytes > MAX_BYTES || arrivalMs - (this.#arrivals[0] as number) > MAX_MS) this.#makeRoom()
  }

  /** The older group goes; half a group is of no use, so a single one that is too large goes whole. */
  #makeRoom(): void {
    const newest = this.#keys.at(-1)
    this.#drop(newest !== undefined && newest > 0 ? newest : this.#packets.length)
  }

  #drop(count: number): void {
    for (let index = 0; index < count; index++) this.#bytes -= (this.#packets[index] as IngestPacket).data.length
    this.#packets = this.#packets.slice(count)
    this.#arrivals = this.#arrivals.slice(count)
    this.#keys = this.#keys.filter((at) => at >= count).map((at) => at - count)
  }
}
