import { isFault } from '../../formats/fault.ts'
import { parseAvcDecoderConfiguration } from '../../formats/h264.ts'
import type { Packet, VideoTrack } from '../../formats/track.ts'

/** Profiles that every WebRTC receiver decodes: baseline, main, high. */
const commonProfiles = new Set([66, 77, 100])

/** What a track's configuration tells about playing it to a WebRTC peer: as it is, only made anew, or by its frames' order. */
export function realtimeFitness(track: VideoTrack): 'passes' | 'must-be-made' | 'by-order' {
  if (track.codec !== 'h264') return 'must-be-made'
  const parsed = parseAvcDecoderConfiguration(track.config)
  if (isFault(parsed) || !commonProfiles.has(parsed.profile)) return 'must-be-made'
  return parsed.reorders ? 'by-order' : 'passes'
}

/** Watches a track's packets: frames that are shown in another order than they come are B-frames at work. */
export class OrderWatch {
  #lastPts = Number.NEGATIVE_INFINITY

  /** True where this packet is shown before the one that came before it. */
  reordered(packet: Packet): boolean {
    const before = this.#lastPts
    this.#lastPts = packet.pts
    return packet.pts < before
  }

  /** After a seam times say nothing about order. */
  reset(): void {
    this.#lastPts = Number.NEGATIVE_INFINITY
  }
}
