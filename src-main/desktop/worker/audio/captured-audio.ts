import { type AudioCapture, type AudioSystem, audioRate } from '../../../media/worker/capture/audio/audio-capturer.ts'
import { openSystemAudio } from '../../../media/worker/capture/audio/system-audio.ts'
import type { AudioStore, MediaStores } from '../../../media/worker/stores/media-stores.ts'
import { loadAddon } from '../../../platform/load-addon.ts'

/** Between looks for audio while some comes, and while none does, ms. */
const everyMs = 10
const restEveryMs = 50
/** Nothing has come for so long: no program plays, ms. */
const restAfterMs = 1000
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
  #cameMs = 0

  constructor(onAudio: OnAudio, onProblem: (problem: string) => void) {
    this.#onAudio = onAudio
    this.#onProblem = onProblem
  }

  start(): void {
    if (this.#timer !== undefined) return
    this.#store ??= loadAddon<MediaStores>('compositor').createAudioStore(audioRate)
    this.#system ??= openSystemAudio()
    this.#capture = this.#system.capture({ kind: 'speaker', device: 'default', passive: true }, this.#store, ({ state, problem }) => {
      if (state === 'waiting' && problem) this.#onProblem(problem)
    })
    this.#from = this.#store.written
    this.#lookIn(0)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
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

  #lookIn(ms: number): void {
    this.#timer = setTimeout(() => this.#look(), ms)
  }

  #look(): void {
    const store = this.#store as AudioStore
    const nowMs = performance.now()
    const end = store.written
    if (end > this.#from) this.#cameMs = nowMs
    this.#from = Math.max(this.#from, end - maxLateMs * framesPerMs)
    while (this.#from < end) {
      const { from, frames, timeUs } = store.read(this.#from, this.#into)
      if (frames === 0) break
      this.#onAudio(this.#into.subarray(0, 2 * frames), from, timeUs)
      this.#from = from + frames
    }
    this.#lookIn(nowMs - this.#cameMs > restAfterMs ? restEveryMs : everyMs)
  }
}
