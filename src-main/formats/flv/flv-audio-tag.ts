import { fault } from '../fault.ts'
import type { AudioCodec } from '../track.ts'
import { type FlvFault, type Modifiers, readModifiers, readMultitrack, unsupportedCodec } from './flv-extended.ts'
import { audioCodecByFourCc, fourCcText } from './flv-fourcc.ts'

/** Body of an RTMP audio message = data of an FLV audio tag (FLV 10.1 section E.4.2; Enhanced RTMP v2, ExAudioTagHeader). */

/** Parses the content of an audio tag. All byte ranges are views on the tag. */
export interface AudioTagSink {
  /** What the codec starts with: AudioSpecificConfig, OpusHead, `fLaC` and its blocks. May be empty. */
  audioConfig(trackNumber: number, codec: AudioCodec, config: Buffer): void
  /** One frame. `nanoOffset` is to be added to the message's timestamp. */
  audioFrame(trackNumber: number, codec: AudioCodec, nanoOffset: number, data: Buffer): void
}

export const AudioPacketType = { sequenceStart: 0, codedFrames: 1, sequenceEnd: 2, multichannelConfig: 4, multitrack: 5, modEx: 7 } as const

const SoundFormat = { mp3: 2, extended: 9, aac: 10, mp3At8k: 14 } as const
const legacyNames: Readonly<Record<number, string>> = {
  0: 'PCM',
  1: 'ADPCM',
  3: 'PCM',
  4: 'Nellymoser',
  5: 'Nellymoser',
  6: 'Nellymoser',
  7: 'G.711 A-law',
  8: 'G.711 mu-law',
  11: 'Speex',
}
const modifiers: Modifiers = { packetType: 0, position: 0, nanoOffset: 0 }

/** Reads one tag into the sink. Never throws. An empty tag is nothing. */
export function readAudioTag(tag: Buffer, sink: AudioTagSink): FlvFault | undefined {
  if (tag.length === 0) return undefined
  const format = tag[0]! >> 4
  switch (format) {
    case SoundFormat.aac:
      if (tag.length < 2) return fault('an audio tag is cut', tag.length)
      if (tag[1] === 1) {
        if (tag.length > 2) sink.audioFrame(0, 'aac', 0, tag.subarray(2))
      } else if (tag[1] === 0) {
        sink.audioConfig(0, 'aac', tag.subarray(2))
      } else {
        return fault(`there is no AAC packet type ${tag[1]}`, 1)
      }
      return undefined
    case SoundFormat.mp3:
    case SoundFormat.mp3At8k:
      if (tag.length > 1) sink.audioFrame(0, 'mp3', 0, tag.subarray(1))
      return undefined
    case SoundFormat.extended:
      return readExtended(tag, sink)
    default:
      return unsupportedCodec(legacyNames[format] ?? `audio ${format}`, 0)
  }
}

function readExtended(tag: Buffer, sink: AudioTagSink): FlvFault | undefined {
  modifiers.packetType = tag[0]! & 15
  modifiers.position = 1
  const broken = readModifiers(tag, AudioPacketType.modEx, modifiers)
  if (broken) return broken
  const { packetType, position, nanoOffset } = modifiers
  if (packetType === AudioPacketType.multitrack) {
    return readMultitrack(tag, position, AudioPacketType.multitrack, (type, fourCc, trackNumber, start, end) =>
      readPart(tag, sink, nanoOffset, type, fourCc, trackNumber, start, end),
    )
  }
  if (position + 4 > tag.length) return fault('an audio tag is cut', tag.length)
  return readPart(tag, sink, nanoOffset, packetType, tag.readUInt32BE(position), 0, position + 4, tag.length)
}

function readPart(
  tag: Buffer,
  sink: AudioTagSink,
  nanoOffset: number,
  packetType: number,
  fourCc: number,
  trackNumber: number,
  position: number,
  end: number,
): FlvFault | undefined {
  const codec = audioCodecByFourCc.get(fourCc)
  if (codec === undefined) return unsupportedCodec(fourCcText(fourCc), position)
  switch (packetType) {
    case AudioPacketType.codedFrames:
      if (position < end) sink.audioFrame(trackNumber, codec, nanoOffset, tag.subarray(position, end))
      return undefined
    case AudioPacketType.sequenceStart:
      sink.audioConfig(trackNumber, codec, tag.subarray(position, end))
      return undefined
    case AudioPacketType.sequenceEnd:
    case AudioPacketType.multichannelConfig:
      // The channel layout that this announces is in the codec's own configuration too.
      return undefined
    default:
      return fault(`there is no audio packet type ${packetType}`, 0)
  }
}

/** First byte of a legacy audio tag. FLV wants 44 kHz, 16 bit, stereo set for AAC whatever the truth is. */
function legacyByte(codec: 'aac' | 'mp3'): number {
  return ((codec === 'aac' ? SoundFormat.aac : SoundFormat.mp3) << 4) | 0x0f
}

/** Makes a sequence header tag; undefined for codecs whose legacy form has none (MP3). */
export function audioConfigTag(codec: AudioCodec, fourCc: string, config: Uint8Array): Buffer | undefined {
  if (codec === 'mp3') return undefined
  const head = codec === 'aac' ? 2 : 5
  const tag = Buffer.allocUnsafeSlow(head + config.length)
  if (codec === 'aac') {
    tag[0] = legacyByte('aac')
    tag[1] = 0
  } else {
    tag[0] = (SoundFormat.extended << 4) | AudioPacketType.sequenceStart
    tag.write(fourCc, 1, 'latin1')
  }
  tag.set(config, head)
  return tag
}

/** Makes a frame tag. Legacy for AAC and MP3, extended for all others. */
export function audioFrameTag(codec: AudioCodec, fourCc: string, data: Uint8Array): Buffer {
  const head = codec === 'mp3' ? 1 : codec === 'aac' ? 2 : 5
  const tag = Buffer.allocUnsafeSlow(head + data.length)
  if (codec === 'mp3') {
    tag[0] = legacyByte('mp3')
  } else if (codec === 'aac') {
    tag[0] = legacyByte('aac')
    tag[1] = 1
  } else {
    tag[0] = (SoundFormat.extended << 4) | AudioPacketType.codedFrames
    tag.write(fourCc, 1, 'latin1')
  }
  tag.set(data, head)
  return tag
}
