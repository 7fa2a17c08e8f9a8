import { type Fault, fault } from '../fault.ts'
import { BitReader } from './bit-reader.ts'

export interface LatmFrame {
  /** AudioSpecificConfig. */
  readonly config: Uint8Array
  /** Raw AAC. */
  readonly data: Uint8Array
}

/** Reads AudioMuxElements of LATM (ISO/IEC 14496-3, 1.7.3) with one program of one layer, as broadcasters send them. */
export class LatmReader {
  #config: Uint8Array | undefined

  /** One element; a text names a form that is not carried; a fault where it cannot be read, or its configuration has not come yet. */
  read(element: Uint8Array): LatmFrame | string | Fault {
    const reader = new BitReader(element)
    if (!reader.flag()) {
      const wrong = this.#readConfig(reader)
      if (wrong !== undefined) return wrong
    }
    if (this.#config === undefined) return fault('LATM came before its configuration', 0)
    let length = 0
    for (;;) {
      const byte = reader.bits(8)
      length += byte
      if (byte !== 255 || reader.overrun) break
    }
    if (reader.overrun || reader.remaining < 8 * length) return fault('LATM payload is cut', element.length)
    const data = new Uint8Array(length)
    for (let i = 0; i < length; i++) data[i] = reader.bits(8)
    return { config: this.#config, data }
  }

  /** StreamMuxConfig. */
  #readConfig(reader: BitReader): string | Fault | undefined {
    if (reader.flag()) return 'AAC in LATM of version 1'
    if (!reader.flag() || reader.bits(6) !== 0 || reader.bits(4) !== 0 || reader.bits(3) !== 0) return 'AAC in LATM with several layers'
    const type = reader.bits(5)
    if (type !== 2 && type !== 5 && type !== 29) return `AAC of object type ${type} in LATM`
    const bits: [value: number, count: number][] = [[type, 5]]
    const rate = (): void => {
      const index = reader.bits(4)
      bits.push([index, 4])
      if (index === 15) bits.push([reader.bits(24), 24])
    }
    rate()
    const channels = reader.bits(4)
    if (channels === 0) return 'AAC whose channels are in a program config element'
    bits.push([channels, 4])
    if (type !== 2) {
      rate()
      bits.push([reader.bits(5), 5])
    }
    bits.push([reader.bits(3), 3])
    if (reader.bits(3) !== 0) return 'AAC in LATM with a fixed frame length'
    reader.skip(8)
    if (reader.flag()) return 'AAC in LATM with other data'
    if (reader.flag()) reader.skip(8)
    if (reader.overrun) return fault('StreamMuxConfig is cut', reader.byteOffset)
    this.#config = pack(bits)
    return undefined
  }
}

function pack(fields: readonly [value: number, count: number][]): Uint8Array {
  const out: number[] = []
  let filled = 0
  for (const [value, count] of fields) {
    for (let bit = count - 1; bit >= 0; bit--) {
      if (filled % 8 === 0) out.push(0)
      out[out.length - 1]! |= ((value >> bit) & 1) << (7 - (filled % 8))
      filled++
    }
  }
  return Uint8Array.from(out)
}
