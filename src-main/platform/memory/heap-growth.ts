import { setFlagsFromString } from 'node:v8'

const megabyte = 1024 * 1024
/** Garbage that may gather before a collection, however little the process keeps: with less, collecting would be most of its work. */
const minGarbageBytes = 64 * megabyte
/** The same as a share of what is kept, percent: what a process that keeps much may take besides. */
const minPercent = 30
const maxPercent = 200
/** Samples of which the least counts as kept: a collection was among them on a busy process. */
const windowSamples = 6

/** By how many percent the heap and its buffers may grow before they are collected, when `keptBytes` of them are in use. */
export function growthPercent(keptBytes: number): number {
  return Math.min(maxPercent, Math.max(minPercent, Math.round((100 * minGarbageBytes) / keptBytes)))
}

/** Before the first sample: a program that starts makes little garbage and much that stays. */
export function allowHeapGrowth(percent = maxPercent): void {
  setFlagsFromString(`--heap-growing-percent=${percent}`)
}

/**
 * Decides from samples how much garbage the engine lets gather. By itself it decides by how fast it collects: with a hundred streams,
 * or on a busy machine, garbage grows to three times what is kept. A fixed share, on the other hand, has a host with one stream and
 * many viewers collect all the time.
 */
export class HeapGrowth {
  readonly #window: number[] = []
  #percent = maxPercent

  /** The next sample, bytes of heap and buffers in use; the share to set now, percent, where it differs from the last. */
  next(usedBytes: number): number | undefined {
    this.#window.push(usedBytes)
    if (this.#window.length > windowSamples) this.#window.shift()
    const percent = growthPercent(Math.min(...this.#window))
    if (percent === this.#percent) return undefined
    this.#percent = percent
    return percent
  }
}
