import { deflateRawSync } from 'node:zlib'
import type { DesktopChange, DesktopCursor, DesktopRect } from './desktop-addon.ts'
import type { VideoFrame } from './motion-video.ts'

/** First byte of what a viewer is sent. Numbers are little-endian, as every browser's machine is. */
const kinds = { update: 1, cursor: 2, video: 3, audio: 4 } as const

/** Bits of the second byte. */
const flags = { compressed: 1, key: 1, answers: 2 } as const

/** Below this compressing costs more time than it saves, bytes. */
const minCompressed = 1024

/** µs of the monotonic clock, which the addon's times are on. */
export const monotonicUs = (): number => Number(process.hrtime.bigint() / 1000n)

/** What the newest change of an update took so far, ms. */
export interface UpdateTimes {
  /** From the moment that the change was noticed until its pixels had been read. */
  readonly captureMs: number
  /** From then until this message was made. */
  readonly encodeMs: number
  /** It is the first change since the viewer pressed a key or button. */
  readonly answers: boolean
}

/** Ends at 655 ms: what takes longer is not read as a figure. */
function writeTimes(head: Buffer, at: number, { captureMs, encodeMs }: UpdateTimes): void {
  for (const [index, ms] of [captureMs, encodeMs].entries()) {
    head.writeUInt16LE(Math.max(0, Math.min(0xffff, Math.round(ms * 100))), at + 2 * index)
  }
}

/** Times of a change of the addon at a moment of the monotonic clock, µs. */
export function timesOf({ noticedUs, readyUs }: DesktopChange, nowUs: number, answers: boolean): UpdateTimes {
  return { captureMs: (readyUs - noticedUs) / 1000, encodeMs: (nowUs - readyUs) / 1000, answers }
}

export interface Update {
  /** Counts what this viewer is sent. */
  readonly number: number
  /** Of the display. */
  readonly width: number
  readonly height: number
  readonly parts: readonly DesktopRect[]
  /** RGBA of each part, in their order. */
  readonly pixels: readonly Buffer[]
  readonly times: UpdateTimes
}

/**
 * An update as bytes: `u8 1, u8 flags (1: the pixels are compressed, raw deflate of RFC 1951; 2: the first change since a key or button), u16 number of parts, u32 number, u16 width,
 * u16 height, u16 ms of capture and u16 ms of encoding in hundredths`, for each part `u16 x, y, width, height`, then the pixels.
 */
export function updateMessage({ number, width, height, parts, pixels, times }: Update, raw: boolean): readonly Uint8Array[] {
  const head = Buffer.alloc(16 + 8 * parts.length)
  const bytes = pixels.reduce((sum, each) => sum + each.length, 0)
  const compressed = !raw && bytes >= minCompressed
  head[0] = kinds.update
  head[1] = (compressed ? flags.compressed : 0) | (times.answers ? flags.answers : 0)
  head.writeUInt16LE(parts.length, 2)
  head.writeUInt32LE(number, 4)
  head.writeUInt16LE(width, 8)
  head.writeUInt16LE(height, 10)
  writeTimes(head, 12, times)
  for (const [index, part] of parts.entries()) {
    for (const [at, value] of [part.x, part.y, part.width, part.height].entries()) head.writeUInt16LE(value, 16 + 8 * index + 2 * at)
  }
  return compressed ? [head, deflateRawSync(Buffer.concat(pixels, bytes), { level: 1 })] : [head, ...pixels]
}

/** The pointer's image: `u8 2, u8 0, u16 width, height, hot x, hot y, u32 number`, then RGBA. */
export function cursorMessage({ width, height, hotX, hotY, rgba }: DesktopCursor, number: number): readonly Uint8Array[] {
  const head = Buffer.alloc(14)
  head[0] = kinds.cursor
  head.writeUInt32LE(number, 10)
  for (const [at, value] of [width, height, hotX, hotY].entries()) head.writeUInt16LE(value, 2 + 2 * at)
  return [head, rgba]
}

/**
 * A frame of video of the whole display: `u8 3, u8 flags (1: a keyframe; 2 as above), u16 bytes of the decoder's configuration (0 but for keyframes),
 * u32 number, u16 width, u16 height, u16 ms of capture and u16 ms of encoding in hundredths`, the configuration, then the frame.
 */
export function videoMessage({ width, height, key, config, data }: VideoFrame, number: number, times: UpdateTimes): readonly Uint8Array[] {
  const head = Buffer.alloc(16)
  head[0] = kinds.video
  head[1] = (key ? flags.key : 0) | (times.answers ? flags.answers : 0)
  head.writeUInt16LE(key ? config.length : 0, 2)
  head.writeUInt32LE(number, 4)
  head.writeUInt16LE(width, 8)
  head.writeUInt16LE(height, 10)
  writeTimes(head, 12, times)
  return key ? [head, config, data] : [head, data]
}

/** 10 ms of what programs play: `u8 4, u8 0, u16 0, u32 number`, then a packet of Opus, stereo (RFC 6716). */
export function audioMessage(number: number, packet: Uint8Array): readonly Uint8Array[] {
  const head = Buffer.alloc(8)
  head[0] = kinds.audio
  head.writeUInt32LE(number, 4)
  return [head, packet]
}
