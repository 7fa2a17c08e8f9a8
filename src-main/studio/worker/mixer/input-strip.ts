import type { ChosenSettings } from '../../../media/following/chosen-settings.ts'
import type { AudioStore } from '../../../media/worker/stores/media-stores.ts'
import type { DriftReading } from '../../control/engine/mixer-readings.ts'
import { trackCount } from '../../document/schemas/mixer-schemas.ts'
import type { ProcessorMaker } from './filters/create-processor.ts'
import { fromDb } from './filters/decibels.ts'
import type { KeySource } from './filters/filter-chain.ts'
import { SwappingChain } from './filters/swapping-chain.ts'
import { GainRamp } from './gain-ramp.ts'
import type { SincTable } from './input/sinc-table.ts'
import { SourceReader } from './input/source-reader.ts'
import { LevelMeter } from './metering/level-meter.ts'
import { PeakWatch } from './metering/peak-watch.ts'
import { add, peakOf, scale } from './mix-kernels.ts'
import { blockFrames, type MixerInput, mixRate } from './mixer.ts'

/** Blocks in which gains, mutes and routes change: 20 ms. */
const changeBlocks = 2
/** Blocks in which a source that follows its video fades: 150 ms. */
const followBlocks = 15
/** Blocks of silence after which filters have nothing left to say. */
const restBlocks = 500
/** Quieter is silence. */
const silentDb = -100

/** Where a strip's audio goes: the tracks, then what is heard on this machine. */
export const monitorBus = trackCount
export const busCount = trackCount + 1

/** One source in the mixer: its audio on the mixer's clock, filtered, at its fader, on its way to the tracks. */
export class InputStrip implements KeySource {
  readonly source: string
  /** Behind the filters, before the fader. */
  readonly #filtered = new Float32Array(blockFrames * 2)
  /** Behind the fader. */
  readonly #faded = new Float32Array(blockFrames * 2)
  readonly #silence = new Float32Array(blockFrames * 2)
  readonly #chain: SwappingChain
  readonly #meter = new LevelMeter()
  readonly #watch = new PeakWatch()
  readonly #tableFor: (rate: number) => SincTable
  readonly #left: GainRamp
  readonly #right: GainRamp
  readonly #shown: GainRamp
  readonly #routes: readonly GainRamp[]
  #input: MixerInput
  #reader: SourceReader
  /** The reader of the store before, which fades out. */
  #oldReader: SourceReader | undefined
  readonly #oldBlock = new Float32Array(blockFrames * 2)
  #silentBlocks = 0
  #isLeaving = false
  #isKey = false

  constructor(input: MixerInput, maker: ProcessorMaker, tableFor: (rate: number) => SincTable, anySolo: boolean) {
    this.source = input.source
    this.#input = input
    this.#tableFor = tableFor
    this.#reader = this.#readerOf(input.store)
    this.#chain = new SwappingChain(maker, input.audio.filters)
    this.#left = new GainRamp(leftGain(input), changeBlocks)
    this.#right = new GainRamp(rightGain(input), changeBlocks)
    this.#shown = new GainRamp(isShown(input) ? 1 : 0, followBlocks)
    this.#routes = Array.from({ length: busCount }, (_, bus) => new GainRamp(route(input, bus, anySolo), changeBlocks))
  }

  configure(input: MixerInput, anySolo: boolean): void {
    const old = this.#input
    this.#input = input
    if (input.store !== old.store) {
      this.#oldReader = this.#reader
      this.#reader = this.#readerOf(input.store)
    }
    if (input.audio !== old.audio) {
      this.#chain.configure(input.audio.filters)
      this.#left.set(leftGain(input))
      this.#right.set(rightGain(input))
    }
    this.#shown.set(isShown(input) ? 1 : 0)
    for (let bus = 0; bus < busCount; bus++) this.#routes[bus]!.set(route(input, bus, anySolo))
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

  get key(): Float32Array {
    return this.#isMute ? this.#silence : this.#filtered
  }

  /** Filters of others are steered by it. */
  set isKey(isKey: boolean) {
    this.#isKey = isKey
  }

  /** How much later than a block's time its own audio is taken, us: what filters look ahead, less the sync offset. */
  get aheadUs(): number {
    return (this.#chain.latency * 1e6) / mixRate - this.#input.audio.syncOffsetMs * 1000
  }

  /** It is no longer an input: it fades out, and its store is not asked again. */
  leave(): void {
    this.#isLeaving = true
    for (const each of this.#routes) each.set(0)
  }

  get isGone(): boolean {
    return this.#isLeaving && this.#routes.every((each) => each.end === 0)
  }

  /**
   * Makes the block that is heard at `timeUs`. `heard`: for each bus, whether anybody hears its sources. The filters of what nobody
   * hears, sees on a meter or is steered by sleep: some are dear.
   */
  prepare(timeUs: number, isMetered: boolean, heard: readonly boolean[]): void {
    const block = this.#filtered
    let isAudible = this.#reader.read(timeUs, this.aheadUs, block, this.#isLeaving)
    if (this.#oldReader !== undefined) {
      isAudible = this.#oldReader.read(timeUs, this.aheadUs, this.#oldBlock, true) || isAudible
      scale(block, 0, 1, 0, 1)
      add(block, this.#oldBlock, 1, 0)
      this.#oldReader = undefined
    }
    if (isMetered) this.#meter.measureInput(block)
    this.#silentBlocks = isAudible ? 0 : this.#silentBlocks + 1
    const isHeard = this.#isHeard(heard)
    if (isMetered || isHeard) this.#chain.process(block, this.#silentBlocks > restBlocks)
    else this.#chain.sleep()
    if (isHeard) this.#watch.take(peakOf(block))
    this.#left.advance()
    this.#right.advance()
    this.#shown.advance()
    const faded = this.#faded
    faded.set(block)
    scale(faded, this.#left.start, this.#left.end, this.#right.start, this.#right.end)
    if (isMetered) this.#meter.measure(faded)
  }

  /** Adds what was prepared to a bus; with no `into` nobody takes the bus. */
  addTo(bus: number, into: Float32Array | undefined): void {
    const way = this.#routes[bus]!
    way.advance()
    if (into === undefined || this.#silentBlocks > restBlocks) return
    const start = way.start * this.#shown.start
    const end = way.end * this.#shown.end
    if (start !== 0 || end !== 0) add(into, this.#faded, start, end)
  }

  /** Adds what was added to the first track, even if the first is not used. Called behind `addTo`. */
  addToReturn(into: Float32Array): void {
    const way = this.#routes[0]!
    if (this.#silentBlocks > restBlocks) return
    const start = way.start * this.#shown.start
    const end = way.end * this.#shown.end
    if (start !== 0 || end !== 0) add(into, this.#faded, start, end)
  }

  get meter(): LevelMeter {
    return this.#meter
  }

  /** Highest level before the fader since the last reading, dBFS; undefined where nobody heard it. */
  takePeakDb(): number | undefined {
    return this.#watch.read()
  }

  get drift(): DriftReading {
    const reader = this.#reader
    return { source: this.source, ppm: reader.ppm, offsetMs: reader.offsetMs, missing: reader.missing }
  }

  close(): void {
    this.#chain.close()
  }

  get #isMute(): boolean {
    return this.#input.audio.muted || !isShown(this.#input)
  }

  #isHeard(heard: readonly boolean[]): boolean {
    if (this.#isKey && !this.#isMute) return true
    if (this.#shown.isZero) return false
    for (let bus = 0; bus < busCount; bus++) if (heard[bus] && !this.#routes[bus]!.isZero) return true
    return false
  }

  #readerOf(store: AudioStore): SourceReader {
    return new SourceReader(store, this.#tableFor(store.sampleRate))
  }
}

const isShown = ({ audio, shown }: MixerInput) => shown || !audio.followsVideo
const gainOf = ({ audio }: MixerInput) => (audio.gainDb <= silentDb ? 0 : fromDb(audio.gainDb))
/** Away from a side its channel falls as a cosine does; the other stays as it is. */
const leftGain = (input: MixerInput) => gainOf(input) * sideGain(input.audio.pan)
const rightGain = (input: MixerInput) => gainOf(input) * sideGain(-input.audio.pan)
const sideGain = (pan: number) => (pan <= 0 ? 1 : pan >= 1 ? 0 : Math.cos((pan * Math.PI) / 2))

function route({ audio }: MixerInput, bus: number, anySolo: boolean): 0 | 1 {
  if (audio.muted) return 0
  if (bus === monitorBus) return audio.monitoring === 'off' ? 0 : 1
  return audio.monitoring !== 'only' && (audio.solo || !anySolo) && audio.tracks.includes(bus + 1) ? 1 : 0
}
