import { fault } from '../fault.ts'
import type { VideoCodec } from '../track.ts'
import { type FlvFault, type Modifiers, readModifiers, readMultitrack, unsupportedCodec } from './flv-extended.ts'
import { fourCcNumber, fourCcText, videoCodecByFourCc } from './flv-fourcc.ts'

/** Body of an RTMP video message = data of an FLV video tag (FLV 10.1 section E.4.3; Enhanced RTMP v2, ExVideoTagHeader). */

/** Parses the content of a video tag. All byte ranges are views on the tag. */
export interface VideoTagSink {
  /** The codec's configuration record: avcC, hvcC, av1C or vpcC. */
  videoConfig(trackNumber: number, codec: VideoCodec, config: Buffer): void
  /** One frame. `compositionMs` is pts minus dts; `nanoOffset` is to be added to the message's timestamp. */
  videoFrame(trackNumber: number, codec: VideoCodec, key: boolean, compositionMs: number, nanoOffset: number, data: Buffer): void
  /** AMF0 values such as colorInfo (HDR). */
  videoMetadata(body: Buffer): void
}

export const VideoPacketType = {
  sequenceStart: 0,
  codedFrames: 1,
  sequenceEnd: 2,
  codedFramesX: 3,
  metadata: 4,
  mpeg2TsSequenceStart: 5,
  multitrack: 6,
  modEx: 7,
} as const

const commandFrame = 5
const legacyAvc = 7
/** Not in any specification, but what encoders sent for HEVC before Enhanced RTMP. */
const legacyHevc = 12
const legacyNames: Readonly<Record<number, string>> = {
  2: 'Sorenson H.263',
  3: 'Screen video',
  4: 'VP6',
  5: 'VP6 with alpha',
  6: 'Screen video 2',
}
const avc1 = fourCcNumber('avc1')
const hvc1 = fourCcNumber('hvc1')
const modifiers: Modifiers = { packetType: 0, position: 0, nanoOffset: 0 }

/** Reads one tag into the sink. Never throws. An empty tag is nothing. */
export function readVideoTag(tag: Buffer, sink: VideoTagSink): FlvFault | undefined {
  if (tag.length === 0) return undefined
  const first = tag[0]!
  if (first & 0x80) return readExtended(tag, sink)
  const frameType = first >> 4
  if (frameType === commandFrame) return undefined
  const codecId = first & 15
  if (codecId !== legacyAvc && codecId !== legacyHevc) return unsupportedCodec(legacyNames[codecId] ?? `video ${codecId}`, 0)
  if (tag.length < 5) return fault('a video tag is cut', tag.length)
  const codec = codecId === legacyAvc ? 'h264' : 'hevc'
  const packetType = tag[1]!
  if (packetType === 1) {
    if (tag.length > 5) sink.videoFrame(0, codec, frameType === 1, tag.readIntBE(2, 3), 0, tag.subarray(5))
  } else if (packetType === 0) {
    sink.videoConfig(0, codec, tag.subarray(5))
  } else if (packetType !== 2) {
    return fault(`there is no video packet type ${packetType}`, 1)
  }
  return undefined
}

function readExtended(tag: Buffer, sink: VideoTagSink): FlvFault | undefined {
  const frameType = (tag[0]! >> 4) & 7
  modifiers.packetType = tag[0]! & 15
  modifiers.position = 1
  const broken = readModifiers(tag, VideoPacketType.modEx, modifiers)
  if (broken) return broken
  const { packetType, position, nanoOffset } = modifiers
  if (frameType === commandFrame && packetType !== VideoPacketType.metadata) return undefined
  if (packetType === VideoPacketType.multitrack) {
    return readMultitrack(tag, position, VideoPacketType.multitrack, (type, fourCc, trackNumber, start, end) =>
      readPart(tag, sink, frameType === 1, nanoOffset, type, fourCc, trackNumber, start, end),
    )
  }
  if (position + 4 > tag.length) return fault('a video tag is cut', tag.length)
  return readPart(tag, sink, frameType === 1, nanoOffset, packetType, tag.readUInt32BE(position), 0, position + 4, tag.length)
}

function readPart(
  tag: Buffer,
  sink: VideoTagSink,
  key: boolean,
  nanoOffset: number,
  packetType: number,
  fourCc: number,
  trackNumber: number,
  position: number,
  end: number,
): FlvFault | undefined {
  if (packetType === VideoPacketType.metadata) {
    sink.videoMetadata(tag.subarray(position, end))
    return undefined
  }
  const codec = videoCodecByFourCc.get(fourCc)
  if (codec === undefined) return unsupportedCodec(fourCcText(fourCc), position)
  switch (packetType) {
    case VideoPacketType.codedFrames:
      if (fourCc === avc1 || fourCc === hvc1) {
        if (position + 3 > end) return fault('a video tag is cut', position)
        if (position + 3 < end)
          sink.videoFrame(trackNumber, codec, key, tag.readIntBE(position, 3), nanoOffset, tag.subarray(position + 3, end))
        return undefined
      }
      if (position < end) sink.videoFrame(trackNumber, codec, key, 0, nanoOffset, tag.subarray(position, end))
      return undefined
    case VideoPacketType.codedFramesX:
      if (position < end) sink.videoFrame(trackNumber, codec, key, 0, nanoOffset, tag.subarray(position, end))
      return undefined
    case VideoPacketType.sequenceStart:
      sink.videoConfig(trackNumber, codec, tag.subarray(position, end))
      return undefined
    case VideoPacketType.sequenceEnd:
      return undefined
    case VideoPacketType.mpeg2TsSequenceStart:
      return unsupportedCodec('AV1 in MPEG-2 TS form', position)
    default:
      return fault(`there is no video packet type ${packetType}`, 0)
  }
}

/** Makes a sequence header tag. Legacy for H.264, extended for all others. */
export function videoConfigTag(codec: VideoCodec, fourCc: string, config: Uint8Array): Buffer {
  const tag = Buffer.allocUnsafeSlow(5 + config.length)
  if (codec === 'h264') {
    tag[0] = 0x10 | legacyAvc
    tag.fill(0, 1, 5)
  } else {
    tag[0] = 0x90 | VideoPacketType.sequenceStart
    tag.write(fourCc, 1, 'latin1')
  }
  tag.set(config, 5)
  return tag
}

/** Makes a frame tag. Legacy for H.264, extended for all others. */
export function videoFrameTag(codec: VideoCodec, fourCc: string, key: boolean, compositionMs: number, data: Uint8Array): Buffer {
  if (codec === 'h264') {
    const tag = Buffer.allocUnsafeSlow(5 + data.length)
    tag[0] = (key ? 0x10 : 0x20) | legacyAvc
    tag[1] = 1
    tag.writeIntBE(compositionMs, 2, 3)
    tag.set(data, 5)
    return tag
  }
  const composed = codec === 'hevc' && compositionMs !== 0
  const tag = Buffer.allocUnsafeSlow((composed ? 8 : 5) + data.length)
  tag[0] = (key ? 0x90 : 0xa0) | (composed || codec !== 'hevc' ? VideoPacketType.codedFrames : VideoPacketType.codedFramesX)
  tag.write(fourCc, 1, 'latin1')
  if (composed) tag.writeIntBE(compositionMs, 5, 3)
  tag.set(data, composed ? 8 : 5)
  return tag
}
