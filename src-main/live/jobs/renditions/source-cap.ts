import { ticksToMs } from '../../../formats/media-time.ts'
import type { Packet, Track, VideoTrack } from '../../../formats/track.ts'
import type { VideoOutput } from '../../../media/encoders/video-output.ts'
import type { StreamLimits } from '../../key-limits.ts'

/** Media over which a bitrate is measured, ms. */
const measuredMs = 3000

export interface SourceCapDependencies {
  /** The source was found to be over its limit. */
  readonly onWanted: () => void
}

/**
 * Keeps a source that is over its key's limits from viewers: from a keyframe on, a rendition within the limits is in its place
 * under the same track id. Once capped, a run stays capped.
 */
export class SourceCap {
  readonly #dependencies: SourceCapDependencies
  #trackId: string | undefined
  /** pts of the keyframe at which the rendition takes over; undefined until it is known. */
  #fromPts: number | undefined
  #begun = false
  #broken = false
  #bytes = 0
  #sinceDts = Number.NaN
  wanted = false

  constructor(dependencies: SourceCapDependencies) {
    this.#dependencies = dependencies
  }

  /** True for a track that viewers do not get from the source. */
  hides(track: Track): boolean {
    return this.#fromPts !== undefined && track.id === this.#trackId
  }

  /** True for a packet of the source that viewers do not get. */
  drops(packet: Packet): boolean {
    return this.#fromPts !== undefined && packet.track.id === this.#trackId && packet.pts >= this.#fromPts
  }

  /** True for the rendition that is in the source's place. */
  makes(output: VideoOutput): boolean {
    return output.id === this.#trackId
  }

  /** True for what is made and may go to viewers. */
  takes(packet: Packet): boolean {
    if (packet.track.id !== this.#trackId) return true
    if (this.#begun) return true
    this.#begun = this.#fromPts !== undefined && packet.key && packet.pts >= this.#fromPts
    return this.#begun
  }

  /** The size shows at once whether a track is over the limit. */
  judgeTrack(track: VideoTrack, limits: StreamLimits | undefined): void {
    if (limits?.onOverLimit !== 'transcode' || limits.limits.maxHeight === null) return
    if (Math.min(track.width, track.height) > limits.limits.maxHeight) this.#want(track.id)
  }

  /** Bitrate is measured; the change happens at the next keyframe. */
  watch(packet: Packet, limits: () => StreamLimits | undefined): void {
    if (this.wanted) {
      if (this.#fromPts === undefined && packet.key && packet.track.id === this.#trackId && !this.#broken) this.#fromPts = packet.pts
      return
    }
    this.#bytes += packet.data.length
    const spanMs = ticksToMs(packet.dts - this.#sinceDts, packet.track.timescale)
    if (!(spanMs >= 0 && spanMs < 2 * measuredMs)) this.#begin(packet)
    else if (spanMs >= measuredMs) {
      const kbps = (this.#bytes * 8) / spanMs
      this.#begin(packet)
      const now = limits()
      if (now?.onOverLimit === 'transcode' && now.limits.maxVideoKbps !== null && kbps > now.limits.maxVideoKbps * 1.1) {
        this.#want(packet.track.id)
      }
    }
  }

  /** The rendition cannot be made: viewers get the source again. */
  failed(): void {
    this.#broken = true
    this.#fromPts = undefined
  }

  #begin(packet: Packet): void {
    this.#sinceDts = packet.dts
    this.#bytes = 0
  }

  #want(trackId: string): void {
    if (this.wanted || this.#broken) return
    this.wanted = true
    this.#trackId = trackId
    this.#dependencies.onWanted()
  }
}
