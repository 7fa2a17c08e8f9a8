import { type Fault, fault } from '../fault.ts'
import { BitReader } from './bit-reader.ts'
import { maxFrameSide } from './h264.ts'

/** What an av1C record says (AV1 Codec ISO Media File Format Binding, 2.3). */
export interface Av1Configuration {
  readonly width: number
  readonly height: number
  /** `av01.P.LLT.DD`, with the colour fields only where they differ from the defaults. */
  readonly codecString: string
  readonly frameRate?: number
}

/** Reads an av1C record; the size comes from its sequence header OBU and is 0 where the record carries none. */
export function parseAv1Configuration(body: Uint8Array): Av1Configuration | Fault {
  if (body.length < 4) return fault('av1C is shorter than 4 bytes', body.length)
  if (body[0] !== 0x81) return fault('av1C marker or version is wrong', 0)
  const profile = (body[1] as number) >> 5
  const level = (body[1] as number) & 0x1f
  const flags = body[2] as number
  if (profile > 2) return fault('av1C profile is over 2', 1)
  const tier = (flags & 0x80) === 0 ? 'M' : 'H'
  const highDepth = (flags & 0x40) !== 0
  const depth = highDepth ? ((flags & 0x20) !== 0 ? 12 : 10) : 8
  const codecString = `av01.${profile}.${String(level).padStart(2, '0')}${tier}.${String(depth).padStart(2, '0')}`
  let at = 4
  while (at < body.length) {
    const obu = readObu(body, at)
    if (obu === undefined) return fault('av1C OBU is cut', at)
    if (obu.type === 1) {
      const size = parseSequenceHeader(body, obu.start, obu.end)
      return 'fault' in size ? size : { ...size, codecString }
    }
    at = obu.end
  }
  return { width: 0, height: 0, codecString }
}

interface Obu {
  readonly type: number
  /** First payload byte. */
  readonly start: number
  readonly end: number
}

/** OBU header and size (AV1 specification, 5.3.2 and 4.10.5). An OBU without a size reaches to the end. */
function readObu(data: Uint8Array, offset: number): Obu | undefined {
  const header = data[offset]
  if (header === undefined) return undefined
  let at = offset + ((header & 4) === 0 ? 1 : 2)
  let size = data.length - at
  if ((header & 2) !== 0) {
    size = 0
    for (let i = 0; ; i++) {
      const byte = data[at++]
      if (byte === undefined || i === 5) return undefined
      size += (byte & 0x7f) * 2 ** (7 * i)
      if ((byte & 0x80) === 0) break
    }
  }
  if (size < 0 || at + size > data.length) return undefined
  return { type: (header >> 3) & 15, start: at, end: at + size }
}

/** sequence_header_obu (5.5.1) as far as the frame size. */
function parseSequenceHeader(data: Uint8Array, start: number, end: number): { width: number; height: number; frameRate?: number } | Fault {
  const reader = new BitReader(data, start, end)
  reader.skip(4)
  const reduced = reader.flag()
  let frameRate: number | undefined
  if (reduced) {
    reader.skip(5)
  } else {
    let decoderModel = false
    let delayBits = 0
    if (reader.flag()) {
      const unitsInTick = reader.bits(32)
      const timeScale = reader.bits(32)
      if (reader.flag()) {
        const rate = timeScale / (unitsInTick * (reader.unsigned() + 1))
        if (unitsInTick > 0 && rate >= 1 && rate <= 480) frameRate = rate
      }
      decoderModel = reader.flag()
      if (decoderModel) {
        delayBits = reader.bits(5) + 1
        reader.skip(42)
      }
    }
    const initialDelays = reader.flag()
    const points = reader.bits(5) + 1
    for (let i = 0; i < points && !reader.overrun; i++) {
      reader.skip(12)
      if (reader.bits(5) > 7) reader.skip(1)
      if (decoderModel && reader.flag()) reader.skip(2 * delayBits + 1)
      if (initialDelays && reader.flag()) reader.skip(4)
    }
  }
  const widthBits = reader.bits(4) + 1
  const heightBits = reader.bits(4) + 1
  const width = reader.bits(widthBits) + 1
  const height = reader.bits(heightBits) + 1
  if (reader.overrun) return fault('AV1 sequence header ends too early', end)
  if (width > maxFrameSide || height > maxFrameSide) return fault(`AV1 frame size ${width}x${height} cannot be`, start)
  return frameRate === undefined ? { width, height } : { width, height, frameRate }
}

/**
 * The temporal unit without temporal delimiter OBUs, as MP4 wants it; copied only where one follows other OBUs. A cut OBU and all after it is
 * kept.
 */
export function stripTemporalDelimiters(data: Uint8Array): Uint8Array {
  let front = 0
  let inside = 0
  let at = 0
  while (at < data.length) {
    const obu = readObu(data, at)
    if (obu === undefined) break
    if (obu.type === 2) {
      if (at === front) front = obu.end
      else inside += obu.end - at
    }
    at = obu.end
  }
  if (inside === 0) return front === 0 ? data : data.subarray(front)
  const kept = new Uint8Array(data.length - front - inside)
  let length = 0
  at = front
  while (at < data.length) {
    const obu = readObu(data, at)
    const end = obu === undefined ? data.length : obu.end
    if (obu?.type !== 2) {
      kept.set(data.subarray(at, end), length)
      length += end - at
    }
    at = end
  }
  return kept
}
