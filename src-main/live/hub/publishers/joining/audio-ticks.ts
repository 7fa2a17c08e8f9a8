import { opusPacketDuration } from '../../../../formats/codecs/opus.ts'
import { rescale } from '../../../../formats/media-time.ts'
import type { AudioTrack } from '../../../../formats/track.ts'

/** Length of one audio packet in ticks: fixed by the codec, or read from the packet (Opus TOC, RFC 6716 section 3.1). */
export function audioTicks(track: AudioTrack, data: Uint8Array): number | undefined {
  if (track.samplesPerPacket !== undefined) return track.samplesPerPacket
  if (track.codec !== 'opus') return undefined
  // the TOC counts at 48 kHz
  const ticks = rescale(opusPacketDuration(data), 48_000, track.timescale)
  return ticks > 0 ? ticks : undefined
}
