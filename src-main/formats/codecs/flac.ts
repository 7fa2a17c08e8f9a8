import { type Fault, fault } from '../fault.ts'

/** What a FLAC STREAMINFO block says (RFC 9639, 8.2). */
export interface FlacConfiguration {
  readonly sampleRate: number
  readonly channels: number
  readonly bitsPerSample: number
  /** Samples in a packet where all blocks have one size, else undefined. */
  readonly samplesPerFrame: number | undefined
  /** METADATA blocks for the dfLa box: the STREAMINFO block, marked as the last. */
  readonly dfLa: Uint8Array
}

/** Reads `fLaC` with its metadata blocks, the blocks alone, or a bare STREAMINFO of 34 bytes. */
export function parseFlacHeader(body: Uint8Array): FlacConfiguration | Fault {
  const named = body[0] === 0x66 && body[1] === 0x4c && body[2] === 0x61 && body[3] === 0x43
  let start = named ? 8 : 4
  if (!named && body.length === 34) start = 0
  else if (((body[start - 4] ?? 0xff) & 0x7f) !== 0) return fault('FLAC header does not start with STREAMINFO', start - 4)
  if (body.length < start + 34) return fault('FLAC STREAMINFO is cut', body.length)
  const view = new DataView(body.buffer, body.byteOffset + start, 34)
  const smallest = view.getUint16(0)
  const largest = view.getUint16(2)
  const packed = view.getUint32(10)
  const sampleRate = packed >>> 12
  const channels = ((packed >>> 9) & 7) + 1
  if (sampleRate === 0 || sampleRate > 655_350) return fault(`FLAC sample rate ${sampleRate} cannot be`, start + 10)
  if (largest < 16 || smallest > largest) return fault('FLAC block sizes cannot be', start)
  const dfLa = new Uint8Array(38)
  dfLa[0] = 0x80
  dfLa[3] = 34
  dfLa.set(body.subarray(start, start + 34), 4)
  return {
    sampleRate,
    channels,
    bitsPerSample: ((packed >>> 4) & 31) + 1,
    samplesPerFrame: smallest === largest ? largest : undefined,
    dfLa,
  }
}
