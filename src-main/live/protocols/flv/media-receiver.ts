import { isH264Keyframe, spsFromInband } from '../../../formats/codecs/h264.ts'
import { audioTrack, videoTrack } from '../../../formats/codecs/track-from-config.ts'
import { isFault } from '../../../formats/fault.ts'
import { type AudioTagSink, readAudioTag } from '../../../formats/flv/flv-audio-tag.ts'
import type { FlvFault } from '../../../formats/flv/flv-extended.ts'
import { readVideoTag, type VideoTagSink } from '../../../formats/flv/flv-video-tag.ts'
import { ticks } from '../../../formats/media-time.ts'
import { readAmf0Values } from '../../../formats/rtmp/amf0.ts'
import type { AudioCodec, Track, VideoCodec } from '../../../formats/track.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Publication } from '../../hub/publishers/publisher.ts'
import { displayMetadata } from './display-metadata.ts'

/** One track as described by its headers. */
interface KnownTrack {
  readonly id: string
  codec: VideoCodec | AudioCodec
  /** The header as it came, to notice a change; for codecs without headers the first bytes of a frame. */
  header: Uint8Array
  /** Bytes before each NAL unit; H.264 only. */
  nalLengthSize: number
  /** The last parameter sets that were inside a keyframe; H.264 only. */
  inband: Uint8Array | undefined
  /** VP9 has its size only in the first keyframe. */
  sizeKnown: boolean
}

/** Codecs whose configuration is at the head of every frame, and how many bytes of it show a change. */
const selfDescribing: Readonly<Partial<Record<AudioCodec, number>>> = { ac3: 7, eac3: 6, mp3: 4 }

/** Faults in a row without one good frame after which the publisher is rejected: it is sending garbage. */
const maxFaultsInARow = 1000

/** Turns the audio, video and data messages of one publisher into tracks and frames of its publication. */
export class MediaReceiver implements VideoTagSink, AudioTagSink {
  private readonly publication: Publication
  private readonly reject: (reason: AppError) => void
  private readonly maxTracks: number
  private readonly video: (KnownTrack | undefined)[] = []
  private readonly audio: (KnownTrack | undefined)[] = []
  private trackCount = 0
  private timestampMs = 0
  private faultsInARow = 0
  /** Frames handed on, for the session's log line. */
  frames = 0

  /** `refuse` ends the session: the codec is one that we do not carry, or nothing but garbage arrives. */
  constructor(publication: Publication, maxTracks: number, reject: (reason: AppError) => void) {
    this.publication = publication
    this.maxTracks = maxTracks
    this.reject = reject
  }

  /** An RTMP video message. Its frames keep a reference to its body. */
  onVideo(timestampMs: number, body: Buffer): void {
    this.timestampMs = timestampMs
    const fault = readVideoTag(body, this)
    if (fault) this.onFault(fault)
  }

  /** An RTMP audio message. Its frames keep a reference to its body. */
  onAudio(timestampMs: number, body: Buffer): void {
    this.timestampMs = timestampMs
    const fault = readAudioTag(body, this)
    if (fault) this.onFault(fault)
  }

  videoConfig(trackNumber: number, codec: VideoCodec, config: Buffer): void {
    const known = this.video[trackNumber]
    // Encoders repeat their headers, some before every keyframe: the same bytes change nothing.
    if (known !== undefined && known.codec === codec && config.equals(known.header)) return
    const id = `v${trackNumber}`
    const track = videoTrack(id, codec, config)
    if (isFault(track)) {
      this.skip('ingest.media', `The header of video track ${id} is malformed: ${track.fault}`)
      return
    }
    this.adopt(this.video, trackNumber, track, config, codec === 'h264' ? (config[4]! & 3) + 1 : 0)
  }

  audioConfig(trackNumber: number, codec: AudioCodec, config: Buffer): void {
    if (selfDescribing[codec] !== undefined) return
    const known = this.audio[trackNumber]
    if (known !== undefined && known.codec === codec && config.equals(known.header)) return
    const id = `a${trackNumber}`
    // An empty Opus header represents plain stereo (Enhanced RTMP v2, OpusSequenceHeader).
    const track = audioTrack(id, codec, codec === 'opus' && config.length === 0 ? plainOpusHead : config)
    if (isFault(track)) {
      this.skip('ingest.media', `The header of audio track ${id} is malformed: ${track.fault}`)
      return
    }
    this.adopt(this.audio, trackNumber, track, config, 0)
  }

  videoFrame(trackNumber: number, codec: VideoCodec, key: boolean, compositionMs: number, nanoOffset: number, data: Buffer): void {
    const known = this.video[trackNumber]
    if (known === undefined || known.codec !== codec) {
      this.skip('ingest.media', `A ${codec} frame came before its header`)
      return
    }
    let startsHere = key
    if (codec === 'h264') {
      if (key) {
        this.watchParameterSets(trackNumber, known, data)
      } else {
        // Only the first NAL unit is looked at: enough to find the keyframes of encoders that never set the flag.
        const first = data[known.nalLengthSize]! & 0x1f
        if (first >= 5 && first <= 9) startsHere = isH264Keyframe(data, known.nalLengthSize)
      }
    }
    if (!known.sizeKnown && !this.learnSize(trackNumber, known, key, data)) return
    this.write(known.id, nanoOffset, compositionMs, startsHere, data)
  }

  audioFrame(trackNumber: number, codec: AudioCodec, nanoOffset: number, data: Buffer): void {
    const headBytes = selfDescribing[codec]
    if (headBytes !== undefined && !this.describeFromFrame(trackNumber, codec, headBytes, data)) return
    const known = this.audio[trackNumber]
    if (known === undefined || known.codec !== codec) {
      this.skip('ingest.media', `A ${codec} frame came before its header`)
      return
    }
    if (codec === 'aac' && data[0] === 0xff && (data[1]! & 0xf6) === 0xf0) {
      this.skip('ingest.media', 'AAC came with ADTS headers, which RTMP does not carry')
      return
    }
    this.write(known.id, nanoOffset, 0, true, data)
  }

  videoMetadata(body: Buffer): void {
    const values = readAmf0Values(body)
    if (isFault(values)) this.skip('ingest.amf', `Video metadata is malformed: ${values.fault}`)
  }

  /** `@setDataFrame onMetaData` or a bare `onMetaData`, with its values after the name. */
  onMetadata(value: unknown): void {
    this.publication.setMetadata(displayMetadata(value))
  }

  private write(trackId: string, nanoOffset: number, compositionMs: number, key: boolean, data: Buffer): void {
    this.faultsInARow = 0
    this.frames += 1
    const perMs = nanoOffset === 0 ? 1 : 1e6
    const dts = ticks(this.timestampMs * perMs + nanoOffset)
    this.publication.write({ trackId, timescale: perMs * 1000, dts, composition: ticks(compositionMs * perMs), key, data })
  }

  /** H.264 may change its SPS inside the stream without a new sequence header. */
  private watchParameterSets(trackNumber: number, known: KnownTrack, data: Buffer): void {
    const inband = spsFromInband(data, known.nalLengthSize)
    if (inband === undefined) return
    if (known.inband !== undefined ? sameBytes(known.inband, inband) : sameFirstSps(known.header, inband)) return
    const track = videoTrack(known.id, 'h264', inband)
    if (isFault(track)) {
      this.skip('ingest.media', `Parameter sets inside video track ${known.id} are malformed: ${track.fault}`)
      return
    }
    const { header } = known
    this.adopt(this.video, trackNumber, track, header, known.nalLengthSize)
    this.video[trackNumber]!.inband = inband
  }

  /** VP9: the track is reported with its first keyframe, which has the size that the header lacks. False where the frame must be left out. */
  private learnSize(trackNumber: number, known: KnownTrack, key: boolean, frame: Buffer): boolean {
    const track = key ? videoTrack(known.id, known.codec as VideoCodec, known.header, frame) : undefined
    if (track === undefined || isFault(track) || track.width === 0) {
      this.skip('ingest.media', `A ${known.codec} frame came before a keyframe that tells its size`)
      return false
    }
    return this.adopt(this.video, trackNumber, track, known.header, known.nalLengthSize)
  }

  /** AC-3, E-AC-3 and MP3 have no headers of their own: it is read from their frames. False if the frame is unusable. */
  private describeFromFrame(trackNumber: number, codec: AudioCodec, headBytes: number, data: Buffer): boolean {
    const known = this.audio[trackNumber]
    if (known !== undefined && known.codec === codec && sameShape(codec, known.header, data)) return true
    const track = audioTrack(`a${trackNumber}`, codec, data)
    if (isFault(track)) {
      this.skip('ingest.media', `A ${codec} frame is malformed: ${track.fault}`)
      return false
    }
    return this.adopt(this.audio, trackNumber, track, data.subarray(0, headBytes), 0)
  }

  private adopt(tracks: (KnownTrack | undefined)[], trackNumber: number, track: Track, header: Uint8Array, nalLengthSize: number): boolean {
    if (tracks[trackNumber] === undefined) {
      if (this.trackCount >= this.maxTracks) {
        this.skip('ingest.media', `More than ${this.maxTracks} tracks`)
        return false
      }
      this.trackCount += 1
    }
    const sizeKnown = track.kind === 'audio' || track.codec !== 'vp9' || track.width > 0
    tracks[trackNumber] = { id: track.id, codec: track.codec, header: Uint8Array.from(header), nalLengthSize, inband: undefined, sizeKnown }
    if (sizeKnown) this.publication.setTrack(track)
    return true
  }

  private onFault(fault: FlvFault): void {
    if (fault.unsupported !== undefined) this.reject(new AppError('publish.codec_unsupported', `${fault.unsupported} is not supported`))
    else this.skip('ingest.media', `A media message is malformed at byte ${fault.offset}: ${fault.fault}`)
  }

  /** Counts something malformed that was left out. */
  skip(code: 'ingest.media' | 'ingest.amf', message: string): void {
    this.faultsInARow += 1
    if (this.faultsInARow > maxFaultsInARow) this.reject(new AppError('ingest.media', 'Nothing but malformed media arrives'))
    else this.publication.report(new AppError(code, message))
  }
}

/** OpusHead of plain stereo: version 1, 2 channels, pre-skip 312, 48 kHz, no gain, mapping family 0 (RFC 7845 section 5.1). */
const plainOpusHead = Buffer.from('4f707573486561640102380180bb0000000000', 'hex')

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

/** True where two avcC records start with the same SPS. */
function sameFirstSps(a: Uint8Array, b: Uint8Array): boolean {
  const length = (a[6]! << 8) | a[7]!
  return a.length >= 8 + length && sameBytes(a.subarray(6, 8 + length), b.subarray(6, 8 + length))
}

/** True where a self-describing frame has the sample rate, layer and channels of the one before. */
function sameShape(codec: AudioCodec, header: Uint8Array, data: Buffer): boolean {
  if (data.length < header.length) return false
  if (codec === 'mp3') return header[1] === data[1] && ((header[2]! ^ data[2]!) & 0x0c) === 0 && ((header[3]! ^ data[3]!) & 0xc0) === 0
  // AC-3: fscod with frmsizecod, bsid with bsmod, acmod. E-AC-3: fscod, numblkscod, acmod, lfeon, then bsid. The CRC between varies.
  if (codec === 'ac3') return header[4] === data[4] && header[5] === data[5] && ((header[6]! ^ data[6]!) & 0xe0) === 0
  return header[4] === data[4] && header[5] === data[5]
}
