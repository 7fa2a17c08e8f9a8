import type { ChosenSettings } from '../../../media/following/chosen-settings.ts'
import type { DriftReading, LevelReading, MeterReading } from '../../control/engine/mixer-readings.ts'
import { type AudioFilter, trackCount } from '../../document/schemas/mixer-schemas.ts'
import { ProcessorMaker } from './filters/create-processor.ts'
import { type SincTable, sincTable } from './input/sinc-table.ts'
import { busCount, InputStrip, monitorBus } from './input-strip.ts'
import { LevelMeter } from './metering/level-meter.ts'
import { PeakWatch } from './metering/peak-watch.ts'
import { MixBus } from './mix-bus.ts'
import { clip } from './mix-kernels.ts'
import { blockFrames, type MixedBlock, type Mixer, type MixerDependencies, type MixerInput, mixRate, type ReturnMix } from './mixer.ts'
import { ReturnMixes } from './return-mixes.ts'

const blockUs = (blockFrames * 1e6) / mixRate
/** By then the audio of devices has come. */
const minDelayUs = 50_000
/** How much of a delay that is no longer needed is given back with each block. */
const giveBackUs = 1000
/** Blocks for which is measured after a reading. */
const measuredBlocks = 100

/** Makes a mixer. It takes a few hundredths of a processor: see docs/studio-mixer.md. */
export function createMixer({ log }: MixerDependencies): Mixer {
  return new StudioMixer(new ProcessorMaker(log))
}

class StudioMixer implements Mixer {
  readonly #maker: ProcessorMaker
  readonly #tables = new Map<number, SincTable>()
  readonly #strips = new Map<string, InputStrip>()
  #leaving: InputStrip[] = []
  /** Those that steer others are before them. */
  #order: InputStrip[] = []
  readonly #buses: readonly MixBus[]
  /** Buses whose sources must be ready: those that are taken, and the first track for returns. */
  readonly #isHeard: boolean[] = Array.from({ length: busCount }, () => false)
  readonly #isTaken: boolean[] = Array.from({ length: busCount }, () => false)
  readonly #tracks: (Float32Array | undefined)[] = Array.from({ length: trackCount }, () => undefined)
  readonly #returns: ReturnMixes
  readonly #block: {
    timeUs: number
    readonly tracks: readonly (Float32Array | undefined)[]
    monitor: Float32Array | undefined
    readonly returns: ReadonlyMap<string, Float32Array>
  }
  readonly #trackMeters = Array.from({ length: trackCount }, () => new LevelMeter())
  readonly #trackWatches = Array.from({ length: trackCount }, () => new PeakWatch())
  /** Blocks by which sources are mixed ahead of what leaves, for filters of tracks that look ahead. */
  #aheadBlocks = 0
  /** Times of the block that leaves next, and of the one for which sources are mixed next. */
  #nextUs = Number.NaN
  #sourcesUs = 0
  #delayUs = minDelayUs
  #blocksSinceReading = measuredBlocks

  constructor(maker: ProcessorMaker) {
    this.#maker = maker
    this.#buses = Array.from({ length: busCount }, () => new MixBus(maker))
    this.#returns = new ReturnMixes(maker)
    this.#block = { timeUs: 0, tracks: this.#tracks, monitor: undefined, returns: this.#returns.mixed }
  }

  get delayUs(): number {
    return this.#delayUs
  }

  setInputs(inputs: readonly MixerInput[]): void {
    const anySolo = inputs.some(({ audio }) => audio.solo)
    const stay = new Set<string>()
    for (const input of inputs) {
      stay.add(input.source)
      const strip = this.#strips.get(input.source)
      if (strip === undefined) this.#strips.set(input.source, new InputStrip(input, this.#maker, this.#tableFor, anySolo))
      else strip.configure(input, anySolo)
    }
    for (const strip of this.#strips.values()) {
      if (stay.has(strip.source)) continue
      strip.leave()
      this.#leaving.push(strip)
      this.#strips.delete(strip.source)
    }
    this.#take(
      monitorBus,
      inputs.some(({ audio }) => audio.monitoring !== 'off'),
    )
    this.#arrange()
    this.#delayUs = Math.max(this.#delayUs, this.#neededDelayUs())
  }

  setTracks(tracks: readonly number[]): void {
    for (let track = 0; track < trackCount; track++) {
      const isTaken = tracks.includes(track + 1)
      if (isTaken && !this.#isTaken[track]) this.#trackMeters[track]!.reset()
      this.#take(track, isTaken)
    }
    this.#delayUs = Math.max(this.#delayUs, this.#neededDelayUs())
  }

  setReturns(returns: readonly ReturnMix[]): void {
    this.#returns.set(returns, this.#aheadBlocks)
  }

  setTalk(talker: string, guests: readonly string[] | null): void {
    this.#returns.setTalk(talker, guests)
  }

  talk(talker: string, samples: Float32Array): void {
    this.#returns.talk(talker, samples)
  }

  setTrackFilters(filters: readonly (readonly AudioFilter[])[]): void {
    for (let track = 0; track < trackCount; track++) this.#buses[track]!.configure(filters[track] ?? [])
    this.#arrange()
    this.#delayUs = Math.max(this.#delayUs, this.#neededDelayUs())
  }

  mix(timeUs: number): MixedBlock {
    const isMetered = this.#blocksSinceReading < measuredBlocks
    if (isMetered) this.#blocksSinceReading++
    this.#aheadBlocks = this.#neededAheadBlocks()
    if (!(Math.abs(timeUs - this.#nextUs) < blockUs / 2)) this.#begin(timeUs)
    this.#nextUs = timeUs + blockUs
    // One more where filters came that look further ahead, none where the last such went.
    const untilUs = timeUs + (this.#aheadBlocks + 0.5) * blockUs
    for (; this.#sourcesUs < untilUs; this.#sourcesUs += blockUs) this.#mixSources(this.#sourcesUs, isMetered)
    for (let track = 0; track < trackCount; track++) {
      const mixed = this.#isTaken[track] ? this.#buses[track]!.pop() : undefined
      this.#tracks[track] = mixed
      if (mixed === undefined) continue
      if (isMetered) this.#trackMeters[track]!.measure(mixed)
      this.#trackWatches[track]!.take(clip(mixed))
    }
    this.#block.timeUs = timeUs
    this.#block.monitor = this.#isTaken[monitorBus] ? this.#buses[monitorBus]!.pop() : undefined
    if (this.#block.monitor !== undefined) clip(this.#block.monitor)
    this.#returns.pop()
    if (this.#leaving.length > 0) this.#bury()
    this.#settleDelay()
    return this.#block
  }

  meters(): readonly MeterReading[] {
    if (this.#blocksSinceReading >= measuredBlocks) {
      for (const strip of this.#strips.values()) strip.meter.reset()
      for (const meter of this.#trackMeters) meter.reset()
    }
    this.#blocksSinceReading = 0
    const readings: MeterReading[] = []
    for (const strip of this.#strips.values()) readings.push(strip.meter.read(`source:${strip.source}`))
    for (let track = 0; track < trackCount; track++) {
      if (this.#isTaken[track]) readings.push(this.#trackMeters[track]!.read(`track:${track + 1}`))
    }
    return readings
  }

  levels(): readonly LevelReading[] {
    const readings: LevelReading[] = []
    const add = (of: string, peakDb: number | undefined): void => {
      if (peakDb !== undefined) readings.push({ of, peakDb })
    }
    for (const strip of this.#strips.values()) add(`source:${strip.source}`, strip.takePeakDb())
    for (let track = 0; track < trackCount; track++) add(`track:${track + 1}`, this.#trackWatches[track]!.read())
    return readings
  }

  drift(): readonly DriftReading[] {
    return Array.from(this.#strips.values(), (strip) => strip.drift)
  }

  chosen(): ReadonlyMap<string, ChosenSettings> {
    const chosen = new Map<string, ChosenSettings>()
    for (const strip of this.#strips.values()) strip.addChosen(chosen)
    for (const bus of this.#buses) bus.addChosen(chosen)
    return chosen
  }

  close(): void {
    for (const strip of this.#order) strip.close()
    for (const bus of this.#buses) bus.close()
    this.#returns.close()
    this.#strips.clear()
    this.#leaving = []
    this.#order = []
  }

  /** Somebody takes a bus, or nobody any longer. */
  #take(bus: number, isTaken: boolean): void {
    if (isTaken && !this.#isTaken[bus]) this.#buses[bus]!.begin(this.#aheadBlocks)
    this.#isTaken[bus] = isTaken
  }

  /** At the first block, and where blocks were left out. */
  #begin(timeUs: number): void {
    this.#sourcesUs = timeUs + this.#aheadBlocks * blockUs
    for (const bus of this.#buses) bus.begin(this.#aheadBlocks)
    this.#returns.begin(this.#aheadBlocks)
  }

  #mixSources(timeUs: number, isMetered: boolean): void {
    for (let bus = 0; bus < busCount; bus++) if (this.#isTaken[bus]) this.#buses[bus]!.sum.fill(0)
    const returns = this.#returns
    returns.clear()
    for (let bus = 0; bus < busCount; bus++) this.#isHeard[bus] = this.#isTaken[bus]! || (bus === 0 && returns.areTaken)
    for (let index = 0; index < this.#order.length; index++) {
      const strip = this.#order[index]!
      strip.prepare(timeUs, isMetered, this.#isHeard)
      for (let bus = 0; bus < busCount; bus++) strip.addTo(bus, this.#isTaken[bus] ? this.#buses[bus]!.sum : undefined)
      returns.add(strip)
    }
    for (let bus = 0; bus < busCount; bus++) {
      if (!this.#isTaken[bus]) continue
      if (isMetered && bus < trackCount) this.#trackMeters[bus]!.measureInput(this.#buses[bus]!.sum)
      this.#buses[bus]!.push()
    }
    returns.push()
  }

  readonly #tableFor = (rate: number): SincTable => {
    const known = this.#tables.get(rate)
    if (known !== undefined) return known
    const table = sincTable(rate, mixRate)
    this.#tables.set(rate, table)
    return table
  }

  /** Puts each source behind those that steer its filters; where they steer one another, what was heard a block ago counts. */
  #arrange(): void {
    const placed = new Set<InputStrip>()
    this.#order = []
    const place = (strip: InputStrip) => {
      if (placed.has(strip)) return
      placed.add(strip)
      for (const id of strip.keyIds) {
        const key = this.#strips.get(id)
        if (key !== undefined) place(key)
      }
      this.#order.push(strip)
    }
    for (const strip of this.#strips.values()) {
      strip.setKeys((id) => (id === strip.source ? undefined : this.#strips.get(id)))
      place(strip)
    }
    this.#order.push(...this.#leaving)
    const keys = new Set([...this.#order, ...this.#buses].flatMap(({ keyIds }) => keyIds))
    for (const strip of this.#order) strip.isKey = keys.has(strip.source)
    for (const bus of this.#buses) bus.setKeys((id) => this.#strips.get(id))
  }

  #bury(): void {
    if (!this.#leaving.some((strip) => strip.isGone)) return
    for (const strip of this.#leaving) if (strip.isGone) strip.close()
    this.#leaving = this.#leaving.filter((strip) => !strip.isGone)
    this.#arrange()
  }

  #neededDelayUs(): number {
    let aheadUs = 0
    for (let index = 0; index < this.#order.length; index++) aheadUs = Math.max(aheadUs, this.#order[index]!.aheadUs)
    return minDelayUs + aheadUs + this.#neededAheadBlocks() * blockUs
  }

  #neededAheadBlocks(): number {
    let frames = 0
    for (let bus = 0; bus < busCount; bus++) if (this.#isTaken[bus]) frames = Math.max(frames, this.#buses[bus]!.aheadFrames)
    return Math.ceil(frames / blockFrames)
  }

  #settleDelay(): void {
    const needed = this.#neededDelayUs()
    this.#delayUs = needed > this.#delayUs ? needed : Math.max(needed, this.#delayUs - giveBackUs)
  }
}
