import type { Logger } from '../../platform/logger.ts'
import type { SourceReport } from '../sources/running-source.ts'
import type { SoundPlayer, SoundSystem } from '../sources/sound-devices/sound-capturer.ts'

export interface MonitorNeeds {
  readonly log: Logger
  readonly onReport: (report: SourceReport) => void
}

/** Plays what is monitored on a speaker of this machine. Nothing is opened before there is something to hear. */
export class Monitor {
  readonly #needs: MonitorNeeds
  #device = 'default'
  #system: SoundSystem | undefined
  #player: SoundPlayer | undefined
  #opening = false
  #closed = false

  constructor(needs: MonitorNeeds) {
    this.#needs = needs
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
    const { log, onReport } = this.#needs
    try {
      const { openSystemSound } = await import('../sources/sound-devices/system-sound.ts')
      if (!this.#closed) {
        this.#system ??= openSystemSound()
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
