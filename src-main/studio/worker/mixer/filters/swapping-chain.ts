import type { ChosenSettings } from '../../../../media/following/chosen-settings.ts'
import type { AudioFilter } from '../../../document/schemas/mixer-schemas.ts'
import { GainRamp } from '../gain-ramp.ts'
import { isFiniteBlock, scale } from '../mix-kernels.ts'
import { blockFrames } from '../mixer.ts'
import type { ProcessorMaker } from './create-processor.ts'
import { FilterChain, type KeySource } from './filter-chain.ts'

/** A chain of filters that may be changed while audio plays: if a change moves the audio in time, it is silent meanwhile. */
export class SwappingChain {
  readonly #chain: FilterChain
  /** 1, and 0 while the chain is being swapped. */
  readonly #presence = new GainRamp(1, 1)
  #latency: number
  #swapBlocks = 0
  #sleeps = false

  constructor(maker: ProcessorMaker, filters: readonly AudioFilter[]) {
    this.#chain = new FilterChain(maker, filters)
    this.#latency = this.#chain.latency
  }

  /** Frames that audio leaves later. */
  get latency(): number {
    return this.#latency
  }

  /** What `latency` is or will be, whichever is more. */
  get maxLatency(): number {
    return Math.max(this.#latency, this.#chain.wantedLatency)
  }

  get keyIds(): readonly string[] {
    return this.#chain.keyIds
  }

  setKeys(find: (id: string) => KeySource | undefined): void {
    this.#chain.setKeys(find)
  }

  /** Adds what filters that follow the level have chosen, by their ids. */
  addChosen(into: Map<string, ChosenSettings>): void {
    this.#chain.addChosen(into)
  }

  configure(filters: readonly AudioFilter[]): void {
    this.#chain.configure(filters)
  }

  /** Nobody hears the audio: the filters do not move. With the next block that is processed they start again, unheard at first. */
  sleep(): void {
    this.#sleeps = true
  }

  /** `rests`: the filters have nothing left to say, and nothing comes in. */
  process(block: Float32Array, rests = false): void {
    if (this.#sleeps) this.#wake()
    this.#advanceSwap()
    if (!rests && !this.#chain.isEmpty) {
      this.#chain.process(block)
      if (!isFiniteBlock(block)) {
        this.#chain.reset()
        block.fill(0)
      }
    }
    this.#presence.advance()
    scale(block, this.#presence.start, this.#presence.end, this.#presence.start, this.#presence.end)
  }

  /** Drops what it heard; what was to be swapped is swapped at once. */
  reset(): void {
    this.#chain.swap()
    this.#latency = this.#chain.latency
    this.#swapBlocks = 0
    this.#sleeps = false
    this.#presence.jump(1)
    this.#chain.reset()
  }

  close(): void {
    this.#chain.close()
  }

  #wake(): void {
    this.reset()
    if (this.#chain.isEmpty) return
    this.#presence.jump(0)
    this.#swapBlocks = blocksUnheard(this.#latency)
  }

  /** Out in one block, then the new chain runs unheard until its audio is there, then in again. */
  #advanceSwap(): void {
    if (!this.#chain.mustSwap && this.#swapBlocks === 0) return
    if (this.#presence.end === 1) {
      this.#presence.set(0)
      this.#swapBlocks = 1
      return
    }
    if (this.#chain.mustSwap) {
      this.#chain.swap()
      this.#latency = this.#chain.latency
      this.#swapBlocks = blocksUnheard(this.#latency)
      return
    }
    this.#swapBlocks--
    if (this.#swapBlocks === 0) this.#presence.set(1)
  }
}

/** Until a chain that starts has its audio. */
const blocksUnheard = (latency: number) => 1 + Math.ceil(latency / blockFrames)
