import type { ChosenSettings } from '../../../media/following/chosen-settings.ts'
import type { AudioFilter } from '../../document/schemas/mixer-schemas.ts'
import type { ProcessorMaker } from './filters/create-processor.ts'
import type { KeySource } from './filters/filter-chain.ts'
import { SwappingChain } from './filters/swapping-chain.ts'
import { blockFrames } from './mixer.ts'

/**
 * What a track (or this machine's speaker) hears: the sum of its sources, filtered. Sources are mixed some blocks ahead of what leaves, so
 * that filters that look ahead have their time; audio that a bus does not need for that waits here: all buses stay in sync.
 */
export class MixBus {
  /** Sources are added to it; then it is filtered in place. */
  readonly sum = new Float32Array(blockFrames * 2)
  readonly #chain: SwappingChain
  readonly #out = new Float32Array(blockFrames * 2)
  /** Filtered audio that waits, and how many frames of it. */
  #kept = new Float32Array(blockFrames * 4)
  #keptFrames = 0
  /** What the chain's latency was with the last block. */
  #latency = 0
  /** Frames of the chain that are not taken: its audio is late by this much. */
  #skip = 0

  constructor(maker: ProcessorMaker) {
    this.#chain = new SwappingChain(maker, [])
  }

  /** Frames that its filters look ahead now, or will in a moment. */
  get aheadFrames(): number {
    return this.#chain.maxLatency
  }

  get keyIds(): readonly string[] {
    return this.#chain.keyIds
  }

  /** Adds what filters that follow the level have chosen, by their ids. */
  addChosen(into: Map<string, ChosenSettings>): void {
    this.#chain.addChosen(into)
  }

  configure(filters: readonly AudioFilter[]): void {
    this.#chain.configure(filters)
  }

  setKeys(find: (id: string) => KeySource | undefined): void {
    this.#chain.setKeys(find)
  }

  /** Starts again with silence, for sources that are mixed `aheadBlocks` ahead. */
  begin(aheadBlocks: number): void {
    this.#chain.reset()
    this.#keptFrames = 0
    this.#holdSilence(aheadBlocks * blockFrames)
    this.#latency = this.#chain.latency
    this.#skip = this.#latency
  }

  /** Filters the sum, and keeps it until it is its turn. */
  push(): void {
    const { sum } = this
    this.#chain.process(sum)
    this.#skip += this.#chain.latency - this.#latency
    this.#latency = this.#chain.latency
    if (this.#skip < 0) {
      this.#holdSilence(-this.#skip)
      this.#skip = 0
    }
    const skipped = Math.min(this.#skip, blockFrames)
    this.#skip -= skipped
    const at = this.#reserve(blockFrames - skipped)
    this.#kept.set(skipped === 0 ? sum : sum.subarray(skipped * 2), at)
  }

  /** The block whose turn it is; valid until the next call. */
  pop(): Float32Array {
    const kept = this.#kept
    const out = this.#out
    for (let sample = 0; sample < out.length; sample++) out[sample] = kept[sample]!
    const rest = Math.max(0, this.#keptFrames - blockFrames)
    if (rest > 0) kept.copyWithin(0, out.length, out.length + rest * 2)
    this.#keptFrames = rest
    return out
  }

  close(): void {
    this.#chain.close()
  }

  #holdSilence(frames: number): void {
    const at = this.#reserve(frames)
    this.#kept.fill(0, at, at + frames * 2)
  }

  /** Makes space at the end. Answers where it starts. */
  #reserve(frames: number): number {
    const at = this.#keptFrames * 2
    this.#keptFrames += frames
    const needed = this.#keptFrames * 2
    if (needed > this.#kept.length) {
      const kept = new Float32Array(needed + blockFrames * 2)
      kept.set(this.#kept.subarray(0, at))
      this.#kept = kept
    }
    return at
  }
}
