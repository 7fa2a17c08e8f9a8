import { ProcessorMaker } from './filters/create-processor.ts'
import { type SincTable, sincTable } from './input/sinc-table.ts'
import { busCount, InputStrip, monitorBus } from './input-strip.ts'
import { LevelMeter } from './metering/level-meter.ts'
import { clip } from './mix-kernels.ts'
import {
  blockFrames,
  type DriftReading,
  type MeterReading,
  type MixedBlock,
  type Mixer,
  type MixerInput,
  type MixerNeeds,
  mixRate,
} from './mixer.ts'
import { trackCount } from './mixer-schemas.ts'

/** By then the sound of devices has come. */
const leastDelayUs = 50_000
/** How much of a delay that is no longer needed is given back with each block. */
const giveBackUs = 1000
/** Blocks for which is measured after a reading. */
const measuredBlocks = 100

/** Makes a mixer. It takes a few hundredths of a processor: see docs/studio-mixer.md. */
export function createMixer({ log }: MixerNeeds): Mixer {
  return new StudioMixer(new ProcessorMaker(log))
}

class StudioMixer implements Mixer {
  readonly #maker: ProcessorMaker
  readonly #tables = new Map<number, SincTable>()
  readonly #strips = new Map<string, InputStrip>()
  #leaving: InputStrip[] = []
  /** Those that steer others stand before them. */
  #order: InputStrip[] = []
  readonly #buses = Array.from({ length: busCount }, () => new Float32Array(blockFrames * 2))
  readonly #taken: (Float32Array | undefined)[] = Array.from({ length: trackCount }, () => undefined)
  readonly #block: { timeUs: number; readonly tracks: readonly (Float32Array | undefined)[]; monitor: Float32Array | undefined }
  readonly #trackMeters = Array.from({ length: trackCount }, () => new LevelMeter())
  #isMonitored = false
  #delayUs = leastDelayUs
  #blocksSinceReading = measuredBlocks

  constructor(maker: ProcessorMaker) {
    this.#maker = maker
    this.#block = { timeUs: 0, tracks: this.#taken, monitor: undefined }
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
    this.#isMonitored = inputs.some(({ audio }) => audio.monitoring !== 'off')
    this.#arrange()
    this.#delayUs = Math.max(this.#delayUs, this.#neededDelayUs())
  }

  setTracks(tracks: readonly number[]): void {
    for (let track = 0; track < trackCount; track++) {
      const isTaken = tracks.includes(track + 1)
      if (isTaken && this.#taken[track] === undefined) this.#trackMeters[track]!.reset()
      this.#taken[track] = isTaken ? this.#buses[track]! : undefined
    }
  }

  mix(timeUs: number): MixedBlock {
    const isMetered = this.#blocksSinceReading < measuredBlocks
    if (isMetered) this.#blocksSinceReading++
    for (let bus = 0; bus < busCount; bus++) this.#buses[bus]!.fill(0)
    for (let index = 0; index < this.#order.length; index++) {
      const strip = this.#order[index]!
      strip.prepare(timeUs, isMetered)
      for (let track = 0; track < trackCount; track++) strip.addTo(track, this.#taken[track])
      strip.addTo(monitorBus, this.#isMonitored || this.#leaving.length > 0 ? this.#buses[monitorBus]! : undefined)
    }
    for (let track = 0; track < trackCount; track++) {
      const bus = this.#taken[track]
      if (bus === undefined) continue
      if (isMetered) this.#trackMeters[track]!.measure(bus)
      clip(bus)
    }
    this.#block.timeUs = timeUs
    this.#block.monitor = this.#isMonitored ? this.#buses[monitorBus] : undefined
    if (this.#isMonitored) clip(this.#buses[monitorBus]!)
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
      if (this.#taken[track] !== undefined) readings.push(this.#trackMeters[track]!.read(`track:${track + 1}`))
    }
    return readings
  }

  drift(): readonly DriftReading[] {
    return Array.from(this.#strips.values(), (strip) => strip.drift)
  }

  close(): void {
    for (const strip of this.#order) strip.close()
    this.#strips.clear()
    this.#leaving = []
    this.#order = []
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
    return leastDelayUs + aheadUs
  }

  #settleDelay(): void {
    const needed = this.#neededDelayUs()
    this.#delayUs = needed > this.#delayUs ? needed : Math.max(needed, this.#delayUs - giveBackUs)
  }
}
