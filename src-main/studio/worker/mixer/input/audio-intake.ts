import type { AudioStore } from '../../../../media/worker/stores/media-stores.ts'
import { AudioRing } from './audio-ring.ts'
import { ClockEstimate } from './clock-estimate.ts'
import { Segment } from './segment.ts'

/** Frames that are taken out of the store at a time. */
const chunkFrames = 4096
/** Reads of one block: a source that seams at every moment costs no more. */
const maxReads = 32
/** Segments that are remembered: of more the oldest are dropped. */
const maxSegments = 64
/** Seconds of audio that may wait to be played: the longest sync offset and the store's length. */
const maxSeconds = 23
/** A jump of the times by at least this is a seam, less is jitter; where times jitter more, that much more. */
const minSeamUs = 15_000
const maxSeamUs = 100_000
/** A longer gap is a source that was away rather than audio that was lost. */
const maxGapUs = 2_000_000

/** Takes a source's audio out of its store, block by block, and knows when it is to be heard. */
export class AudioIntake {
  readonly ring: AudioRing
  readonly clock: ClockEstimate
  /** Oldest first; the last may go on. */
  readonly segments: Segment[] = []
  /** Frames that never came. */
  missing = 0
  /** Frames of silence that were played where audio came late: reported by the player. */
  waited = 0
  readonly #store: AudioStore
  readonly #chunk = new Float32Array(chunkFrames * 2)
  #next: number
  /** Mean size of the jumps of the times, us. */
  #jitterUs = 0
  #began = false
  #isClosed = false
  /** When the first of the frames that the last `pull` brought is to be heard; NaN where it brought none that went on without a seam. */
  arrivedUs = Number.NaN

  constructor(store: AudioStore) {
    this.#store = store
    this.clock = new ClockEstimate(store.sampleRate)
    this.ring = new AudioRing(1 << Math.ceil(Math.log2(store.sampleRate * 0.6)), 1 << Math.ceil(Math.log2(store.sampleRate * maxSeconds)))
    this.#next = Math.max(0, store.written - Math.floor(store.sampleRate / 2))
  }

  /** Takes what has come. `keepFrom` is the oldest frame that is still to be played. */
  pull(keepFrom: number): void {
    this.arrivedUs = Number.NaN
    this.#began = false
    for (let reads = 0; reads < maxReads && !this.#isClosed; reads++) {
      const got = this.#read()
      if (got === undefined || got.frames === 0) return
      this.#place(got.from, got.timeUs)
      this.ring.append(this.#chunk, got.frames, Math.min(keepFrom, this.ring.end))
      this.#next = got.from + got.frames
    }
  }

  /** Undefined once the source has closed its store, which may be before anybody says that it is no longer an input. */
  #read(): ReturnType<AudioStore['read']> | undefined {
    try {
      return this.#store.read(this.#next, this.#chunk)
    } catch {
      this.#isClosed = true
      return undefined
    }
  }

  #place(from: number, timeUs: number): void {
    const at = this.ring.end
    const current = this.segments.at(-1)
    if (current === undefined) {
      this.#beginSegment(at, timeUs)
      return
    }
    const off = timeUs - this.clock.timeOf(at)
    const size = Math.min(Math.abs(off), maxSeamUs)
    const limit = Math.min(maxSeamUs, Math.max(minSeamUs, 4 * this.#jitterUs))
    this.#jitterUs += (size - this.#jitterUs) * 0.02
    if (from === this.#next && size < limit) {
      this.clock.observe(at, timeUs)
      this.missing += this.waited
      this.waited = 0
      if (Number.isNaN(this.arrivedUs) && !this.#began) this.arrivedUs = timeUs
      return
    }
    if (off > 0 && off < maxGapUs) this.missing += Math.round(off * this.clock.framesPerUs)
    this.waited = 0
    current.finish(at)
    if (this.segments.length === maxSegments) this.segments.shift()
    this.#beginSegment(at, timeUs)
  }

  #beginSegment(at: number, timeUs: number): void {
    this.clock.begin(at, timeUs)
    this.segments.push(new Segment(at, this.clock))
    this.#began = true
  }
}
