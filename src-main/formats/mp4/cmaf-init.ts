import type { AudioTrack, Track, VideoTrack } from '../track.ts'
import { box, fourCharacters, fullBox, uint32s } from './mp4-boxes.ts'

/** `sample_flags` of a sample that a decoder can start at (ISO/IEC 14496-12, 8.8.3.1). */
export const syncSampleFlags = 0x02000000
/** `sample_flags` of a sample that depends on others. */
export const dependentSampleFlags = 0x01010000

const unityMatrix = uint32s(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
const nothing = new Uint8Array(0)

/** The CMAF header (initialization segment) of a track: `ftyp` and `moov` with one track of id 1 (ISO/IEC 23000-19, 7.3.1). */
export function buildInit(track: Track): Uint8Array {
  // cmf2 asks that presentation starts at the decoding time, which B-frames prevent.
  const brands = (track.kind === 'audio' ? ['iso6', 'cmfc', 'cmf2', 'mp41'] : ['iso6', 'cmfc', 'mp41']).map(fourCharacters)
  const fileType = box('ftyp', uint32s(fourCharacters('iso6'), 0, ...brands))
  const extends_ = box('mvex', trackExtends(track, 1))
  const movie = box('moov', movieHeader(track.timescale, 2), trackBox(track, 1), extends_)
  const out = new Uint8Array(fileType.length + movie.length)
  out.set(fileType)
  out.set(movie, fileType.length)
  return out
}

/** How a track is among the others of its file. */
export interface TrackLabels {
  /** Tracks of the same number above 0 are not played together. */
  readonly alternate: number
  /** Played where nobody chooses. */
  readonly enabled: boolean
  /** For people; the usual word where absent. */
  readonly name?: string
}

/** A track that is alone. */
export const plainLabels: TrackLabels = { alternate: 0, enabled: true }

/** What a track whose samples all are in `moov` has beyond one whose samples come in fragments. */
export interface IndexedTrack {
  /** Length in ticks of the movie. */
  readonly movieTicks: number
  /** Length in ticks of the track. */
  readonly mediaTicks: number
  /** `edts`, or nothing. */
  readonly edits: Uint8Array
  /** `stts`, `ctts`, `stss`, `stsc`, `stsz`, `co64`. */
  readonly tables: readonly Uint8Array[]
}

/** `mvhd` (ISO/IEC 14496-12, 8.2.2). `createdS` is seconds since 1904. */
export function movieHeader(timescale: number, nextTrackId: number, movieTicks = 0, createdS = 0): Uint8Array {
  const rest = [unityMatrix, uint32s(0, 0, 0, 0, 0, 0, nextTrackId)]
  const high = Math.floor(movieTicks / 2 ** 32)
  return high === 0
    ? fullBox('mvhd', 0, 0, uint32s(createdS, createdS, timescale, movieTicks, 0x10000, 0x01000000, 0, 0), ...rest)
    : fullBox('mvhd', 1, 0, uint32s(0, createdS, 0, createdS, timescale, high, movieTicks, 0x10000, 0x01000000, 0, 0), ...rest)
}

/** `trex` (ISO/IEC 14496-12, 8.8.3): what samples of fragments are where they do not say. */
export function trackExtends(track: Track, id: number): Uint8Array {
  return fullBox('trex', 0, 0, uint32s(id, 1, 0, 0, track.kind === 'video' ? dependentSampleFlags : syncSampleFlags))
}

/** `trak` (ISO/IEC 14496-12, 8.3.1); without `indexed` its samples come in fragments. */
export function trackBox(track: Track, id: number, labels: TrackLabels = plainLabels, indexed?: IndexedTrack): Uint8Array {
  const video = track.kind === 'video'
  const [horizontal, vertical] = (video && track.pixelAspect) || [1, 1]
  const width = video ? Math.round((track.width * 65_536 * horizontal) / vertical) : 0
  const height = video ? track.height * 65_536 : 0
  const place = [uint32s(0, 0, labels.alternate, video ? 0 : 0x01000000), unityMatrix, uint32s(width, height)]
  const header = trackHeader(labels.enabled ? 7 : 6, id, indexed?.movieTicks ?? 0, ...place)
  const content = media(track, labels, indexed)
  return indexed === undefined ? box('trak', header, content) : box('trak', header, indexed.edits, content)
}

/** `tkhd` (ISO/IEC 14496-12, 8.3.2); `place` is what is behind the duration. */
export function trackHeader(flags: number, id: number, movieTicks: number, ...place: readonly Uint8Array[]): Uint8Array {
  const high = Math.floor(movieTicks / 2 ** 32)
  const times = high === 0 ? uint32s(0, 0, id, 0, movieTicks) : uint32s(0, 0, 0, 0, id, 0, high, movieTicks)
  return fullBox('tkhd', high === 0 ? 0 : 1, flags, times, ...place)
}

/** `mdhd` (ISO/IEC 14496-12, 8.4.2) of a track whose language nobody knows. */
export function mediaHeader(timescale: number, ticks: number): Uint8Array {
  const languageUndetermined = 0x55c40000
  const high = Math.floor(ticks / 2 ** 32)
  return high === 0
    ? fullBox('mdhd', 0, 0, uint32s(0, 0, timescale, ticks, languageUndetermined))
    : fullBox('mdhd', 1, 0, uint32s(0, 0, 0, 0, timescale, high, ticks, languageUndetermined))
}

const noTables = [
  fullBox('stts', 0, 0, uint32s(0)),
  fullBox('stsc', 0, 0, uint32s(0)),
  fullBox('stsz', 0, 0, uint32s(0, 0)),
  fullBox('stco', 0, 0, uint32s(0)),
]

function media(track: Track, labels: TrackLabels, indexed?: IndexedTrack): Uint8Array {
  const video = track.kind === 'video'
  const header = mediaHeader(track.timescale, indexed?.mediaTicks ?? 0)
  const name = new TextEncoder().encode(`${labels.name ?? (video ? 'Video' : 'Audio')}\0`)
  const handler = fullBox('hdlr', 0, 0, uint32s(0, fourCharacters(video ? 'vide' : 'soun'), 0, 0, 0), name)
  const kindHeader = video ? fullBox('vmhd', 0, 1, uint32s(0, 0)) : fullBox('smhd', 0, 0, uint32s(0))
  const data = box('dinf', fullBox('dref', 0, 0, uint32s(1), fullBox('url ', 0, 1)))
  const samples = box(
    'stbl',
    fullBox('stsd', 0, 0, uint32s(1), track.kind === 'video' ? videoEntry(track) : audioEntry(track)),
    ...(indexed?.tables ?? noTables),
  )
  return box('mdia', header, handler, box('minf', kindHeader, data, samples))
}

const videoBoxes = { h264: ['avc1', 'avcC'], hevc: ['hvc1', 'hvcC'], av1: ['av01', 'av1C'], vp9: ['vp09', 'vpcC'] } as const

/** VisualSampleEntry (ISO/IEC 14496-12, 12.1.3). */
function videoEntry(track: VideoTrack): Uint8Array {
  const [entry, configuration] = videoBoxes[track.codec]
  const head = new Uint8Array(78)
  head[7] = 1
  head[24] = track.width >> 8
  head[25] = track.width
  head[26] = track.height >> 8
  head[27] = track.height
  head[29] = 0x48
  head[33] = 0x48
  head[41] = 1
  head[75] = 0x18
  head[76] = 0xff
  head[77] = 0xff
  const aspect = box('pasp', uint32s(...(track.pixelAspect ?? [1, 1])))
  return box(entry, head, box(configuration, track.config), aspect)
}

/** AudioSampleEntry (ISO/IEC 14496-12, 12.2.3) with the codec's own box. */
function audioEntry(track: AudioTrack): Uint8Array {
  const head = new Uint8Array(28)
  head[7] = 1
  head[17] = Math.min(255, track.channels)
  head[19] = track.codec === 'flac' ? flacBitsPerSample(track.config) : 16
  const rate = track.timescale < 65_536 ? track.timescale : 0
  head[24] = rate >> 8
  head[25] = rate
  switch (track.codec) {
    case 'aac':
      return box('mp4a', head, elementaryStream(0x40, track.config))
    case 'mp3':
      return box('mp4a', head, elementaryStream(0x6b, nothing))
    case 'opus':
      return box('Opus', head, box('dOps', track.config))
    case 'flac':
      return box('fLaC', head, fullBox('dfLa', 0, 0, track.config))
    case 'ac3':
      return box('ac-3', head, box('dac3', track.config))
    case 'eac3':
      return box('ec-3', head, box('dec3', track.config))
  }
}

/** esds (ISO/IEC 14496-14, 6.7.2): the descriptors of an MPEG-4 or MPEG-1 audio stream. */
function elementaryStream(objectType: number, specificInfo: Uint8Array): Uint8Array {
  const decoderSpecific = specificInfo.length === 0 ? nothing : descriptor(5, specificInfo)
  const audioStream = 0x15
  const decoder = descriptor(4, new Uint8Array([objectType, audioStream, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), decoderSpecific)
  return fullBox('esds', 0, 0, descriptor(3, new Uint8Array([0, 0, 0]), decoder, descriptor(6, new Uint8Array([2]))))
}

/** A descriptor with the four-byte length that all readers know (ISO/IEC 14496-1, 8.3.3). */
function descriptor(tag: number, ...pieces: readonly Uint8Array[]): Uint8Array {
  let size = 0
  for (const piece of pieces) size += piece.length
  const out = new Uint8Array(5 + size)
  out[0] = tag
  out[1] = 0x80 | ((size >> 21) & 0x7f)
  out[2] = 0x80 | ((size >> 14) & 0x7f)
  out[3] = 0x80 | ((size >> 7) & 0x7f)
  out[4] = size & 0x7f
  let at = 5
  for (const piece of pieces) {
    out.set(piece, at)
    at += piece.length
  }
  return out
}

/** Bits per sample of a STREAMINFO block behind its four bytes of header: players hold the sample entry against it (RFC 9639, 8.2). */
function flacBitsPerSample(blocks: Uint8Array): number {
  return ((((blocks[16] ?? 0) & 1) << 4) | ((blocks[17] ?? 0) >> 4)) + 1
}
