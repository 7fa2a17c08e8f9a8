import type { AudioStore } from '../../../../media/worker/stores/media-stores.ts'
import { memoryAudioStore } from './memory-audio-store.ts'

/** What a device hears at a moment of true time (s): left and right. */
export type Signal = (seconds: number) => readonly [number, number]

export interface SimulatedDeviceOptions {
  /** Nominal rate, Hz, and by how much the true one is higher. */
  readonly sampleRate?: number
  readonly ppm?: number
  /** Max error of times, either way. */
  readonly jitterUs?: number
  readonly chunkFrames?: number
  /** Time of the first frame, us. */
  readonly startUs?: number
  readonly signal: Signal
}

/** A microphone whose clock is its own, for tests and benches: writes what it heard into a store, in chunks, up to a moment. */
export class SimulatedDevice {
  readonly store: AudioStore
  readonly #trueRate: number
  readonly #chunk: Float32Array
  readonly #options: SimulatedDeviceOptions
  #frame = 0
  #seed = 1

  constructor(options: SimulatedDeviceOptions) {
    const sampleRate = options.sampleRate ?? 48_000
    this.#options = options
    this.store = memoryAudioStore(sampleRate)
    this.#trueRate = sampleRate * (1 + (options.ppm ?? 0) * 1e-6)
    this.#chunk = new Float32Array((options.chunkFrames ?? 480) * 2)
  }

  /** Writes all chunks that are complete at a time. */
  runTo(timeUs: number): void {
    const { signal, startUs = 0, jitterUs = 0 } = this.#options
    const frames = this.#chunk.length / 2
    for (;;) {
      const endUs = startUs + ((this.#frame + frames) * 1e6) / this.#trueRate
      if (endUs > timeUs) return
      for (let frame = 0; frame < frames; frame++) {
        const [left, right] = signal(startUs / 1e6 + (this.#frame + frame) / this.#trueRate)
        this.#chunk[frame * 2] = left
        this.#chunk[frame * 2 + 1] = right
      }
      this.store.write(this.#chunk, Math.round(startUs + (this.#frame * 1e6) / this.#trueRate + jitterUs * this.#random()))
      this.#frame += frames
    }
  }

  /** Frames that are lost before the next chunk. */
  skip(frames: number): void {
    this.#frame += frames
  }

  /** -1 to 1; the same in every run. */
  #random(): number {
    this.#seed = (Math.imul(this.#seed, 1_103_515_245) + 12_345) & 0x7fffffff
    return (2 * this.#seed) / 0x7fffffff - 1
  }
}
