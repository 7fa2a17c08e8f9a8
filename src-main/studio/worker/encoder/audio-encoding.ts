import type { Packet, Track } from '../../../formats/track.ts'
import { type AudioFrameEncoder, openAudioEncoder } from '../../../media/worker/ffmpeg/audio-encoder.ts'
import type { AudioEncoding as AudioEncodingSettings } from '../../document/schemas/encoding-schemas.ts'
import { mixRate } from '../mixer/mixer.ts'

export interface AudioEncodingDependencies {
  readonly encoding: AudioEncodingSettings
  readonly onTrack: (track: Track) => void
  readonly onPacket: (packet: Packet) => void
  readonly onFault: (problem: string) => void
}

/** One encoding of a track of the mixer. */
export class AudioEncoding {
  readonly #dependencies: AudioEncodingDependencies
  #encoder: AudioFrameEncoder | undefined
  #packets = 0
  #bytes = 0

  constructor(dependencies: AudioEncodingDependencies) {
    this.#dependencies = dependencies
    const { codec, bitrateKbps } = dependencies.encoding
    try {
      this.#encoder = openAudioEncoder('a0', codec, bitrateKbps)
      dependencies.onTrack(this.#encoder.track)
    } catch (error) {
      dependencies.onFault((error as Error).message)
    }
  }

  /** Track of the mixer, 1 to 6. */
  get track(): number {
    return this.#dependencies.encoding.track
  }

  /** Takes a mixed block; `showUs` is its first frame's time on the show's timeline. */
  offer(samples: Float32Array, showUs: number): void {
    try {
      this.#encoder?.encode(samples, Math.round((showUs * mixRate) / 1e6), this.#take)
    } catch (error) {
      // The clock that offers it mixes for the others too.
      this.close()
      this.#dependencies.onFault((error as Error).message)
    }
  }

  readonly #take = (packet: Packet): void => {
    // What the encoder put before the show's start has no place on its timeline.
    if (packet.pts < 0) return
    this.#packets++
    this.#bytes += packet.data.length
    this.#dependencies.onPacket(packet)
  }

  /** Since the last call, for rates. */
  statistics() {
    const bytes = this.#bytes
    this.#bytes = 0
    const { codec } = this.#dependencies.encoding
    return {
      codec,
      encoder: codec === 'aac' ? 'aac' : 'libopus',
      width: 0,
      height: 0,
      frames: this.#packets,
      skipped: 0,
      bitrateKbps: Math.round((bytes * 8) / 1000),
      lagMs: 0,
      longestLagMs: 0,
    }
  }

  close(): void {
    this.#encoder?.close()
    this.#encoder = undefined
  }
}
