import type { Frame } from 'node-av/lib'
import type { FrameStore } from '../../../../../media/worker/stores/media-stores.ts'
import { frameToWrite } from './frame-converter.ts'
import { nearestFrame, type ProgramClock, type Timeline } from './timeline.ts'

/** A frame that waits for its time. */
export interface WaitingFrame {
  readonly frame: Frame
  /** On the media's timeline, µs. */
  readonly mediaUs: number
  readonly durationUs: number
  readonly bytes: number
  release(): void
}

/** Audio that waits for its time. */
export interface WaitingAudio {
  /** Writes what is due before a time of the clock, µs. */
  pump(untilUs: number): void
}

export interface PresenterDependencies {
  readonly store: FrameStore
  readonly audio: WaitingAudio
  readonly timeline: Timeline
  readonly nowUs: () => number
  readonly clock: ProgramClock
  /** Something was shown or written: there is space for more. */
  readonly onRoom: () => void
}

/** Audio is written this far ahead of its time, µs: enough for a process that is delayed, little enough for a pause to be heard at once. */
export const audioAheadUs = 150_000
const pumpEveryUs = 40_000
/** Frames are written this long before the frame of the program that shows them, µs. */
const maxLeadUs = 8000

/**
 * Writes frames, each for the frame of the program that is nearest to its time, and audio into the stores, by one timer set to absolute
 * times.
 */
export class Presenter {
  readonly #dependencies: PresenterDependencies
  readonly #leadUs: number
  #queue: WaitingFrame[] = []
  #bytes = 0
  #timer: NodeJS.Timeout | undefined
  #running = false
  #pumpAtUs = 0
  /** Frames whose frame of the program had passed when they could have been shown. */
  dropped = 0
  /** A moment of the media at which `onRoom` is called too, µs. */
  alarmMediaUs = Number.POSITIVE_INFINITY

  constructor(dependencies: PresenterDependencies) {
    this.#dependencies = dependencies
    this.#leadUs = Math.min(maxLeadUs, dependencies.clock.periodUs / 2)
  }

  get waiting(): number {
    return this.#queue.length
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Media time of the next frame, µs. */
  get nextMediaUs(): number | undefined {
    return this.#queue[0]?.mediaUs
  }

  /** Media time after the newest frame, µs. */
  get endMediaUs(): number | undefined {
    const last = this.#queue.at(-1)
    return last && last.mediaUs + last.durationUs
  }

  push(waiting: WaitingFrame): void {
    this.#queue.push(waiting)
    this.#bytes += waiting.bytes
    if (this.#running && this.#queue.length === 1) this.#schedule()
  }

  run(): void {
    this.#running = true
    this.#pumpAtUs = 0
    this.#schedule()
  }

  /** Pauses; what waits goes on waiting. */
  halt(): void {
    this.#running = false
    clearTimeout(this.#timer)
  }

  /** Shows the next frame at once, e.g. the first one of a source that is paused. */
  showNext(): boolean {
    const waiting = this.#queue.shift()
    if (waiting === undefined) return false
    this.#show(waiting, this.#dependencies.nowUs())
    return true
  }

  /** The timeline was changed: all times are looked at again. */
  wake(): void {
    if (this.#running) this.#schedule()
  }

  flush(): void {
    for (const waiting of this.#queue) waiting.release()
    this.#queue = []
    this.#bytes = 0
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    const [next] = this.#queue
    const frameUs = next === undefined ? Number.POSITIVE_INFINITY : this.#frameOf(next) - this.#leadUs
    const alarmUs = this.#dependencies.timeline.dueUs(this.alarmMediaUs) - this.#leadUs
    const waitUs = Math.min(frameUs, this.#pumpAtUs, alarmUs) - this.#dependencies.nowUs()
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, Math.floor(waitUs / 1000)))
  }

  #tick(): void {
    const { timeline, nowUs, audio, onRoom } = this.#dependencies
    const now = nowUs()
    // Timers keep whole milliseconds: one that is a little early is not worth another round.
    const reach = now + this.#leadUs + 500
    let due: WaitingFrame | undefined
    let dueFrame = 0
    while (this.#queue[0] !== undefined) {
      const frame = this.#frameOf(this.#queue[0])
      if (frame > reach) break
      if (due !== undefined) {
        // Of several for one frame the newest is seen: frames beyond the program's rate do not count as late.
        if (frame > dueFrame) this.dropped++
        this.#leave(due)
      }
      due = this.#queue.shift()
      dueFrame = frame
    }
    if (due !== undefined) this.#show(due, timeline.dueUs(due.mediaUs))
    if (now >= this.#pumpAtUs) {
      audio.pump(now + audioAheadUs)
      this.#pumpAtUs = now + pumpEveryUs
    }
    this.#schedule()
    onRoom()
  }

  /** Time of the frame of the program that shows a frame of the media. */
  #frameOf({ mediaUs }: WaitingFrame): number {
    return nearestFrame(this.#dependencies.timeline.dueUs(mediaUs), this.#dependencies.clock)
  }

  #show(waiting: WaitingFrame, timeUs: number): void {
    this.#dependencies.store.write(frameToWrite(waiting.frame, Math.round(timeUs)))
    this.#leave(waiting)
  }

  #leave(waiting: WaitingFrame): void {
    this.#bytes -= waiting.bytes
    waiting.release()
  }
}
