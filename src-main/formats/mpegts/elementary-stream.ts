import { parseAudioSpecificConfig } from '../codecs/aac.ts'
import { BitReader } from '../codecs/bit-reader.ts'
import { iterateNals, parseAvcDecoderConfiguration } from '../codecs/h264.ts'
import { parseHevcDecoderConfiguration } from '../codecs/hevc.ts'
import { isFault } from '../fault.ts'
import type { CmafSample } from '../mp4/cmaf-reader.ts'
import type { AudioTrack, Track, VideoTrack } from '../track.ts'

/** How a track's frames are in an MPEG transport stream. */
export interface ElementaryForm {
  /** Packet identifier: each codec has its own, because common receivers never change the decoder behind one. */
  readonly pid: number
  /** `stream_type` of the program map (ISO/IEC 13818-1, table 2-34; ATSC A/53 for AC-3 and E-AC-3). */
  readonly streamType: number
  /** `stream_id` of its PES packets (ISO/IEC 13818-1, table 2-22). */
  readonly streamId: number
  /** Descriptors of its entry in the program map. */
  readonly descriptors: Uint8Array
  /** RFC 6381, as playlists of transport streams name it. */
  readonly codecString: string
  /** The frame's bytes: Annex B, ADTS, or as they are. Empty where the frame cannot be carried. */
  frame(sample: CmafSample): Uint8Array
}

const nothing = new Uint8Array(0)

/** What a track looks like in a transport stream; undefined where it has no place there (AV1, VP9, Opus, FLAC, exotic AAC). */
export function elementaryForm(track: Track): ElementaryForm | undefined {
  switch (track.codec) {
    case 'h264':
      return avcForm(track)
    case 'hevc':
      return hevcForm(track)
    case 'aac':
      return aacForm(track)
    case 'ac3':
      return plainForm(0x121, 0x81, 0xbd, registration('AC-3'), track.codecString)
    case 'eac3':
      return plainForm(0x131, 0x87, 0xbd, registration('EAC3'), track.codecString)
    case 'mp3':
      // Stream type 3 is MPEG-1 audio; the lower rates are MPEG-2's. Players of HLS know MP3 in a transport stream by this name.
      return plainForm(0x111, track.sampleRate >= 32_000 ? 0x03 : 0x04, 0xc0, nothing, 'mp4a.40.34')
    default:
      return undefined
  }
}

function plainForm(pid: number, streamType: number, streamId: number, descriptors: Uint8Array, codecString: string): ElementaryForm {
  return { pid, streamType, streamId, descriptors, codecString, frame: (sample) => sample.data }
}

/** registration_descriptor (ISO/IEC 13818-1, 2.6.8). */
function registration(format: string): Uint8Array {
  return Uint8Array.of(0x05, 4, format.charCodeAt(0), format.charCodeAt(1), format.charCodeAt(2), format.charCodeAt(3))
}

/** Access unit delimiters that allow every kind of slice (ISO/IEC 14496-10, 7.3.2.4; ITU-T H.265, 7.3.2.5). */
const avcDelimiter = Uint8Array.of(0x09, 0xf0)
const hevcDelimiter = Uint8Array.of(0x46, 0x01, 0x50)

function avcForm(track: VideoTrack): ElementaryForm | undefined {
  const parsed = parseAvcDecoderConfiguration(track.config)
  if (isFault(parsed)) return undefined
  const sets = [...parsed.sps, ...parsed.pps]
  return {
    pid: 0x100,
    streamType: 0x1b,
    streamId: 0xe0,
    descriptors: nothing,
    codecString: track.codecString,
    frame: (sample) =>
      annexB(sample, parsed.nalLengthSize, avcDelimiter, sets, (nal) => {
        const type = (nal[0] as number) & 0x1f
        return type === 9 ? 'delimiter' : type === 7 ? 'sequence' : type === 8 ? 'picture' : 'other'
      }),
  }
}

function hevcForm(track: VideoTrack): ElementaryForm | undefined {
  const parsed = parseHevcDecoderConfiguration(track.config)
  if (isFault(parsed)) return undefined
  const sets = hevcParameterSets(track.config)
  return {
    pid: 0x110,
    streamType: 0x24,
    streamId: 0xe0,
    descriptors: registration('HEVC'),
    codecString: track.codecString,
    frame: (sample) =>
      annexB(sample, parsed.nalLengthSize, hevcDelimiter, sets, (nal) => {
        const type = ((nal[0] as number) >> 1) & 0x3f
        return type === 35 ? 'delimiter' : type === 33 ? 'sequence' : type === 34 ? 'picture' : 'other'
      }),
  }
}

/** VPS, SPS and PPS of a record that `parseHevcDecoderConfiguration` has accepted. */
function hevcParameterSets(record: Uint8Array): Uint8Array[] {
  const sets: Uint8Array[] = []
  let at = 23
  for (let left = record[22] as number; left > 0; left--) {
    const type = (record[at] as number) & 0x3f
    let count = ((record[at + 1] as number) << 8) | (record[at + 2] as number)
    at += 3
    for (; count > 0; count--) {
      const length = ((record[at] as number) << 8) | (record[at + 1] as number)
      if (type >= 32 && type <= 34) sets.push(record.subarray(at + 2, at + 2 + length))
      at += 2 + length
    }
  }
  return sets
}

/**
 * Length-prefixed NAL units with start codes instead: a delimiter first, and the configuration's parameter sets before keyframes
 * that do not bring their own, so that a decoder can start at any of them.
 */
function annexB(
  sample: CmafSample,
  nalLengthSize: number,
  delimiter: Uint8Array,
  parameterSets: readonly Uint8Array[],
  kindOf: (nal: Uint8Array) => 'delimiter' | 'sequence' | 'picture' | 'other',
): Uint8Array {
  const units: Uint8Array[] = []
  let sequence = false
  let picture = false
  for (const nal of iterateNals(sample.data, nalLengthSize)) {
    const kind = kindOf(nal)
    if (kind === 'delimiter') continue
    sequence ||= kind === 'sequence'
    picture ||= kind === 'picture'
    units.push(nal)
  }
  if (units.length === 0) return nothing
  if (sample.key && !(sequence && picture)) units.unshift(...parameterSets)
  units.unshift(delimiter)
  let length = 0
  for (const unit of units) length += 4 + unit.length
  const out = new Uint8Array(length)
  let at = 0
  for (const unit of units) {
    out[at + 3] = 1
    out.set(unit, at + 4)
    at += 4 + unit.length
  }
  return out
}

const adtsRates = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350]
const adtsHeaderBytes = 7
const largestAdtsFrame = 0x1fff

/**
 * ADTS (ISO/IEC 14496-3, 1.A.3.2). It describes the core coder alone: decoders find SBR and parametric stereo of HE-AAC in the
 * frames themselves, and the playlist's CODECS announces them.
 */
function aacForm(track: AudioTrack): ElementaryForm | undefined {
  const parsed = parseAudioSpecificConfig(track.config)
  if (isFault(parsed) || parsed.objectType < 1 || parsed.objectType > 4 || parsed.samplesPerFrame !== 1024) return undefined
  const rateIndex = adtsRates.indexOf(parsed.sampleRate)
  const channels = channelConfiguration(track.config)
  if (rateIndex < 0 || channels < 1 || channels > 7) return undefined
  const profile = parsed.objectType - 1
  return {
    pid: 0x101,
    streamType: 0x0f,
    streamId: 0xc0,
    descriptors: nothing,
    codecString: track.codecString,
    frame: ({ data }) => {
      const length = adtsHeaderBytes + data.length
      if (data.length === 0 || length > largestAdtsFrame) return nothing
      const out = new Uint8Array(length)
      out[0] = 0xff
      out[1] = 0xf1
      out[2] = (profile << 6) | (rateIndex << 2) | (channels >> 2)
      out[3] = ((channels & 3) << 6) | (length >> 11)
      out[4] = (length >> 3) & 0xff
      out[5] = ((length & 7) << 5) | 0x1f
      out[6] = 0xfc
      out.set(data, adtsHeaderBytes)
      return out
    },
  }
}

/** `channelConfiguration` of an AudioSpecificConfig; 0 where the channels are in a program config element. */
function channelConfiguration(config: Uint8Array): number {
  const reader = new BitReader(config)
  if (reader.bits(5) === 31) reader.skip(6)
  if (reader.bits(4) === 15) reader.skip(24)
  return reader.bits(4)
}
