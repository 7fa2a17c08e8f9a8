import { integersFrom } from '../../src-main/formats/testing/random.ts'

/** Seeded random numbers: the same seed makes the same case on every machine. */
export class Random {
  /** A whole number from 0 up to, but not including, `below`. */
  readonly int: (below: number) => number

  constructor(seed: number) {
    this.int = integersFrom(seed)
  }

  /** The source of one case of one fuzzer. */
  static of(seed: number, fuzzer: string, index: number): Random {
    let hash = seed | 0
    for (const letter of fuzzer) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193)
    return new Random(Math.imul(hash ^ index, 0x85ebca6b) ^ index)
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.int(times) === 0
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.int(items.length)] as Item
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.alloc(length)
    for (let at = 0; at < length; at++) bytes[at] = this.int(256)
    return bytes
  }

  /** A number that parsers trip over. */
  oddNumber(): number {
    return this.pick([0, 1, -1, 2, 127, 128, 255, 256, 65_535, 65_536, 0x7fffffff, 0x80000000, 0xffffffff, 2 ** 53, this.int(2 ** 31)])
  }

  /** The bytes with one to five changes: flipped, overwritten, removed, repeated, inserted, cut. */
  mutate(bytes: Buffer): Buffer {
    let made = Buffer.from(bytes)
    for (let count = 1 + this.int(5); count > 0 && made.length > 0; count--) {
      const at = this.int(made.length)
      const length = 1 + this.int(Math.min(16, made.length - at))
      switch (this.int(7)) {
        case 0:
          made[at] = made[at]! ^ (1 << this.int(8))
          break
        case 1:
          made[at] = this.pick([0, 1, 0x7f, 0x80, 0xff, this.int(256)])
          break
        case 2:
          made = Buffer.concat([made.subarray(0, at), made.subarray(at + length)])
          break
        case 3:
          made = Buffer.concat([made.subarray(0, at + length), made.subarray(at)])
          break
        case 4:
          made = Buffer.concat([made.subarray(0, at), this.bytes(length), made.subarray(at)])
          break
        case 5:
          this.bytes(length).copy(made, at)
          break
        default:
          if (this.once(3)) made = made.subarray(0, at)
      }
    }
    return made
  }

  /** The bytes as they may arrive: in one to four pieces. */
  cut(bytes: Buffer): Buffer[] {
    const pieces: Buffer[] = []
    let from = 0
    for (let count = this.int(4); count > 0 && from < bytes.length - 1; count--) {
      const to = from + 1 + this.int(bytes.length - from - 1)
      pieces.push(bytes.subarray(from, to))
      from = to
    }
    return [...pieces, bytes.subarray(from)]
  }
}
