import type { AudioTrack, Track, VideoTrack } from '../track.ts'
import { element, float, text, unsigned } from './ebml.ts'

const codecIds = {
  h264: 'V_MPEG4/ISO/AVC',
  hevc: 'V_MPEGH/ISO/HEVC',
  av1: 'V_AV1',
  vp9: 'V_VP9',
  aac: 'A_AAC',
  opus: 'A_OPUS',
  flac: 'A_FLAC',
  ac3: 'A_AC3',
  eac3: 'A_EAC3',
  mp3: 'A_MPEG/L3',
} as const

const nothing = new Uint8Array(0)

/** A TrackEntry (RFC 9559, 5.1.4.1) of that number. */
export function trackEntry(track: Track, number: number, name?: string, isDefault = true): Uint8Array {
  const video = track.kind === 'video'
  const configuration = codecPrivate(track)
  return element(
    0xae,
    unsigned(0xd7, number),
    unsigned(0x73c5, number),
    unsigned(0x83, video ? 1 : 2),
    unsigned(0x88, isDefault ? 1 : 0),
    unsigned(0x9c, 0),
    ...(name === undefined ? [] : [text(0x536e, name)]),
    text(0x22b59c, 'und'),
    text(0x86, codecIds[track.codec]),
    ...(configuration.length === 0 ? [] : [element(0x63a2, configuration)]),
    ...(track.codec === 'opus' ? opusDelays(track.config) : []),
    video ? videoSettings(track) : audioSettings(track),
  )
}

function videoSettings(track: VideoTrack): Uint8Array {
  const [horizontal, vertical] = track.pixelAspect ?? [1, 1]
  return element(
    0xe0,
    unsigned(0xb0, Math.max(1, track.width)),
    unsigned(0xba, Math.max(1, track.height)),
    unsigned(0x54b0, Math.max(1, Math.round((track.width * horizontal) / vertical))),
    unsigned(0x54ba, Math.max(1, track.height)),
    unsigned(0x9a, 2),
  )
}

function audioSettings(track: AudioTrack): Uint8Array {
  const core = track.codec === 'opus' ? 48_000 : track.timescale
  return element(
    0xe1,
    float(0xb5, core),
    ...(track.sampleRate === core ? [] : [float(0x78b5, track.sampleRate)]),
    unsigned(0x9f, Math.max(1, track.channels)),
  )
}

/** Content of CodecPrivate (Matroska's codec mappings): the record of the sample entry, but Opus and FLAC have headers of their own. */
function codecPrivate(track: Track): Uint8Array {
  switch (track.codec) {
    case 'opus':
      return opusHead(track.config)
    case 'flac':
      return concatenate(new TextEncoder().encode('fLaC'), track.config)
    case 'vp9':
    case 'ac3':
    case 'eac3':
    case 'mp3':
      return nothing
    default:
      return track.config
  }
}

/** The identification header of Ogg (RFC 7845, 5.1): as `dOps`, but little-endian and of version 1. */
function opusHead(specific: Uint8Array): Uint8Array {
  const out = concatenate(new TextEncoder().encode('OpusHead'), specific)
  const view = new DataView(out.buffer)
  const source = new DataView(specific.buffer, specific.byteOffset, specific.byteLength)
  out[8] = 1
  if (specific.length < 11) return out
  view.setUint16(10, source.getUint16(2), true)
  view.setUint32(12, source.getUint32(4), true)
  view.setInt16(16, source.getInt16(8), true)
  return out
}

/** CodecDelay and SeekPreRoll in ns: what a decoder throws away at the start, and after a seek. */
function opusDelays(specific: Uint8Array): Uint8Array[] {
  const skip = ((specific[2] ?? 0) << 8) | (specific[3] ?? 0)
  return [unsigned(0x56aa, Math.round((skip * 1e9) / 48_000)), unsigned(0x56bb, 80_000_000)]
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array {
  const out = new Uint8Array(first.length + second.length)
  out.set(first)
  out.set(second, first.length)
  return out
}
