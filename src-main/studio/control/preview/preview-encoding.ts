import type { VideoEncoding } from '../../document/schemas/encoding-schemas.ts'
import type { FrameRate } from '../../document/schemas/frame-rate.ts'

/** Heights in which pages may look, pixels: few, so that they share. */
export const previewHeights = [180, 270, 360, 450, 540, 630, 720] as const
export type PreviewHeight = (typeof previewHeights)[number]

/** A page's own encoding shows about this many frames a second. */
const previewRate = 30
const kbpsOf: Readonly<Record<PreviewHeight, number>> = { 180: 400, 270: 800, 360: 1200, 450: 1700, 540: 2200, 630: 2800, 720: 3500 }
/** What pages are given of what outputs encode, at most: more is too much for their decoders and for the network. */
const maxSharedKbps = 10_000
const maxSharedHeight = 1080

interface Size {
  readonly height: number
}

/** The encoding for pages alone: small, fast, and without anything that delays a frame. */
export function previewEncoding(canvas: Size, height: PreviewHeight, { numerator, denominator }: FrameRate): VideoEncoding {
  return {
    codec: 'h264',
    encoder: 'auto',
    height: canvas.height <= height ? null : height,
    frameDivisor: Math.min(8, Math.max(1, Math.round(numerator / denominator / previewRate))),
    rateControl: 'vbr',
    bitrateKbps: kbpsOf[height],
    maxBitrateKbps: kbpsOf[height] * 2,
    crf: 23,
    preset: 'ultrafast',
    keyframeMs: 1000,
    bFrames: 0,
    profile: 'auto',
    colorSpace: 'bt709',
    colorRange: 'limited',
  } as VideoEncoding
}

/** Whether what an output encodes serves pages as well: H.264 of at least the size that they want, and every frame leaves at once. */
export function servesPages(encoding: VideoEncoding, canvas: Size, height: PreviewHeight): boolean {
  const encoded = encoding.height ?? canvas.height
  const wanted: Partial<Readonly<Record<keyof VideoEncoding, unknown>>> = encoding
  // Without B-frames encoders are opened without lookahead, too.
  return (
    wanted.codec === 'h264' &&
    encoding.bFrames === 0 &&
    encoding.frameDivisor === 1 &&
    encoded >= Math.min(height, canvas.height) &&
    encoded <= maxSharedHeight &&
    wanted.rateControl !== 'crf' &&
    encoding.bitrateKbps <= maxSharedKbps
  )
}
