import { buildAvcDecoderConfiguration } from '../codecs/h264.ts'
import { parseVp9FrameHeader } from '../codecs/vp9.ts'
import { isFault } from '../fault.ts'

/** One coded frame put together from RTP payloads, in the form that our packets carry. */
export interface RtpFrame {
  /** RTP timestamp. */
  readonly timestamp: number
  readonly key: boolean
  readonly data: Uint8Array
  /** Codec configuration from inside the frame (avcC, vpcC, av1C), if it has one. */
  readonly config?: Uint8Array
}

/** Puts a codec's frames together; gets the payloads of one source in order. */
export interface FrameAssembler {
  /** One payload; `marker` ends the frame. A finished frame is returned. */
  push(payload: Uint8Array, timestamp: number, marker: boolean): RtpFrame | undefined
  /** Packets are missing here: what is half done is dropped. */
  gap(): void
}

export type RtpVideoCodec = 'h264' | 'vp9' | 'av1'

/** The assembler of a codec. */
export function frameAssembler(codec: RtpVideoCodec): FrameAssembler {
  return codec === 'h264' ? new H264Assembler() : codec === 'vp9' ? new Vp9Assembler() : new Av1Assembler()
}

/** True where a payload starts a frame that a decoder may start at; cheap, for every packet that is forwarded. */
export function startsKeyframe(codec: RtpVideoCodec, data: Uint8Array, start: number, end: number): boolean {
  if (start >= end) return false
  const first = data[start] as number
  if (codec === 'av1') return (first & 0x88) === 0x08
  if (codec === 'vp9') return (first & 0x40) === 0 && (first & 0x08) !== 0
  const type = first & 31
  if (type === 28) return ((data[start + 1] ?? 0) & 0x80) !== 0 && ((data[start + 1] as number) & 31) === 5
  if (type === 24) return ((data[start + 3] ?? 0) & 31) === 7
  return type === 7
}

/** Longest frame that is put together, bytes. */
const longestFrame = 16 * 1024 * 1024

/** Parts of a frame, joined once at its end. */
class Parts {
  readonly #parts: Uint8Array[] = []
  length = 0

  add(part: Uint8Array): void {
    this.#parts.push(part)
    this.length += part.length
  }

  clear(): void {
    this.#parts.length = 0
    this.length = 0
  }

  join(): Uint8Array {
    const data = new Uint8Array(this.length)
    let at = 0
    for (const part of this.#parts) {
      data.set(part, at)
      at += part.length
    }
    this.clear()
    return data
  }
}

/** H.264 (RFC 6184): single NAL units, STAP-A, FU-A. Parameter sets leave the frame for the configuration. */
class H264Assembler implements FrameAssembler {
  readonly #frame = new Parts()
  readonly #unit = new Parts()
  readonly #sps = new Map<number, Uint8Array>()
  readonly #pps = new Map<number, Uint8Array>()
  #timestamp = 0
  #key = false
  #broken = false
  #setsChanged = false

  push(payload: Uint8Array, timestamp: number, marker: boolean): RtpFrame | undefined {
    let done: RtpFrame | undefined
    if (timestamp !== this.#timestamp) {
      // the marker of the frame before was lost with its packet, or the sender sets none
      done = this.#finish()
      this.#timestamp = timestamp
    }
    this.#take(payload)
    return marker ? (this.#finish() ?? done) : done
  }

  gap(): void {
    this.#broken = true
    this.#unit.clear()
  }

  #take(payload: Uint8Array): void {
    const first = payload[0]
    if (first === undefined) return
    const type = first & 31
    if (type >= 1 && type <= 23) this.#nal(payload)
    else if (type === 24) {
      for (let at = 1; at + 2 < payload.length; ) {
        const length = ((payload[at] as number) << 8) | (payload[at + 1] as number)
        at += 2
        if (length === 0 || at + length > payload.length) {
          this.#broken = true
          return
        }
        this.#nal(payload.subarray(at, at + length))
        at += length
      }
    } else if (type === 28 && payload.length > 2) {
      const head = payload[1] as number
      if ((head & 0x80) !== 0) {
        this.#unit.clear()
        this.#unit.add(Uint8Array.of((first & 0xe0) | (head & 31)))
      } else if (this.#unit.length === 0) {
        this.#broken = true
        return
      }
      this.#unit.add(payload.subarray(2))
      if (this.#unit.length > longestFrame) this.gap()
      else if ((head & 0x40) !== 0) this.#nal(this.#unit.join())
    } else this.#broken = true
  }

  #nal(nal: Uint8Array): void {
    const type = (nal[0] as number) & 31
    if (type === 7) this.#remember(this.#sps, nal)
    else if (type === 8) this.#remember(this.#pps, nal)
    if (type === 7 || type === 8 || type === 9 || type === 12) return
    if (type === 5) this.#key = true
    const length = nal.length
    this.#frame.add(Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length))
    this.#frame.add(nal)
    if (this.#frame.length > longestFrame) {
      this.#frame.clear()
      this.#broken = true
    }
  }

  /** One set of each id, the newest. */
  #remember(sets: Map<number, Uint8Array>, nal: Uint8Array): void {
    const id = sets === this.#sps ? (nal[3] ?? 0) : (nal[1] ?? 0)
    const known = sets.get(id)
    if (known !== undefined && known.length === nal.length && known.every((byte, i) => byte === nal[i])) return
    if (sets === this.#sps) {
      sets.clear()
      this.#pps.clear()
    } else if (sets.size >= 8) sets.clear()
    sets.set(id, nal.slice())
    this.#setsChanged = true
  }

  #finish(): RtpFrame | undefined {
    this.#unit.clear()
    const broken = this.#broken
    const key = this.#key
    this.#broken = false
    this.#key = false
    if (broken || this.#frame.length === 0) {
      this.#frame.clear()
      return undefined
    }
    const data = this.#frame.join()
    const frame = { timestamp: this.#timestamp, key, data }
    if (!key || !this.#setsChanged) return frame
    const config = buildAvcDecoderConfiguration([...this.#sps.values()], [...this.#pps.values()])
    if (isFault(config)) return frame
    this.#setsChanged = false
    return { ...frame, config }
  }
}

/** VP9 (RFC 9628), one spatial layer. */
class Vp9Assembler implements FrameAssembler {
  readonly #frame = new Parts()
  #timestamp = 0
  #broken = true
  #size = ''

  push(payload: Uint8Array, timestamp: number, marker: boolean): RtpFrame | undefined {
    if (timestamp !== this.#timestamp) {
      this.#frame.clear()
      this.#timestamp = timestamp
      this.#broken = false
    }
    const at = vp9Start(payload)
    if (at === undefined || this.#frame.length > longestFrame) this.#broken = true
    else {
      if (((payload[0] as number) & 0x08) === 0 && this.#frame.length === 0) this.#broken = true
      this.#frame.add(payload.subarray(at))
    }
    if (!marker) return undefined
    const broken = this.#broken
    const data = this.#frame.join()
    if (broken || data.length === 0) return undefined
    const header = parseVp9FrameHeader(data)
    if (isFault(header)) return { timestamp, key: false, data }
    const size = `${header.profile} ${header.width}x${header.height}`
    if (size === this.#size) return { timestamp, key: true, data }
    this.#size = size
    const level = header.width * header.height <= 983_040 ? 31 : header.width * header.height <= 2_228_224 ? 41 : 51
    const depth = header.profile >= 2 ? 10 : 8
    return { timestamp, key: true, data, config: Uint8Array.of(1, 0, 0, 0, header.profile, level, (depth << 4) | 2, 1, 1, 1, 0, 0) }
  }

  gap(): void {
    this.#broken = true
  }
}

/** Where the VP9 bytes start behind the payload descriptor; undefined where it is cut. */
function vp9Start(payload: Uint8Array): number | undefined {
  const first = payload[0]
  if (first === undefined) return undefined
  let at = 1
  if ((first & 0x80) !== 0) at += ((payload[at] ?? 0) & 0x80) !== 0 ? 2 : 1
  if ((first & 0x20) !== 0) at += (first & 0x10) !== 0 ? 1 : 2
  if ((first & 0x10) !== 0 && (first & 0x40) !== 0) {
    let references = 0
    while (references < 3) {
      references++
      if (((payload[at++] ?? 0) & 1) === 0) break
    }
  }
  if ((first & 0x02) !== 0) {
    const structure = payload[at++] ?? 0
    const layers = (structure >> 5) + 1
    if ((structure & 0x10) !== 0) at += 4 * layers
    if ((structure & 0x08) !== 0) {
      const frames = payload[at++] ?? 0
      for (let i = 0; i < frames && at < payload.length; i++) at += 1 + (((payload[at] ?? 0) >> 2) & 3)
    }
  }
  return at < payload.length ? at : undefined
}

/** AV1 (AOM's RTP payload format 1.0): OBU elements become OBUs with a size, temporal delimiters and tile lists are left out. */
class Av1Assembler implements FrameAssembler {
  readonly #frame = new Parts()
  readonly #unit = new Parts()
  #timestamp = 0
  #key = false
  #broken = true
  #header: Uint8Array | undefined
  #config: Uint8Array | undefined

  push(payload: Uint8Array, timestamp: number, marker: boolean): RtpFrame | undefined {
    if (timestamp !== this.#timestamp) {
      this.#frame.clear()
      this.#unit.clear()
      this.#timestamp = timestamp
      this.#broken = false
      this.#key = false
    }
    this.#take(payload)
    if (!marker) return undefined
    this.#obu()
    const data = this.#frame.join()
    if (this.#broken || data.length === 0) return undefined
    const config = this.#config
    this.#config = undefined
    return config === undefined || !this.#key ? { timestamp, key: this.#key, data } : { timestamp, key: true, data, config }
  }

  gap(): void {
    this.#broken = true
  }

  #take(payload: Uint8Array): void {
    const first = payload[0]
    if (first === undefined) return
    const count = (first >> 4) & 3
    if ((first & 0x08) !== 0) this.#key = true
    if ((first & 0x80) === 0) this.#obu()
    else if (this.#unit.length === 0) this.#broken = true
    let at = 1
    for (let element = 1; at < payload.length; element++) {
      let length = payload.length - at
      if (count === 0 || element < count) {
        let shift = 0
        length = 0
        for (;;) {
          const byte = payload[at++]
          if (byte === undefined || shift > 21) {
            this.#broken = true
            return
          }
          length |= (byte & 127) << shift
          if (byte < 128) break
          shift += 7
        }
      }
      if (length > payload.length - at || this.#frame.length + this.#unit.length > longestFrame) {
        this.#broken = true
        return
      }
      if (element > 1) this.#obu()
      this.#unit.add(payload.subarray(at, at + length))
      at += length
    }
  }

  /** The element collected so far is a whole OBU. */
  #obu(): void {
    if (this.#unit.length === 0) return
    const unit = this.#unit.join()
    const head = unit[0] as number
    const type = (head >> 3) & 15
    if (type === 2 || type === 8) return
    let sized = unit
    if ((head & 2) === 0) {
      const front = (head & 4) !== 0 ? 2 : 1
      const body = unit.length - front
      if (body < 0) return
      const size: number[] = []
      for (let left = body; ; left >>>= 7) {
        size.push(left > 127 ? (left & 127) | 128 : left)
        if (left <= 127) break
      }
      sized = new Uint8Array(unit.length + size.length)
      sized.set(unit.subarray(0, front))
      sized[0] = head | 2
      sized.set(size, front)
      sized.set(unit.subarray(front), front + size.length)
    }
    if (type === 1) this.#sequence(sized, (head & 4) !== 0 ? 2 : 1)
    this.#frame.add(sized)
  }

  #sequence(obu: Uint8Array, front: number): void {
    const known = this.#header
    if (known !== undefined && known.length === obu.length && known.every((byte, i) => byte === obu[i])) return
    this.#header = obu
    let body = front
    while (((obu[body++] ?? 0) & 128) !== 0);
    const first = obu[body] ?? 0
    const profile = first >> 5
    // without timing information, as encoders for calls write it, the level is 24 bits behind the flags
    const plain = (first & 0x0c) === 0
    const level = plain ? ((((obu[body + 2] ?? 0) << 8) | (obu[body + 3] ?? 0)) >> 3) & 31 : 8
    const config = new Uint8Array(4 + obu.length)
    config.set([0x81, (profile << 5) | level, 0x0c, 0])
    config.set(obu, 4)
    this.#config = config
  }
}
