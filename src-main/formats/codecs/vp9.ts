import { type Fault, fault } from '../fault.ts'
import { BitReader } from './bit-reader.ts'
import { maxFrameSide } from './h264.ts'

/** What a vpcC box says (VP Codec ISO Media File Format Binding, 2.2). */
export interface Vp9Configuration {
  readonly profile: number
  readonly level: number
  readonly bitDepth: number
  /** `vp09.PP.LL.DD`. */
  readonly codecString: string
}

/** Reads the body of a vpcC box with its full-box header (version and flags), as FLV and MP4 carry it. */
export function parseVp9Configuration(body: Uint8Array): Vp9Configuration | Fault {
  if (body.length < 12) return fault('vpcC is shorter than 12 bytes', body.length)
  if (body[0] !== 1) return fault('vpcC version is not 1', 0)
  const profile = body[4] as number
  const level = body[5] as number
  const bitDepth = (body[6] as number) >> 4
  if (profile > 3) return fault('vpcC profile is over 3', 4)
  if (bitDepth !== 8 && bitDepth !== 10 && bitDepth !== 12) return fault('vpcC bit depth is not 8, 10 or 12', 6)
  return { profile, level, bitDepth, codecString: `vp09.${two(profile)}.${two(level)}.${two(bitDepth)}` }
}

/** The part of a VP9 keyframe's uncompressed header that tells its size (VP9 bitstream specification, 6.2). */
export interface Vp9FrameHeader {
  readonly profile: number
  readonly width: number
  readonly height: number
}

/** Reads a keyframe's header; a frame that is not a keyframe is a fault. */
export function parseVp9FrameHeader(data: Uint8Array): Vp9FrameHeader | Fault {
  const reader = new BitReader(data)
  if (reader.bits(2) !== 2) return fault('VP9 frame marker is wrong', 0)
  const profile = reader.bits(1) + 2 * reader.bits(1)
  if (profile === 3) reader.skip(1)
  if (reader.flag()) return fault('VP9 frame shows an existing frame', 0)
  if (reader.flag()) return fault('VP9 frame is not a keyframe', 0)
  reader.skip(2)
  if (reader.bits(24) !== 0x498342) return fault('VP9 sync code is wrong', reader.byteOffset)
  if (profile >= 2) reader.skip(1)
  const colorSpace = reader.bits(3)
  if (colorSpace !== 7) {
    reader.skip(1)
    if (profile === 1 || profile === 3) reader.skip(3)
  } else if (profile === 1 || profile === 3) {
    reader.skip(1)
  }
  const width = reader.bits(16) + 1
  const height = reader.bits(16) + 1
  if (reader.overrun) return fault('VP9 header is cut', data.length)
  if (width > maxFrameSide || height > maxFrameSide) return fault(`VP9 frame size ${width}x${height} cannot be`, 0)
  return { profile, width, height }
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
