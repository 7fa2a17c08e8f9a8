import { ticks } from '../../../formats/media-time.ts'
import type { Packet, Track } from '../../../formats/track.ts'
import { audioRate } from '../../../media/worker/capture/audio/audio-capturer.ts'
import { openAudioEncoder } from '../../../media/worker/ffmpeg/audio-encoder.ts'

/** Between looks whether nothing plays, ms: who watches live waits no longer for the silence that goes with a frame. */
const everyMs = 100
/** Audio comes so late at most, frames: what has not come by then is silence. */
const lateFrames = (200 * audioRate) / 1000
/** What comes earlier or later than it should by less is put behind what is there, frames. */
const slackFrames = (40 * audioRate) / 1000

export interface RecordedAudioOptions {
  readonly track: Track
  readonly onTrack: (track: Track) => void
  readonly onPacket: (packet: Packet) => void
  /** µs of the machine's monotonic clock. */
  readonly nowUs: () => number
}

/**
 * What programs play, as a track without holes: players that count packets keep its audio together with its video. Where nothing is played
 * a packet of silence is repeated, which was encoded once.
 */
export class RecordedAudio {
  readonly #options: RecordedAudioOptions
  readonly #silence: { readonly data: Uint8Array; readonly frames: number }
  /** Where the next packet starts, frames of the monotonic clock. */
  #next: number
  readonly #timer: NodeJS.Timeout

  constructor(options: RecordedAudioOptions) {
    this.#options = options
    this.#silence = encodedSilence()
    options.onTrack(options.track)
    this.#next = framesOf(options.nowUs())
    this.#timer = setInterval(() => this.#fill(framesOf(this.#options.nowUs()) - lateFrames), everyMs)
  }

  /** Its track is reported again. */
  restart(): void {
    this.#options.onTrack(this.#options.track)
  }

  /** Takes a packet that starts at that moment. */
  take(data: Uint8Array, frames: number, atUs: number): void {
    const at = framesOf(atUs)
    // It was given up before it came.
    if (at < this.#next - slackFrames) return
    if (at > this.#next + slackFrames) this.#fill(at)
    this.#send(data, frames)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #fill(until: number): void {
    const { data, frames } = this.#silence
    while (this.#next + frames <= until) this.#send(data, frames)
  }

  #send(data: Uint8Array, frames: number): void {
    const at = ticks(this.#next)
    this.#options.onPacket({ track: this.#options.track, pts: at, dts: at, duration: ticks(frames), key: true, data })
    this.#next += frames
  }
}

const framesOf = (us: number): number => Math.round((us * audioRate) / 1e6)

/** 20 ms of silence; the first packets still have what the encoder starts with. */
function encodedSilence(): { readonly data: Uint8Array; readonly frames: number } {
  const encoder = openAudioEncoder('a0', 'opus', 32)
  let silence: Packet | undefined
  try {
    encoder.encode(new Float32Array((2 * audioRate) / 5), 0, (packet) => {
      silence = packet
    })
  } finally {
    encoder.close()
  }
  const { data, duration } = silence as Packet
  return { data, frames: duration }
}
