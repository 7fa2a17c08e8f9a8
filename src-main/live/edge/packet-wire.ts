import type { DiscontinuityReason } from '../../media/live-stream.ts'
import type { WireTrack } from '../delivery/run-wire.ts'

/**
 * How the packets of a stream go to nodes for their WebRTC viewers: what a peer plays, H.264 without B-frames and Opus, as the origin would
 * send it itself. They come in order, beside the records of what is packaged.
 */
export type PacketRecord =
  /** `run`: the one that comes from now on, from a keyframe; null while the stream is not live. */
  | { readonly type: 'packets'; readonly name: string; readonly run: PacketRun | null; readonly guarded: boolean }
  | { readonly type: 'packetTrack'; readonly name: string; readonly track: WireTrack }
  | {
      readonly type: 'packet'
      readonly name: string
      /** Id of its track; times in ticks of it. */
      readonly track: string
      readonly pts: number
      readonly dts: number
      readonly duration: number
      readonly key: boolean
    }
  | { readonly type: 'packetSeam'; readonly name: string; readonly reason: DiscontinuityReason }
  /** Whether the origin has to be asked about each viewer has changed. */
  | { readonly type: 'packetGuard'; readonly name: string; readonly guarded: boolean }

/** A run as whoever plays its packets has to know it. */
export interface PacketRun {
  readonly streamId: string
  readonly epoch: string
  readonly originTimeMs: number
}

const types: ReadonlySet<string> = new Set<PacketRecord['type']>(['packets', 'packetTrack', 'packet', 'packetSeam', 'packetGuard'])

export function isPacketRecord(record: { readonly type: string }): record is PacketRecord {
  return types.has(record.type)
}
