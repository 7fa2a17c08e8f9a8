import type { AudioStore } from '../../../../../media/worker/stores/media-stores.ts'
import { audioRate } from './audio-rate.ts'
import type { Tempo } from './tempo.ts'
import type { Timeline } from './timeline.ts'

/** Frames of the fades where audio starts, ends or is joined: 5 ms. */
export const fadeFrames = 240
/** Frames that are kept for going on after a pause, and what is decoded ahead: 2 s. */
const capacity = 2 * audioRate
/** A gap in the audio that is filled with silence; after a longer one audio starts again. */
const fillFrames = audioRate / 10
/** Frames that are written at a time. */
const chunkFrames = 4800

/**
 * Decoded audio of what is played, one frame after the other on the media's timeline, written into the store as its time comes near. What
 * was written is kept for a while: after a pause it goes on where the video was. Positions are frames of 48 kHz.
 */
export class AudioRing {
  readonly #store: AudioStore
  readonly #timeline: Timeline
  readonly #openTempo: (speed: number) => Tempo
  readonly #ring = new Float32Array(2 * capacity)
  readonly #chunk = new Float32Array(2 * chunkFrames)
  #tail = 0
  #head = 0
  /** The next frame to be written. */
  #cursor = 0
  #fadeIn = fadeFrames
  /** What would have come behind a cut: faded over into what comes instead. */
  #joint: Float32Array | undefined
  #tempo: Tempo | undefined
  /** Clock time behind what the tempo filter made. */
  #tempoEndUs = Number.NaN

  constructor(store: AudioStore, timeline: Timeline, openTempo: (speed: number) => Tempo) {
    this.#store = store
    this.#timeline = timeline
    this.#openTempo = openTempo
  }

  /** Position behind the newest decoded frame. */
  get head(): number {
    return this.#head
  }

  /** Media time behind the newest decoded frame, µs. */
  get headUs(): number {
    return (this.#head * 1e6) / audioRate
  }

  /** Media time of the next frame to be written, µs. */
  get cursorUs(): number {
    return (this.#cursor * 1e6) / audioRate
  }

  /** Drops everything; audio starts again at a position. */
  reset(position: number): void {
    this.#tail = this.#head = this.#cursor = position
    this.#begin()
  }

  /** Goes back to what was due at a position, as far as it is kept. */
  rewind(position: number): void {
    this.#cursor = Math.min(this.#head, Math.max(this.#tail, position))
    this.#begin()
  }

  /** Takes decoded stereo frames; those before the newest are left out. */
  append(samples: Float32Array, position: number): void {
    const hole = position - this.#head
    if (hole > fillFrames) {
      this.#write(Number.POSITIVE_INFINITY)
      this.reset(position)
    } else if (hole > 0) this.#put(undefined, 0, hole)
    const skip = Math.max(0, -hole)
    const frames = samples.length / 2 - skip
    if (frames <= 0) return
    const joint = this.#joint
    if (joint !== undefined) {
      this.#joint = undefined
      const length = Math.min(joint.length / 2, frames)
      for (let index = 0; index < length; index++) {
        const part = (index + 1) / (length + 1)
        const at = 2 * (skip + index)
        samples[at] = (samples[at] as number) * part + (joint[2 * index] as number) * (1 - part)
        samples[at + 1] = (samples[at + 1] as number) * part + (joint[2 * index + 1] as number) * (1 - part)
      }
    }
    this.#put(samples, skip, frames)
  }

  /** What comes next joins on at the newest frame in place of these. */
  join(insteadOf: Float32Array): void {
    this.#joint = insteadOf.slice(0, 2 * fadeFrames)
  }

  /** Writes what is due before a time. */
  pump(untilUs: number): void {
    this.#write(untilUs)
  }

  /** Ends the audio where it is, in a fade of 5 ms if there is anything to fade. */
  fadeOut(): void {
    const frames = Math.min(fadeFrames, this.#head - this.#cursor)
    if (frames <= 0 || this.#tempo !== undefined || this.#fadeIn > 0) return
    this.#copy(frames)
    for (let index = 0; index < frames; index++) {
      const part = 1 - (index + 1) / (frames + 1)
      this.#chunk[2 * index] = (this.#chunk[2 * index] as number) * part
      this.#chunk[2 * index + 1] = (this.#chunk[2 * index + 1] as number) * part
    }
    this.#store.write(this.#chunk.subarray(0, 2 * frames), this.#timeline.dueUs(this.cursorUs))
    this.#fadeIn = fadeFrames
  }

  /** What comes is played at another speed. Answers the media and clock time from which on it is so. */
  changeSpeed(): { readonly mediaUs: number; readonly clockUs: number } {
    const mediaUs = this.cursorUs
    return { mediaUs, clockUs: this.#tempo === undefined ? this.#timeline.dueUs(mediaUs) : this.#drainTempo(this.#tempo) }
  }

  close(): void {
    this.#tempo?.close()
    this.#tempo = undefined
  }

  #begin(): void {
    this.#fadeIn = fadeFrames
    this.#joint = undefined
    this.#tempo?.close()
    this.#tempo = undefined
  }

  #put(samples: Float32Array | undefined, from: number, frames: number): void {
    // More at once than the ring's size: only what stays in it matters, and nothing here decodes this much.
    const taken = Math.min(frames, capacity)
    let left = taken
    let at = from + frames - taken
    this.#head += frames - taken
    while (left > 0) {
      const place = this.#head % capacity
      const length = Math.min(left, capacity - place)
      if (samples === undefined) this.#ring.fill(0, 2 * place, 2 * (place + length))
      else this.#ring.set(samples.subarray(2 * at, 2 * (at + length)), 2 * place)
      this.#head += length
      at += length
      left -= length
    }
    this.#tail = Math.max(this.#tail, this.#head - capacity)
    this.#cursor = Math.max(this.#cursor, this.#tail)
  }

  /** Copies frames from the cursor on into the chunk and goes behind them. */
  #copy(frames: number): void {
    let done = 0
    while (done < frames) {
      const place = (this.#cursor + done) % capacity
      const length = Math.min(frames - done, capacity - place)
      this.#chunk.set(this.#ring.subarray(2 * place, 2 * (place + length)), 2 * done)
      done += length
    }
  }

  #write(untilUs: number): void {
    const until = this.#timeline.mediaUs(untilUs)
    const end = Math.min(this.#head, Math.ceil((until * audioRate) / 1e6))
    while (this.#cursor < end) {
      const frames = Math.min(chunkFrames, end - this.#cursor)
      this.#copy(frames)
      const block = this.#chunk.subarray(0, 2 * frames)
      if (this.#fadeIn > 0) this.#fade(block)
      const mediaUs = this.cursorUs
      this.#cursor += frames
      if (this.#timeline.speed === 1) this.#store.write(block, this.#timeline.dueUs(mediaUs))
      else this.#stretch(block, this.#timeline.dueUs(mediaUs))
    }
  }

  #fade(block: Float32Array): void {
    for (let index = 0; index < block.length && this.#fadeIn > 0; index += 2) {
      const part = 1 - this.#fadeIn-- / (fadeFrames + 1)
      block[index] = (block[index] as number) * part
      block[index + 1] = (block[index + 1] as number) * part
    }
  }

  #stretch(block: Float32Array, dueUs: number): void {
    if (this.#tempo === undefined) {
      this.#tempo = this.#openTempo(this.#timeline.speed)
      this.#tempoEndUs = dueUs + this.#tempo.earlyUs
    }
    this.#writeStretched(this.#tempo.process(block))
  }

  #writeStretched(made: Float32Array): void {
    if (made.length === 0) return
    this.#store.write(made, this.#tempoEndUs)
    this.#tempoEndUs += (made.length / 2 / audioRate) * 1e6
  }

  #drainTempo(tempo: Tempo): number {
    this.#writeStretched(tempo.finish())
    tempo.close()
    this.#tempo = undefined
    return this.#tempoEndUs - tempo.earlyUs
  }
}
