import { type AudioCapture, type AudioSystem, audioRate } from '../../../media/worker/capture/audio/audio-capturer.ts'
import { openSystemAudio } from '../../../media/worker/capture/audio/system-audio.ts'
import type { AudioStore, MediaStores } from '../../../media/worker/stores/media-stores.ts'
import { loadAddon } from '../../../platform/load-addon.ts'

/** Between looks for audio while a program plays, ms. */
const everyMs = 10
/** Audio that is older is skipped: this process was busy, ms. */
const maxLateMs = 100
const framesPerMs = audioRate / 1000

/**
 * Is given interleaved stereo, valid for the call, and the number of its first frame; numbers jump where some is missing. `atUs` is when that
 * frame was played, of the machine's monotonic clock.
 */
export type OnAudio = (samples: Float32Array, at: number, atUs: number) => void

export interface Capture {
  /** Idempotent. Throws where this machine's native parts are missing. */
  start(): void
  /** Idempotent. */
  stop(): void
  close(): void
}

/** What the programs of a display play, from the first listener on until the last has left. */
export class CapturedAudio implements Capture {
  readonly #onAudio: OnAudio
  readonly #onProblem: (problem: string) => void
  readonly #into = new Float32Array(2 * maxLateMs * framesPerMs)
  #system: AudioSystem | undefined
  #store: AudioStore | undefined
  #capture: AudioCapture | undefined
  #timer: NodeJS.Timeout | undefined
  #from = 0
  #plays = false

  constructor(onAudio: OnAudio, onProblem: (problem: string) => void) {
    this.#onAudio = onAudio
    this.#onProblem = onProblem
  }

  start(): void {
    if (this.#capture !== undefined) return
    this.#store ??= loadAddon<MediaStores>('compositor').createAudioStore(audioRate)
    this.#system ??= openSystemAudio()
    this.#capture = this.#system.capture({ kind: 'speaker', device: 'default', passive: true }, this.#store, ({ state, problem }) => {
      if (state === 'waiting' && problem) this.#onProblem(problem)
      this.#plays = state === 'running'
      this.#look()
    })
    this.#from = this.#store.written
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#plays = false
    this.#capture?.stop()
    this.#capture = undefined
  }

  close(): void {
    this.stop()
    this.#system?.close()
    this.#store?.close()
    this.#system = undefined
    this.#store = undefined
  }

  #look(): void {
    const store = this.#store as AudioStore
    const end = store.written
    this.#from = Math.max(this.#from, end - maxLateMs * framesPerMs)
    while (this.#from < end) {
      const { from, frames, timeUs } = store.read(this.#from, this.#into)
      if (frames === 0) break
      this.#onAudio(this.#into.subarray(0, 2 * frames), from, timeUs)
      this.#from = from + frames
    }
    // While nothing plays it is not looked at: the capture reports when something does.
    clearTimeout(this.#timer)
    if (this.#plays) this.#timer = setTimeout(() => this.#look(), everyMs)
  }
}
