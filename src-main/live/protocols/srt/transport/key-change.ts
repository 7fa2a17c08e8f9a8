import type { SrtCipher } from './cipher.ts'

/** The next key is announced this many packets before it is used (draft-sharabayko-srt-01, section 6.1.6). */
const announcePackets = 4000
/** Packets that one key encrypts, where nothing else is said. */
const usualPackets = 2 ** 24

/** Changes the key of what we send after a number of packets: announces the next one until the peer has it, then uses it. */
export class KeyChange {
  readonly #cipher: SrtCipher
  readonly #packets: number
  #left: number
  #message: Uint8Array | undefined
  #reportedMs = 0

  constructor(cipher: SrtCipher, packets = usualPackets) {
    this.#cipher = cipher
    this.#packets = packets
    this.#left = packets
  }

  /** A packet was encrypted. Answers the announcement that is to be sent now, if any. */
  sent(nowMs: number): Uint8Array | undefined {
    const left = --this.#left
    if (left === Math.min(announcePackets, this.#packets >> 1)) {
      this.#cipher.makeNext()
      this.#message = this.#cipher.message(3)
      this.#reportedMs = nowMs
      return this.#message
    }
    if (left <= 0 && this.#message === undefined) {
      this.#cipher.switchKey()
      this.#left = this.#packets
    }
    return undefined
  }

  /** The announcement again, if the peer has not confirmed it for `patienceMs`. */
  due(nowMs: number, patienceMs: number): Uint8Array | undefined {
    if (this.#message === undefined || nowMs - this.#reportedMs <= patienceMs) return undefined
    this.#reportedMs = nowMs
    return this.#message
  }

  /** The peer has the next key. */
  confirmed(): void {
    this.#message = undefined
  }
}
