import { type Fault, fault, isFault } from '../fault.ts'
import type { AudioCodec, AudioTrack, VideoCodec, VideoTrack } from '../track.ts'
import { parseAudioSpecificConfig } from './aac.ts'
import { parseSyncFrame } from './ac3.ts'
import { parseAv1Configuration } from './av1.ts'
import { parseFlacHeader } from './flac.ts'
import { parseAvcDecoderConfiguration } from './h264.ts'
import { parseHevcDecoderConfiguration } from './hevc.ts'
import { parseMp3FrameHeader } from './mp3.ts'
import { parseOpusHead } from './opus.ts'
import { parseVp9Configuration, parseVp9FrameHeader } from './vp9.ts'

/** Ticks per second of every video track. */
export const videoTimescale = 90_000

/**
 * A video track from its codec's configuration record as FLV and MP4 carry it: avcC, hvcC, av1C, or vpcC with its full-box header.
 * VP9's record has no size: give the first keyframe too, else the track's size is 0 until one is known.
 */
export function videoTrack(id: string, codec: VideoCodec, config: Uint8Array, firstKeyframe?: Uint8Array): VideoTrack | Fault {
  switch (codec) {
    case 'h264': {
      const parsed = parseAvcDecoderConfiguration(config)
      return isFault(parsed) ? parsed : describeVideo(id, codec, config, parsed)
    }
    case 'hevc': {
      const parsed = parseHevcDecoderConfiguration(config)
      return isFault(parsed) ? parsed : describeVideo(id, codec, config, parsed)
    }
    case 'av1': {
      const parsed = parseAv1Configuration(config)
      return isFault(parsed) ? parsed : describeVideo(id, codec, config, parsed)
    }
    case 'vp9': {
      const parsed = parseVp9Configuration(config)
      if (isFault(parsed)) return parsed
      const frame = firstKeyframe === undefined ? undefined : parseVp9FrameHeader(firstKeyframe)
      const size = frame === undefined || isFault(frame) ? { width: 0, height: 0 } : { width: frame.width, height: frame.height }
      return describeVideo(id, codec, config, { ...size, codecString: parsed.codecString })
    }
  }
}

/**
 * An audio track from what its codec starts with: AudioSpecificConfig for AAC, the OpusHead packet (or a dOps body) for Opus,
 * `fLaC` and its metadata blocks (or the dfLa blocks alone) for FLAC, the first sync frame for AC-3 and E-AC-3, the first frame for MP3.
 */
export function audioTrack(id: string, codec: AudioCodec, config: Uint8Array): AudioTrack | Fault {
  switch (codec) {
    case 'aac': {
      const aac = parseAudioSpecificConfig(config)
      if (isFault(aac)) return aac
      if (aac.channels === 0) return fault('AudioSpecificConfig tells no channels', 0)
      return {
        ...describeAudio(id, codec, config.slice(), aac.codecString, aac.sampleRate),
        sampleRate: aac.outputSampleRate,
        channels: aac.channels,
        samplesPerPacket: aac.samplesPerFrame,
      }
    }
    case 'opus': {
      const opus = parseOpusHead(config)
      if (isFault(opus)) return opus
      return { ...describeAudio(id, codec, opus.dOps, 'opus', 48_000), sampleRate: 48_000, channels: opus.channels }
    }
    case 'flac': {
      const flac = parseFlacHeader(config)
      if (isFault(flac)) return flac
      const track = {
        ...describeAudio(id, codec, flac.dfLa, 'flac', flac.sampleRate),
        sampleRate: flac.sampleRate,
        channels: flac.channels,
      }
      return flac.samplesPerFrame === undefined ? track : { ...track, samplesPerPacket: flac.samplesPerFrame }
    }
    case 'ac3':
    case 'eac3': {
      const frame = parseSyncFrame(config)
      if (isFault(frame)) return frame
      return {
        ...describeAudio(id, frame.codec, frame.config, frame.codec === 'ac3' ? 'ac-3' : 'ec-3', frame.sampleRate),
        sampleRate: frame.sampleRate,
        channels: frame.channels,
        samplesPerPacket: frame.samplesPerFrame,
      }
    }
    case 'mp3': {
      const frame = parseMp3FrameHeader(config)
      if (isFault(frame)) return frame
      return {
        ...describeAudio(id, codec, new Uint8Array(0), frame.codecString, frame.sampleRate),
        sampleRate: frame.sampleRate,
        channels: frame.channels,
        samplesPerPacket: frame.samplesPerFrame,
      }
    }
  }
}

interface VideoDescription {
  readonly width: number
  readonly height: number
  readonly codecString: string
  readonly frameRate?: number | undefined
  readonly pixelAspect?: readonly [horizontal: number, vertical: number] | undefined
}

function describeVideo(id: string, codec: VideoCodec, config: Uint8Array, found: VideoDescription): VideoTrack {
  return {
    id,
    kind: 'video',
    codec,
    timescale: videoTimescale,
    codecString: found.codecString,
    config: config.slice(),
    width: found.width,
    height: found.height,
    ...(found.frameRate === undefined ? {} : { frameRate: found.frameRate }),
    ...(found.pixelAspect === undefined ? {} : { pixelAspect: found.pixelAspect }),
  }
}

function describeAudio(id: string, codec: AudioCodec, config: Uint8Array, codecString: string, timescale: number) {
  return { id, kind: 'audio', codec, timescale, codecString, config } as const
}
