import type { DecodedAudio } from './audio-decoder.ts'
import { audioRate } from './audio-rate.ts'
import { AudioRing } from './audio-ring.ts'
import type { Clip } from './clip.ts'
import type { DecodedFrame } from './frame-decoder.ts'
import type { PlayerDependencies } from './player.ts'
import { audioAheadUs, Presenter } from './presenter.ts'
import { openTempo } from './tempo.ts'
import { nearestFrame, onFrameClock, Timeline } from './timeline.ts'

/** Frames are decoded this far ahead, at least this many of them, and never more bytes than that. */
const videoAheadUs = 100_000
const minFrames = 3
const maxFrameBytes = 64 * 1024 * 1024
/** Audio is decoded this much further than it is written, µs. */
const audioDecodedUs = audioAheadUs + 100_000
/** From the decision to play to the first frame's time, µs. */
const leadUs = 15_000
/** Media that is so late has come to a standstill: what comes is played from where it is, µs. */
const stalledUs = 100_000

const framesOf = (us: number): number => Math.round((us * audioRate) / 1e6)
const usOf = (frames: number): number => (frames * 1e6) / audioRate

/** Position of the media on its timeline, and what is decoded and waits for its time there. Media times are µs. */
export class PlayHead {
  readonly #dependencies: PlayerDependencies
  readonly #timeline = new Timeline()
  readonly #ring: AudioRing
  readonly #presenter: Presenter
  #speed: number
  #moving = false
  /** Where it is while it does not move. */
  #standsUs = 0
  /** When that is due, where it is to move in step with the clock from there on. */
  #dueUs: number | undefined
  /** Nothing comes behind this media time. */
  #endUs = Number.POSITIVE_INFINITY

  /** @param onRoom called while it moves, when something was shown, and at the end */
  constructor(speed: number, dependencies: PlayerDependencies, onRoom: () => void) {
    this.#dependencies = dependencies
    this.#speed = speed
    this.#ring = new AudioRing(dependencies.audioStore, this.#timeline, openTempo)
    this.#presenter = new Presenter({
      store: dependencies.frameStore,
      audio: this.#ring,
      timeline: this.#timeline,
      nowUs: dependencies.nowUs,
      clock: dependencies.clock,
      onRoom,
    })
  }

  get moving(): boolean {
    return this.#moving
  }

  /** What is seen and heard now. */
  get nowUs(): number {
    return this.#moving ? this.#timeline.mediaUs(this.#dependencies.nowUs()) : this.#standsUs
  }

  /** All that was decoded so far is all there is. */
  get knowsEnd(): boolean {
    return this.#endUs !== Number.POSITIVE_INFINITY
  }

  /** The next frame of the program is the first without it: frames are written a little before the program's. */
  get isOver(): boolean {
    return this.#timeline.dueUs(this.#endUs) <= this.#dependencies.nowUs() + leadUs / 2
  }

  /** Frames that came too late to be shown. */
  get dropped(): number {
    return this.#presenter.dropped
  }

  get wantsFrame(): boolean {
    const { waiting, bytes, nextMediaUs, endMediaUs } = this.#presenter
    if (waiting < 2) return true
    if (bytes > maxFrameBytes) return false
    return waiting < minFrames || (endMediaUs as number) - (nextMediaUs as number) < videoAheadUs * this.#speed
  }

  get wantsAudio(): boolean {
    return this.#timeline.dueUs(this.#ring.headUs) < this.#dependencies.nowUs() + audioDecodedUs
  }

  /** Drops all that waits and goes to a media time. `dueUs`: when that is due; otherwise as soon as it moves. */
  standAt(mediaUs: number, dueUs?: number): void {
    this.halt()
    this.#dueUs = dueUs
    this.#presenter.flush()
    this.#standsUs = mediaUs
    this.endAt(Number.POSITIVE_INFINITY)
    this.#ring.reset(framesOf(mediaUs))
  }

  endAt(mediaUs: number): void {
    this.#endUs = mediaUs
    this.#presenter.alarmMediaUs = mediaUs
    this.#presenter.wake()
  }

  /** Goes on from where it is, with the next frame on a frame of the program. */
  move(): void {
    if (this.#moving) return
    this.#timeline.reset(this.#standsUs, this.#dependencies.nowUs(), this.#speed)
    this.#ring.rewind(framesOf(this.#standsUs))
    this.#moving = true
    const nextUs = this.#presenter.nextMediaUs ?? this.#standsUs
    if (this.#dueUs !== undefined && this.#dueUs > this.#dependencies.nowUs() - stalledUs) {
      const dueUs = this.#dueUs + (nextUs - this.#standsUs) / this.#speed
      this.#timeline.reset(nextUs, nearestFrame(dueUs, this.#dependencies.clock), this.#speed)
    } else this.#bind(nextUs, this.#standsUs)
    this.#presenter.run()
  }

  /** Pauses where it is; what waits goes on waiting. */
  halt(): void {
    this.#dueUs = undefined
    if (!this.#moving) return
    this.#standsUs = Math.max(0, this.nowUs)
    this.#moving = false
    this.#presenter.halt()
    this.#ring.fadeOut()
  }

  /** Goes on at another speed, without a seam in its audio. */
  setSpeed(speed: number, hasAudio: boolean): void {
    this.#speed = speed
    if (!this.#moving) return
    const now = this.#dependencies.nowUs()
    const { mediaUs, clockUs } = hasAudio ? this.#ring.changeSpeed() : { mediaUs: this.#timeline.mediaUs(now), clockUs: now }
    this.#timeline.set(mediaUs, clockUs, speed)
    this.#presenter.wake()
  }

  /** Takes a frame of a clip that starts at `baseUs`; with `atOnce` it is shown now. */
  takeFrame(clip: Clip, baseUs: number, decoded: DecodedFrame, atOnce: boolean): void {
    const { frame, durationUs } = decoded
    const mediaUs = baseUs + decoded.ptsUs
    let bytes = 0
    for (const stride of frame.linesize) bytes += stride * frame.height
    if (this.#moving) {
      const now = this.#dependencies.nowUs()
      const lateUs = now - this.#timeline.dueUs(mediaUs)
      const isHeard = !clip.audioEnded && this.#timeline.dueUs(this.#ring.headUs) > now
      if (lateUs > stalledUs && !isHeard) this.#bind(mediaUs)
      else clip.hurry(lateUs)
    }
    this.#presenter.push({ frame, mediaUs, durationUs, bytes, release: () => clip.release(decoded) })
    if (atOnce) this.#presenter.showNext()
  }

  /** Takes audio of a clip that starts at `baseUs`; `joint` is what was cut off after it. */
  takeAudio(baseUs: number, { samples, position, joint }: DecodedAudio & { readonly joint?: Float32Array }): void {
    const at = position + framesOf(baseUs)
    const isDry = this.#ring.cursorUs >= this.#ring.headUs
    if (isDry && this.#timeline.dueUs(usOf(at)) < this.#dependencies.nowUs() - stalledUs) this.#bind(usOf(at))
    this.#ring.append(samples, at)
    if (joint) this.#ring.join(joint)
  }

  close(): void {
    this.halt()
    this.#presenter.flush()
    this.#ring.close()
  }

  /** A moment of the media is due on a frame of the program: as soon as may be if it is what comes next, or this much behind that. */
  #bind(mediaUs: number, fromUs = mediaUs): void {
    const soonest = this.#dependencies.nowUs() + leadUs + (mediaUs - fromUs) / this.#speed
    this.#timeline.reset(mediaUs, onFrameClock(soonest, this.#dependencies.clock), this.#speed)
    this.#presenter.wake()
  }
}
