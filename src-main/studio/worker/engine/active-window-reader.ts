import type { Capturer } from '../../../media/worker/capture/screen/capturer.ts'
import type { ActiveWindowReading } from '../../control/engine/studio-engine.ts'

/** Between two looks, ms. */
const eachMs = 500
/** Longest title and class that are passed on, characters. */
const maxLength = 512

const systemCapturer = async (): Promise<Pick<Capturer, 'activeWindow'>> => {
  const { createSystemCapturer } = await import('../../../media/worker/capture/screen/system-capturer.ts')
  return createSystemCapturer()
}

/** Reads which window is active while somebody wants to know, and reports what is another than before. */
export class ActiveWindowReader {
  readonly #onReading: (reading: ActiveWindowReading) => void
  readonly #open: () => Promise<Pick<Capturer, 'activeWindow'>>
  #capturer: Promise<Pick<Capturer, 'activeWindow'>> | undefined
  #wanted = false
  #timer: NodeJS.Timeout | undefined
  #told = ''

  constructor(onReading: (reading: ActiveWindowReading) => void, open = systemCapturer) {
    this.#onReading = onReading
    this.#open = open
  }

  follow(wanted: boolean): void {
    if (wanted === this.#wanted) return
    this.#wanted = wanted
    clearTimeout(this.#timer)
    this.#told = ''
    if (wanted) void this.#look()
  }

  async #look(): Promise<void> {
    let reading: ActiveWindowReading
    try {
      this.#capturer ??= this.#open()
      const found = await (await this.#capturer).activeWindow()
      const window = found === undefined ? null : { class: found.class.slice(0, maxLength), title: found.title.slice(0, maxLength) }
      reading = { window, problem: null }
    } catch (error) {
      reading = { window: null, problem: (error as Error).message }
    }
    if (!this.#wanted) return
    const text = JSON.stringify(reading)
    if (text !== this.#told) {
      this.#told = text
      this.#onReading(reading)
    }
    // The next look follows this one: a system that answers late is not asked twice.
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#look(), eachMs)
  }
}
