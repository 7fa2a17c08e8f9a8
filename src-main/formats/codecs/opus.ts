import { type Fault, fault } from '../fault.ts'

/** What an Opus identification header says (RFC 7845, 5.1). */
export interface OpusConfiguration {
  /** Body of the dOps box (Encapsulation of Opus in ISO BMFF, 4.3.2). */
  readonly dOps: Uint8Array
  readonly channels: number
  /** Samples at 48 kHz that a decoder drops at the start. */
  readonly preSkip: number
}

const magic = [0x4f, 0x70, 0x75, 0x73, 0x48, 0x65, 0x61, 0x64]

/** Reads an OpusHead packet (little-endian, starts with its name) or a dOps body (big-endian, starts with version 0). */
export function parseOpusHead(body: Uint8Array): OpusConfiguration | Fault {
  const isHead = magic.every((byte, i) => body[i] === byte)
  if (!isHead && body[0] !== 0) return fault('Opus header starts with neither OpusHead nor version 0', 0)
  const start = isHead ? 8 : 0
  if (body.length < start + 11) return fault('Opus header is cut', body.length)
  if (isHead && (body[8] as number) >> 4 !== 0) return fault('OpusHead version is not 0 or 1', 8)
  const channels = body[start + 1] as number
  if (channels === 0) return fault('Opus header has no channels', start + 1)
  const family = body[start + 10] as number
  if (family === 0 && channels > 2) return fault('Opus mapping family 0 has at most two channels', start + 1)
  const tableLength = family === 0 ? 0 : 2 + channels
  if (body.length < start + 11 + tableLength) return fault('Opus channel mapping is cut', body.length)
  const dOps = body.slice(start, start + 11 + tableLength)
  dOps[0] = 0
  if (isHead) {
    dOps.subarray(2, 4).reverse()
    dOps.subarray(4, 8).reverse()
    dOps.subarray(8, 10).reverse()
  }
  return { dOps, channels, preSkip: ((dOps[2] as number) << 8) | (dOps[3] as number) }
}

/** Length of an Opus packet in ticks of 48 kHz, from its first bytes (RFC 6716, 3.1); 0 where the packet is malformed. */
export function opusPacketDuration(data: Uint8Array): number {
  const toc = data[0]
  if (toc === undefined) return 0
  const configuration = toc >> 3
  let frame: number
  if (configuration >= 16) frame = 120 << (configuration & 3)
  else if (configuration >= 12) frame = 480 << (configuration & 1)
  else frame = (configuration & 3) === 3 ? 2880 : 480 << (configuration & 3)
  const code = toc & 3
  const frames = code === 0 ? 1 : code < 3 ? 2 : (data[1] ?? 0) & 0x3f
  const total = frame * frames
  return total <= 5760 ? total : 0
}
