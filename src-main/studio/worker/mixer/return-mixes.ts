import type { ProcessorMaker } from './filters/create-processor.ts'
import { GainRamp } from './gain-ramp.ts'
import type { InputStrip } from './input-strip.ts'
import { MixBus } from './mix-bus.ts'
import { add, clip, scale } from './mix-kernels.ts'
import type { ReturnMix } from './mixer.ts'
import { TalkInput } from './talk-input.ts'

/** While somebody talks to a guest the show is this much quieter for them: 12 dB. */
const duckedGain = 0.25
/** Blocks in which the show becomes quieter or louder, and in which a talker comes and goes. */
const duckBlocks = 10
const talkBlocks = 2

interface Return {
  without: ReadonlySet<string>
  readonly bus: MixBus
  readonly show: GainRamp
  /** By talker. */
  readonly talkers: Map<string, GainRamp>
}

interface Talker {
  readonly input: TalkInput
  guests: ReadonlySet<string>
}

/** What guests hear (mix-minus): for each the show without themselves, and who talks to them. Nothing is mixed while nobody takes any. */
export class ReturnMixes {
  /** The newest block of each, by guest; valid until the next. */
  readonly mixed: Map<string, Float32Array> = new Map()
  readonly #maker: ProcessorMaker
  readonly #returns = new Map<string, Return>()
  readonly #talkers = new Map<string, Talker>()

  constructor(maker: ProcessorMaker) {
    this.#maker = maker
  }

  get areTaken(): boolean {
    return this.#returns.size > 0
  }

  /** `aheadBlocks`: how far sources are mixed ahead of what leaves. */
  set(wanted: readonly ReturnMix[], aheadBlocks: number): void {
    const guests = new Set(wanted.map(({ guest }) => guest))
    for (const [guest, { bus }] of this.#returns) {
      if (guests.has(guest)) continue
      bus.close()
      this.#returns.delete(guest)
      this.mixed.delete(guest)
    }
    for (const { guest, without } of wanted) {
      const known = this.#returns.get(guest)
      if (known !== undefined) {
        known.without = without
        continue
      }
      const bus = new MixBus(this.#maker)
      bus.begin(aheadBlocks)
      const made: Return = { without, bus, show: new GainRamp(1, duckBlocks), talkers: new Map() }
      this.#returns.set(guest, made)
      for (const [talker, { guests: to }] of this.#talkers) if (to.has(guest)) this.#route(made, talker, true)
    }
  }

  setTalk(id: string, guests: readonly string[] | null): void {
    const talker = this.#talkers.get(id) ?? { input: new TalkInput(), guests: new Set() }
    if (talker.guests.size === 0) talker.input.clear()
    talker.guests = new Set(guests)
    if (guests === null) this.#talkers.delete(id)
    else this.#talkers.set(id, talker)
    for (const [guest, each] of this.#returns) this.#route(each, id, talker.guests.has(guest))
  }

  talk(id: string, samples: Float32Array): void {
    const talker = this.#talkers.get(id)
    if (talker !== undefined && talker.guests.size > 0) talker.input.push(samples)
  }

  /** Starts again with silence. */
  begin(aheadBlocks: number): void {
    for (const { bus } of this.#returns.values()) bus.begin(aheadBlocks)
  }

  /** Before the sources of a block are added. */
  clear(): void {
    for (const { bus } of this.#returns.values()) bus.sum.fill(0)
  }

  add(strip: InputStrip): void {
    for (const { bus, without } of this.#returns.values()) if (!without.has(strip.source)) strip.addToReturn(bus.sum)
  }

  /** Behind the last source of a block. */
  push(): void {
    for (const { bus } of this.#returns.values()) bus.push()
  }

  /** Makes the block whose turn it is of each. Who talks is not delayed by what the show's filters look ahead. */
  pop(): void {
    if (this.#returns.size === 0) return
    for (const { input } of this.#talkers.values()) input.next()
    for (const [guest, { bus, show, talkers }] of this.#returns) {
      const block = bus.pop()
      show.advance()
      scale(block, show.start, show.end, show.start, show.end)
      for (const [id, gain] of talkers) {
        gain.advance()
        const input = this.#talkers.get(id)?.input
        if (input !== undefined && (gain.start !== 0 || gain.end !== 0)) add(block, input.block, gain.start, gain.end)
        if (gain.isZero) talkers.delete(id)
      }
      clip(block)
      this.mixed.set(guest, block)
    }
  }

  close(): void {
    for (const { bus } of this.#returns.values()) bus.close()
    this.#returns.clear()
    this.mixed.clear()
  }

  #route(to: Return, talker: string, isHeard: boolean): void {
    const gain = to.talkers.get(talker)
    if (gain === undefined) {
      if (!isHeard) return
      const made = new GainRamp(0, talkBlocks)
      made.set(1)
      to.talkers.set(talker, made)
    } else gain.set(isHeard ? 1 : 0)
    const isTalkedTo = [...this.#talkers.values()].some(({ guests }) =>
      [...this.#returns].some(([guest, each]) => each === to && guests.has(guest)),
    )
    to.show.set(isTalkedTo ? duckedGain : 1)
  }
}
