/**
 * Reads big-endian bits and exp-golomb codes out of a header. Reading past the end does not throw: it yields 0 and sets `overrun`,
 * which the caller checks once at the end of a header instead of after each field.
 */
export class BitReader {
  /** True once more was asked for than there is, or an exp-golomb code was longer than 32 bits. */
  overrun = false
  readonly #data: Uint8Array
  readonly #bitEnd: number
  #bit: number

  constructor(data: Uint8Array, byteOffset = 0, byteEnd = data.length) {
    this.#data = data
    this.#bit = byteOffset * 8
    this.#bitEnd = Math.min(byteEnd, data.length) * 8
  }

  /** Byte in which the next bit is. */
  get byteOffset(): number {
    return this.#bit >> 3
  }

  /** Bits that are left. */
  get remaining(): number {
    return this.#bitEnd - this.#bit
  }

  /** One bit as a boolean. */
  flag(): boolean {
    return this.bits(1) === 1
  }

  /** `count` bits (0 to 32) as an unsigned number. */
  bits(count: number): number {
    if (count > this.#bitEnd - this.#bit) {
      this.overrun = true
      this.#bit = this.#bitEnd
      return 0
    }
    let value = 0
    let left = count
    while (left > 0) {
      const bitInByte = this.#bit & 7
      const take = Math.min(8 - bitInByte, left)
      const byte = this.#data[this.#bit >> 3] ?? 0
      value = value * (1 << take) + ((byte >> (8 - bitInByte - take)) & ((1 << take) - 1))
      this.#bit += take
      left -= take
    }
    return value
  }

  /** Passes over `count` bits. */
  skip(count: number): void {
    if (count > this.#bitEnd - this.#bit) {
      this.overrun = true
      this.#bit = this.#bitEnd
    } else {
      this.#bit += count
    }
  }

  /** Goes to the next byte boundary. */
  align(): void {
    this.#bit = (this.#bit + 7) & ~7
  }

  /** ue(v): unsigned exp-golomb, 0 to 2^32 - 2 (ISO/IEC 14496-10, 9.1). */
  unsigned(): number {
    let zeros = 0
    while (this.remaining > 0 && this.bits(1) === 0) zeros++
    if (zeros > 31 || this.remaining < zeros) {
      this.overrun = true
      this.#bit = this.#bitEnd
      return 0
    }
    return 2 ** zeros - 1 + this.bits(zeros)
  }

  /** se(v): signed exp-golomb (ISO/IEC 14496-10, 9.1.1). */
  signed(): number {
    const code = this.unsigned()
    return code % 2 === 1 ? (code + 1) / 2 : -(code / 2)
  }
}

/** A NAL unit's payload without its emulation prevention bytes (00 00 03 → 00 00): H.264 7.4.1 and HEVC 7.4.2. */
export function withoutEmulationPrevention(nal: Uint8Array): Uint8Array {
  const out = new Uint8Array(nal.length)
  let length = 0
  let zeros = 0
  for (let i = 0; i < nal.length; i++) {
    const byte = nal[i] as number
    if (zeros >= 2 && byte === 3) {
      zeros = 0
      continue
    }
    zeros = byte === 0 ? zeros + 1 : 0
    out[length++] = byte
  }
  return out.subarray(0, length)
}
