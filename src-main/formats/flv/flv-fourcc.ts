import type { AudioCodec, VideoCodec } from '../track.ts'

/** The FourCCs of Enhanced RTMP that we carry. `vp08` and `vvc1` exist in the specification and are rejected. */

export const videoFourCcs: Readonly<Record<string, VideoCodec>> = { avc1: 'h264', hvc1: 'hevc', av01: 'av1', vp09: 'vp9' }
export const audioFourCcs: Readonly<Record<string, AudioCodec>> = {
  mp4a: 'aac',
  Opus: 'opus',
  fLaC: 'flac',
  'ac-3': 'ac3',
  'ec-3': 'eac3',
  '.mp3': 'mp3',
}

/** A FourCC as the 32-bit number that it is on the wire. */
export function fourCcNumber(name: string): number {
  return Buffer.from(name, 'latin1').readUInt32BE(0)
}

/** The FourCC of a codec of ours. */
export function fourCcOf(codec: VideoCodec | AudioCodec): string {
  for (const [name, known] of Object.entries(videoFourCcs)) if (known === codec) return name
  for (const [name, known] of Object.entries(audioFourCcs)) if (known === codec) return name
  throw new TypeError(`no FourCC for ${codec}`)
}

/** Codecs by the number on the wire. */
export const videoCodecByFourCc: ReadonlyMap<number, VideoCodec> = new Map(
  Object.entries(videoFourCcs).map(([name, codec]) => [fourCcNumber(name), codec]),
)
export const audioCodecByFourCc: ReadonlyMap<number, AudioCodec> = new Map(
  Object.entries(audioFourCcs).map(([name, codec]) => [fourCcNumber(name), codec]),
)

/** A number back to letters, for messages to people; bytes that are no letters become dots. */
export function fourCcText(value: number): string {
  return String.fromCharCode(value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255).replace(/[^ -~]/g, '.')
}
