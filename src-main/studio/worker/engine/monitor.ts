import type { SourceReport } from '../../../media/source-report.ts'
import type { AudioPlayer, AudioSystem } from '../../../media/worker/capture/audio/audio-capturer.ts'
import type { Logger } from '../../../platform/logger.ts'

export interface MonitorDependencies {
  readonly log: Logger
  readonly onReport: (report: SourceReport) => void
}

/** Plays what is monitored on a speaker of this machine. Nothing is opened before there is something to hear. */
export class Monitor {
  readonly #dependencies: MonitorDependencies
  #device = 'default'
  #system: AudioSystem | undefined
  #player: AudioPlayer | undefined
  #opening = false
  #closed = false

  constructor(dependencies: MonitorDependencies) {
    this.#dependencies = dependencies
  }

  /** Id of a speaker, or `default`. */
  setDevice(device: string): void {
    if (device === this.#device) return
    this.#device = device
    this.#player?.stop()
    this.#player = undefined
  }

  /** Takes a block of interleaved stereo; what comes while the speaker is being opened is not heard. */
  offer(samples: Float32Array): void {
    if (this.#player) this.#player.write(samples)
    else if (!this.#opening) void this.#open()
  }

  close(): void {
    this.#closed = true
    this.#system?.close()
    this.#player = undefined
  }

  async #open(): Promise<void> {
    this.#opening = true
    const { log, onReport } = this.#dependencies
    try {
      const { openSystemAudio } = await import('../../../media/worker/capture/audio/system-audio.ts')
      if (!this.#closed) {
        this.#system ??= openSystemAudio()
        this.#player = this.#system.play(this.#device, onReport)
      }
      this.#opening = false
    } catch (error) {
      // It stays as it is: what is missing does not come while the process runs.
      log.warn({ err: error }, 'nothing can be monitored')
      onReport({ state: 'failed', problem: (error as Error).message })
    }
  }
}
