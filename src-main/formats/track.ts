import type { Ticks } from './media-time.ts'

/**
 * The one currency of the live and studio parts: tracks describe, packets carry.
 * Nothing here does any work; every reader and writer of media in the product speaks these types.
 */

export type VideoCodec = 'h264' | 'hevc' | 'av1' | 'vp9'
export type AudioCodec = 'aac' | 'opus' | 'flac' | 'ac3' | 'eac3' | 'mp3'
export type Codec = VideoCodec | AudioCodec

interface TrackBase {
  /** Stable within one stream: `v0`, `v1` for video, `a0`, `a1` for audio. */
  readonly id: string
  /** Ticks per second of every time that a packet of this track carries. Video 90000; audio its sample rate. */
  readonly timescale: number
  /** RFC 6381 codec string as HLS CODECS and MSE want it, e.g. `avc1.64001f`, `mp4a.40.2`. */
  readonly codecString: string
  /**
   * Codec-private configuration exactly as the sample entry's child box wants its body:
   * avcC / hvcC / av1C / vpcC record (vpcC with its full-box header), AudioSpecificConfig for AAC,
   * dOps body for Opus, the dfLa METADATA blocks for FLAC, dac3 / dec3 body; empty for MP3.
   */
  readonly config: Uint8Array
}

export interface VideoTrack extends TrackBase {
  readonly kind: 'video'
  readonly codec: VideoCodec
  /** Pixels after cropping; 0 only while unknown. */
  readonly width: number
  readonly height: number
  /** Frames per second where the bitstream or the publisher tells it, else undefined. */
  readonly frameRate?: number
  /** Pixel aspect ratio where it is not square. */
  readonly pixelAspect?: readonly [horizontal: number, vertical: number]
}

export interface AudioTrack extends TrackBase {
  readonly kind: 'audio'
  readonly codec: AudioCodec
  /** Hz of the decoded audio (after SBR for HE-AAC); `timescale` equals the core sample rate. */
  readonly sampleRate: number
  readonly channels: number
  /** Samples in one packet in ticks of `timescale` where the codec fixes it (AAC 1024), else undefined. */
  readonly samplesPerPacket?: number
}

export type Track = VideoTrack | AudioTrack

/**
 * One coded frame. `data` is codec-native (AVCC/HVCC length-prefixed NAL units, raw AAC, AV1 temporal unit of OBUs in
 * low-overhead format without temporal delimiters) and is shared: no holder of a packet may write into it.
 */
export interface Packet {
  readonly track: Track
  /** Presentation time in ticks of `track.timescale`, on the stream's own timeline (0 = the stream's first packet). */
  readonly pts: Ticks
  /** Decoding time in ticks of `track.timescale`; strictly increasing within a track between two discontinuities. */
  readonly dts: Ticks
  /** Ticks until the next packet of the track where known, else the codec's or the running average. Never 0. */
  readonly duration: Ticks
  /** True where a decoder may start here. Always true for audio. */
  readonly key: boolean
  readonly data: Uint8Array
}
