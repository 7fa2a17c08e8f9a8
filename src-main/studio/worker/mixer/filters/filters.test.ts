import { beforeAll, describe, expect, it } from 'vitest'
import type { Logger } from '../../../../platform/logger.ts'
import { audioFilterKinds, limiterFrames } from '../../../document/kinds/audio-filter-kinds.ts'
import { KWeighting, loudnessOf } from '../metering/k-weighting.ts'
import { blockFrames } from '../mixer.ts'
import { findTone } from '../testing/tone-analysis.ts'
import type { AudioProcessor } from './audio-processor.ts'
import { ProcessorMaker } from './create-processor.ts'
import { fromDb, toDb } from './decibels.ts'

const warnings: string[] = []
const log: Logger = { debug() {}, info() {}, warn: (_, message) => warnings.push(message), error() {}, child: () => log }
const maker = new ProcessorMaker(log)
const make = (kind: string, settings: Record<string, unknown> = {}): AudioProcessor =>
  maker.make(kind, maker.completeSettings(kind, settings))!

type Wave = (frame: number) => number
const sine =
  (hz: number, db: number): Wave =>
  (frame) =>
    fromDb(db) * Math.sin((2 * Math.PI * hz * frame) / 48_000)

/** Runs a filter over a wave on both channels; answers what leaves on the left. */
function run(filter: AudioProcessor, wave: Wave, blocks: number, from = 0, key?: Float32Array): Float64Array {
  const block = new Float32Array(blockFrames * 2)
  const out = new Float64Array(blocks * blockFrames)
  for (let index = 0; index < blocks; index++) {
    for (let frame = 0; frame < blockFrames; frame++) {
      const value = wave((from + index) * blockFrames + frame)
      block[frame * 2] = value
      block[frame * 2 + 1] = value
    }
    filter.process(block, key)
    for (let frame = 0; frame < blockFrames; frame++) out[index * blockFrames + frame] = block[frame * 2]!
  }
  return out
}

/** dB of what leaves in the last blocks, for a steady tone. */
const levelOf = (filter: AudioProcessor, hz: number, db: number, blocks = 30, from = 0) =>
  toDb(findTone(run(filter, sine(hz, db), blocks, from).subarray(-4 * blockFrames), hz, 0).amplitude)

const steepest = (samples: Float64Array) =>
  samples.reduce((max, value, at) => Math.max(max, Math.abs(value - (samples[at - 1] ?? value))), 0)

describe('audio filters', () => {
  it.each(audioFilterKinds.map(({ kind }) => kind))('%s runs with {}, says its latency and survives what is no number', (kind) => {
    const filter = make(kind)
    expect(filter.latency).toBe((audioFilterKinds.find((each) => each.kind === kind)!.latencyMs * 48_000) / 1000)
    run(filter, () => Number.NaN, 1)
    filter.reset()
    expect(run(filter, sine(440, -20), 8).every(Number.isFinite)).toBe(true)
    filter.close?.()
  })

  it('fills in defaults, and runs with them where settings are impossible', () => {
    expect(maker.completeSettings('limiter', { ceilingDb: -3 })).toEqual({ ceilingDb: -3, releaseMs: 100, gainDb: 0 })
    expect(maker.completeSettings('limiter', { ceilingDb: 300 })).toEqual({ ceilingDb: -1, releaseMs: 100, gainDb: 0 })
    expect(maker.make('reverb', {})).toBeUndefined()
    expect(warnings).toHaveLength(2)
  })

  it('gate: closed below, open above, with hysteresis and without a click', () => {
    const gate = make('gate', { openDb: -40, closeDb: -46, holdMs: 50, releaseMs: 20 })
    expect(Math.max(...run(gate, sine(200, -44), 20))).toBe(0)
    expect(levelOf(gate, 200, -30)).toBeCloseTo(-30, 2)
    expect(levelOf(gate, 200, -44)).toBeCloseTo(-44, 2)
    const closing = run(gate, sine(200, -50), 30)
    expect(Math.abs(closing.at(-1)!)).toBe(0)
    expect(steepest(closing)).toBeLessThan(fromDb(-50) * 0.03)
  })

  it('expander: dB leave by the ratio, down to the range', () => {
    const settings = { thresholdDb: -40, ratio: 3, rangeDb: 30 }
    expect(levelOf(make('expander', settings), 1000, -30, 80)).toBeCloseTo(-30, 1)
    const slope = levelOf(make('expander', settings), 1000, -44, 80) - levelOf(make('expander', settings), 1000, -48, 80)
    expect(slope).toBeCloseTo(12, 1)
    expect(levelOf(make('expander', settings), 1000, -70, 80)).toBeCloseTo(-100, 1)
  })

  it('compressor: presses by its ratio above the threshold, and not below', () => {
    const settings = { thresholdDb: -30, ratio: 4, kneeDb: 0 }
    expect(levelOf(make('compressor', settings), 1000, -40)).toBeCloseTo(-40, 3)
    expect(levelOf(make('compressor', settings), 1000, -6) - levelOf(make('compressor', settings), 1000, -18)).toBeCloseTo(3, 1)
  })

  it('compressor: gives way to a key, and comes back', () => {
    const ducker = make('compressor', { thresholdDb: -40, ratio: 20, attackMs: 5, releaseMs: 50 })
    const voice = new Float32Array(blockFrames * 2).fill(0.3)
    const music = sine(500, -12)
    const silence = new Float32Array(blockFrames * 2)
    const at = (key: Float32Array, from: number) =>
      toDb(findTone(run(ducker, music, 40, from, key).subarray(-4 * blockFrames), 500, 0).amplitude)
    expect(at(silence, 0)).toBeCloseTo(-12, 2)
    expect(at(voice, 40)).toBeLessThan(-35)
    expect(at(silence, 80)).toBeCloseTo(-12, 1)
  })

  it('limiter: no sample above the ceiling, whatever comes, and untouched below', () => {
    const limiter = make('limiter', { ceilingDb: -6, releaseMs: 30 })
    let seed = 7
    const noise: Wave = (frame) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
      const burst = frame % 3000 < 700 ? 4 : 0.3
      return (seed / 0x3fffffff - 1) * burst + (frame % 4999 === 0 ? 9 : 0)
    }
    const loud = run(limiter, noise, 60)
    expect(loud.every((value) => Math.abs(value) <= fromDb(-6))).toBe(true)
    expect(Math.max(...loud)).toBeGreaterThan(fromDb(-6.1))
    run(limiter, () => 0, 50)
    // It turns down before a peak, in a straight line over what it sees ahead: nothing is cut off.
    const peak: Wave = (frame) => (frame === 1000 ? 1 : 0.1)
    const turned = run(limiter, peak, 4).map((value, frame) => value / peak(frame - limiterFrames))
    expect(turned[999]).toBeCloseTo(1, 2)
    for (const frame of [-1, 0, 1]) expect(turned[1000 + limiterFrames + frame]).toBeCloseTo(fromDb(-6), 2)
    expect(steepest(turned.subarray(limiterFrames))).toBeLessThan(((1 - fromDb(-6)) / limiterFrames) * 1.01)
    run(limiter, () => 0, 50)
    const quiet = run(limiter, sine(1000, -12), 4)
    for (let frame = 480; frame < 490; frame++) expect(quiet[frame]).toBe(Math.fround(sine(1000, -12)(frame - limiterFrames)))
  })

  it('equalizers: gains at their frequencies, flat elsewhere', () => {
    const peak = { bands: [{ shape: 'peak', frequency: 1000, gainDb: 9, q: 2 }] }
    expect(levelOf(make('equalizer', peak), 1000, -30)).toBeCloseTo(-21, 2)
    expect(levelOf(make('equalizer', peak), 50, -30)).toBeCloseTo(-30, 1)
    const shelves = { lowDb: -6, midDb: 2, highDb: 4 }
    expect(levelOf(make('three-band-equalizer', shelves), 50, -30)).toBeCloseTo(-36, 1)
    expect(levelOf(make('three-band-equalizer', shelves), 2000, -30)).toBeCloseTo(-28, 0)
    expect(levelOf(make('three-band-equalizer', shelves), 18_000, -30)).toBeCloseTo(-26, 1)
    expect(levelOf(make('three-band-equalizer'), 3000, -30)).toBeCloseTo(-30, 5)
    const notch = { bands: [{ shape: 'notch', frequency: 1000, gainDb: 0, q: 5 }] }
    expect(levelOf(make('equalizer', notch), 1000, -10)).toBeLessThan(-100)
  })

  it.each([
    ['high-pass', '12', 500, -12.3],
    ['high-pass', '24', 500, -24.1],
    ['high-pass', '48', 500, -48.2],
    ['low-pass', '24', 2000, -24.2],
  ])('%s of %s dB an octave: 3 dB at its frequency, its slope an octave further', (kind, slope, octave, db) => {
    const settings = { frequency: 1000, slope }
    expect(levelOf(make(kind, settings), 1000, 0)).toBeCloseTo(-3.01, 1)
    expect(Math.abs(levelOf(make(kind, settings), octave, 0) - db)).toBeLessThan(0.5)
  })

  it('de-esser: presses loud sibilants by its range, leaves quiet ones and voices alone', () => {
    const settings = { frequency: 5000, thresholdDb: -30, ratio: 20, rangeDb: 10 }
    expect(levelOf(make('de-esser', settings), 12_000, -6)).toBeCloseTo(-16, 0)
    expect(levelOf(make('de-esser', settings), 9000, -40)).toBeCloseTo(-40, 3)
    expect(levelOf(make('de-esser', settings), 300, -6)).toBeCloseTo(-6, 1)
  })

  it('gain and polarity: exact, and gliding to new settings', () => {
    const gain = make('gain', { gainDb: -6 })
    expect(run(gain, () => 1, 1)[0]).toBeCloseTo(fromDb(-6), 7)
    gain.update({ gainDb: 0 })
    const glide = run(gain, () => 1, 2)
    expect(steepest(glide)).toBeLessThan(0.0015)
    expect(glide.at(-1)).toBe(1)
    expect(run(make('invert-polarity'), () => 0.25, 1)[0]).toBe(-0.25)
  })

  it('loudness: steers a quiet source to its target, slowly, and not in pauses', () => {
    const filter = make('loudness', { targetLufs: -20, maxGainDb: 15, speedDbPerSecond: 12 })
    const out = run(filter, sine(997, -30), 200)
    const meter = new KWeighting()
    const block = new Float32Array(blockFrames * 2)
    let power = 0
    for (let index = 150; index < 200; index++) {
      for (let sample = 0; sample < block.length; sample++) block[sample] = out[index * blockFrames + (sample >> 1)]!
      const each = meter.power(block)
      if (index >= 180) power += each / 20
    }
    expect(loudnessOf(power)).toBeCloseTo(-20, 0)
    const pause = run(filter, () => 1e-4, 100)
    expect(pause.at(-1)! / 1e-4).toBeCloseTo(fromDb(10), 0)
  })

  it('changes settings under audio without a click', () => {
    for (const [kind, one, other] of [
      ['equalizer', { bands: [{ shape: 'peak', frequency: 400, gainDb: 12, q: 1 }] }, { bands: [] }],
      ['high-pass', { frequency: 20, slope: '12' }, { frequency: 150, slope: '48' }],
      ['limiter', { ceilingDb: -1 }, { ceilingDb: -20 }],
      ['compressor', { thresholdDb: 0 }, { thresholdDb: -40 }],
    ] as const) {
      const filter = make(kind, one)
      run(filter, sine(200, -10), 10)
      filter.update(maker.completeSettings(kind, other))
      const after = run(filter, sine(200, -10), 10, 10)
      expect(steepest(after), kind).toBeLessThan(fromDb(2) * ((2 * Math.PI * 200) / 48_000) * 1.6)
    }
  })
})

describe('noise suppression', () => {
  beforeAll(() => maker.denoisers.load())

  it('takes steady noise away and is as late as it says', () => {
    let seed = 1
    const noise: Wave = () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
      return (seed / 0x3fffffff - 1) * 0.03
    }
    const power = (samples: Float64Array) => samples.reduce((sum, value) => sum + value * value, 0)
    const filter = make('noise-suppression')
    const out = run(filter, noise, 35)
    expect(power(out.subarray(-4800))).toBeLessThan(0.03 ** 2 * 4800 * 0.33 * 0.05)
    filter.update({ amount: 0 })
    run(filter, () => 0, 4)
    const click = run(filter, (frame) => (frame === 100 ? 0.5 : 0), 4)
    expect(click.indexOf(0.5)).toBe(100 + filter.latency)
    filter.close?.()
  })
})
