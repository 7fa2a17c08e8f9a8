import type { DenoiseState, Rnnoise } from '@shiguredo/rnnoise-wasm'
import type { Logger } from '../../../../platform/logger.ts'

/** Takes noise out of one channel, 480 frames at a time, in place, amplitudes of 16 bit. */
export interface Denoiser {
  process(samples: Float32Array): void
  close(): void
}

/** RNNoise, loaded when the first filter asks for it. */
export class DenoiserSource {
  readonly #log: Logger
  #library: Rnnoise | undefined
  #loading: Promise<void> | undefined

  constructor(log: Logger) {
    this.#log = log
  }

  /** A denoiser, or undefined while the library is loading (or cannot be: that is logged). */
  create(): Denoiser | undefined {
    if (this.#library === undefined) {
      void this.load()
      return undefined
    }
    const state: DenoiseState = this.#library.createDenoiseState()
    return {
      process(samples) {
        state.processFrame(samples)
      },
      close() {
        state.destroy()
      },
    }
  }

  /** Resolves when denoisers can be made, or never will be. */
  load(): Promise<void> {
    this.#loading ??= this.#load()
    return this.#loading
  }

  async #load(): Promise<void> {
    try {
      this.#library = await loadRnnoise()
    } catch (error) {
      this.#log.error({ err: error }, 'Noise suppression cannot be loaded: its sources are heard as they come. Reinstall the program.')
    }
  }
}

/** The package was built for web workers and does not load elsewhere, though it needs nothing of them: it is shown their sign. */
async function loadRnnoise(): Promise<Rnnoise> {
  const { Rnnoise } = await import('@shiguredo/rnnoise-wasm')
  const sign = 'WorkerGlobalScope'
  if (sign in globalThis) return await Rnnoise.load()
  Object.defineProperty(globalThis, sign, { configurable: true, value: Object })
  try {
    return await Rnnoise.load()
  } finally {
    Reflect.deleteProperty(globalThis, sign)
  }
}
