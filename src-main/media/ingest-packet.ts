import { type Ticks, ticks, ticksToMs } from '../formats/media-time.ts'
import type { Packet } from '../formats/track.ts'

/** One frame as it came off the wire, before its times are corrected. */
export interface IngestPacket {
  readonly trackId: string
  /** Ticks per second of `dts` and `composition`, as the publisher counts: RTMP 1000, transport streams 90000, else the track's own. */
  readonly timescale: number
  /** Decoding time as the publisher sent it: may wrap at 2^32 ms, jump or go back. */
  readonly dts: Ticks
  /** pts minus dts; 0 where there are no B-frames; may be negative. */
  readonly composition: Ticks
  readonly key: boolean
  /** Owned by the receiver from here on; never written again. */
  readonly data: Uint8Array
}

/** A packet that has its track's ticks already, as one that came in; the bytes are the same. */
export function asIngest({ track, pts, dts, key, data }: Packet): IngestPacket {
  return { trackId: track.id, timescale: track.timescale, dts, composition: ticks(pts - dts), key, data }
}

/** Decoding time on the publisher's clock, ms: to compare with other clocks. */
export function decodedMs({ dts, timescale }: IngestPacket): number {
  return ticksToMs(dts, timescale)
}

/** Presentation time on the publisher's clock, ms; not before the frame is decoded. */
export function presentedMs({ dts, composition, timescale }: IngestPacket): number {
  return ticksToMs(dts + Math.max(0, composition), timescale)
}
