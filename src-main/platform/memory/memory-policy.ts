/** What the process takes at one moment, bytes. */
export interface MemorySample {
  readonly residentBytes: number
  /** The JavaScript heap with what it has in reserve. */
  readonly heapBytes: number
  /** Buffers outside the heap, garbage that has not been collected among them. */
  readonly externalBytes: number
}

/** `collect`: run the garbage collector; `trim`: have the allocator return its free pages to the system. */
export type MemoryStep = 'collect' | 'trim'

const megabyte = 1024 * 1024
/** Samples that a decision looks back on. */
const windowSamples = 6
/**
 * This much resident memory above the least that was seen is worth a collection once load is over, and then ever more rarely;
 * if it has grown by a quarter and this much since the last one, at once.
 */
const minGarbageBytes = 16 * megabyte
/** Growth of the buffers between two samples that is no more than noise. */
const noiseBytes = megabyte
/** With less than this share of new buffers in a window, the engine's own next collection is far away. */
const idleShare = 1 / 8
/** Unused memory that is worth a trim: returning it costs some 0.2 ms of processor time a megabyte. */
const minUnusedBytes = 32 * megabyte
/** The same after a collection of an idle program, which does not fill it again soon. */
const minUnusedIdleBytes = 8 * megabyte

/**
 * Decides from samples, taken at even intervals, when memory goes back to the system. Two causes keep it: the engine collects only when the
 * program allocates, so buffers of the last streams, and empty pages of its heap, stay for ever on an idle host; and the allocator keeps
 * what is freed. A host under load fills and frees the same memory again and again: only what was unused at every moment of a window is
 * returned.
 */
export class MemoryPolicy {
  #window: MemorySample[] = []
  /** Resident memory after the last collection and the trim that follows it, at first that of the first sample. */
  #collectedBytes = Number.NaN
  #collecting = false
  /** Least resident memory so far. */
  #leastBytes = Number.POSITIVE_INFINITY
  /**
   * Idle samples that must have passed before memory above the least is collected once more. Media of an ended stream is freed only when
   * its rewind window has passed, which no figure shows before a collection; so one follows the other, each after twice the time.
   */
  #restSamples = Number.POSITIVE_INFINITY
  /** Samples since buffers came or went, or since the last collection. */
  #idleSamples = 0
  /** Resident memory besides heap and buffers that the program needs: the least that was seen, or what the last trim left. */
  #neededBytes = Number.POSITIVE_INFINITY
  #last: MemoryStep | undefined

  /** The next sample; what is to be done now, if anything. */
  next(sample: MemorySample): MemoryStep | undefined {
    const last = this.#last
    this.#last = undefined
    const other = sample.residentBytes - sample.heapBytes - sample.externalBytes
    this.#neededBytes = last === 'trim' ? other : Math.min(this.#neededBytes, other)
    this.#leastBytes = Math.min(this.#leastBytes, sample.residentBytes)
    this.#window.push(sample)
    // What a collection freed on an idle host is not needed soon.
    if (last === 'collect' && this.#isUnused(sample, minUnusedIdleBytes)) return this.#take('trim')
    if (this.#collecting || Number.isNaN(this.#collectedBytes)) this.#collectedBytes = sample.residentBytes
    this.#collecting = false
    if (this.#window.length < windowSamples) return undefined
    const unused = this.#window.every((each) => this.#isUnused(each))
    const step = unused ? 'trim' : this.#isGarbageLeft() ? 'collect' : undefined
    this.#window.shift()
    return step === undefined ? undefined : this.#take(step)
  }

  #take(step: MemoryStep): MemoryStep {
    this.#window = []
    this.#last = step
    if (step === 'collect') {
      this.#collecting = true
      this.#idleSamples = 0
      this.#restSamples = Math.max(windowSamples, 2 * this.#restSamples)
    }
    return step
  }

  #isUnused({ residentBytes, heapBytes, externalBytes }: MemorySample, minBytes = minUnusedBytes): boolean {
    return residentBytes - heapBytes - externalBytes - this.#neededBytes >= minBytes
  }

  /** Memory was left by load, or has grown, while hardly any buffers are added: no collection comes by itself for long. */
  #isGarbageLeft(): boolean {
    const bytes = this.#window.map(({ externalBytes }) => externalBytes)
    const [first, last] = [bytes[0] as number, bytes.at(-1) as number]
    const fell = bytes.some((each, at) => each < (bytes[at - 1] ?? 0) - noiseBytes)
    if (fell || last - first > Math.max(noiseBytes, last * idleShare)) {
      this.#restSamples = 0
      this.#idleSamples = 0
      return false
    }
    this.#idleSamples++
    const { residentBytes } = this.#window.at(-1) as MemorySample
    if (this.#idleSamples > this.#restSamples && residentBytes > this.#leastBytes + minGarbageBytes) return true
    return residentBytes > this.#collectedBytes * 1.25 + minGarbageBytes
  }
}
