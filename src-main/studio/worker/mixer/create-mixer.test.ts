import { describe, expect, it } from 'vitest'
import type { AudioStore } from '../../../media/worker/stores/media-stores.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { AudioFilter, SourceAudio } from '../../document/schemas/mixer-schemas.ts'
import { createMixer } from './create-mixer.ts'
import { blockFrames, type MixedBlock, type Mixer, type MixerInput } from './mixer.ts'
import { type Signal, SimulatedDevice } from './testing/simulated-device.ts'

const log: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
const audio = (changes: Partial<SourceAudio> = {}): SourceAudio => ({
  gainDb: 0,
  pan: 0,
  muted: false,
  solo: false,
  syncOffsetMs: 0,
  tracks: [1],
  monitoring: 'off',
  followsVideo: false,
  filters: [],
  ...changes,
})
const filter = (kind: string, settings: Record<string, unknown> = {}, enabled = true): AudioFilter => ({
  id: kind,
  name: kind,
  kind,
  enabled,
  settings,
})
const steady =
  (level: number): Signal =>
  () => [level, level]

/** A mixer with sources that hear signals; `mix` goes on by blocks and answers the last. */
function studio(signals: Record<string, Signal>) {
  const mixer: Mixer = createMixer({ log })
  const devices = Object.entries(signals).map(([source, signal]) => ({ source, device: new SimulatedDevice({ signal }) }))
  let timeUs = 0
  mixer.setTracks([1, 2, 3, 4, 5, 6])
  return {
    mixer,
    set(settings: Record<string, Partial<SourceAudio>>, shown = true): void {
      const input = (source: string, store: AudioStore): MixerInput => ({
        source,
        name: source,
        store,
        audio: audio(settings[source]),
        shown,
      })
      mixer.setInputs(devices.filter(({ source }) => source in settings).map(({ source, device }) => input(source, device.store)))
    },
    mix(blocks: number, each?: (block: MixedBlock) => void): MixedBlock {
      let block: MixedBlock | undefined
      for (let index = 0; index < blocks; index++) {
        for (const { device } of devices) device.runTo(timeUs + mixer.delayUs)
        block = mixer.mix(timeUs)
        each?.(block)
        timeUs += 10_000
      }
      return block!
    },
  }
}

const last = (block: Float32Array | undefined) => [block!.at(-2)!, block!.at(-1)!]
/** Largest step from one sample of the left channel to the next over some blocks of track 1. */
function steepest(mix: (blocks: number, each: (block: MixedBlock) => void) => void, blocks: number): number {
  let before: number | undefined
  let max = 0
  mix(blocks, ({ tracks }) => {
    for (let frame = 0; frame < blockFrames; frame++) {
      const value = tracks[0]![frame * 2]!
      if (before !== undefined) max = Math.max(max, Math.abs(value - before))
      before = value
    }
  })
  return max
}

describe('the mixer', () => {
  it('sums sources with their gain and pan, exactly, on the tracks that they go to', () => {
    const { set, mix } = studio({ a: steady(0.5), b: steady(0.25) })
    set({ a: { tracks: [1, 3] }, b: { gainDb: -6, pan: 1, tracks: [1, 2] } })
    const { tracks, monitor, timeUs } = mix(5)
    const quarter = 0.25 * 10 ** (-6 / 20)
    expect(timeUs).toBe(40_000)
    expect(last(tracks[0])).toEqual([0.5, Math.fround(0.5 + Math.fround(quarter))])
    expect(last(tracks[1])).toEqual([0, Math.fround(quarter)])
    expect(last(tracks[2])).toEqual([0.5, 0.5])
    expect(last(tracks[3])).toEqual([0, 0])
    expect(monitor).toBeUndefined()
  })

  it('mutes, solos and monitors, each without a click', () => {
    const { set, mix } = studio({ a: steady(0.5), b: steady(0.25) })
    set({ a: {}, b: {} })
    mix(5)
    const changes: [Record<string, Partial<SourceAudio>>, number, number | undefined][] = [
      [{ a: { muted: true }, b: {} }, 0.25, undefined],
      [{ a: { solo: true }, b: {} }, 0.5, undefined],
      [{ a: { monitoring: 'only' }, b: { monitoring: 'also' } }, 0.25, 0.75],
      [{ a: { monitoring: 'also', muted: true }, b: {} }, 0.25, 0],
      [{ a: { gainDb: -100 }, b: { gainDb: 6 } }, Math.fround(0.25 * 10 ** (6 / 20)), undefined],
      [{ b: {} }, 0.25, undefined],
      [{ a: {}, b: {} }, 0.75, undefined],
    ]
    for (const [settings, track, monitor] of changes) {
      set(settings)
      expect(steepest(mix, 5), JSON.stringify(settings)).toBeLessThan(0.01)
      const block = mix(1)
      expect(block.tracks[0]![0]).toBe(track)
      expect(block.monitor?.[0]).toBe(monitor)
    }
  })

  it('fades a source in and out with its video', () => {
    const { set, mix } = studio({ a: steady(0.5) })
    set({ a: { followsVideo: true } }, false)
    expect(mix(5).tracks[0]![0]).toBe(0)
    set({ a: { followsVideo: true } }, true)
    expect(mix(8).tracks[0]![0]).toBeCloseTo(0.25, 1)
    expect(mix(8).tracks[0]![0]).toBe(0.5)
  })

  it('asks to be mixed later for what is to be earlier, and gives the time back', () => {
    const { mixer, set, mix } = studio({ a: (seconds) => [seconds, 0], b: (seconds) => [0, seconds] })
    const delay = mixer.delayUs
    set({ a: { syncOffsetMs: -300 }, b: { syncOffsetMs: 100 } })
    expect(mixer.delayUs).toBe(delay + 300_000)
    const { timeUs, tracks } = mix(30)
    expect(tracks[0]![0]).toBeCloseTo(timeUs / 1e6 + 0.3, 5)
    expect(tracks[0]![1]).toBeCloseTo(timeUs / 1e6 - 0.1, 5)
    set({ a: {}, b: {} })
    mix(100)
    expect(mixer.delayUs).toBe(delay + 200_000)
    mix(210)
    expect(mixer.delayUs).toBe(delay)
  })

  it('keeps sources in step whose filters look ahead', () => {
    const click: Signal = (seconds) => [Math.round(seconds * 48_000) === 24_000 ? 0.5 : 0, 0]
    const { mixer, set, mix } = studio({ a: click, b: click })
    set({ a: { filters: [filter('limiter')], tracks: [1] }, b: { tracks: [2] } })
    expect(mixer.delayUs).toBe(55_000)
    const found: [number, number][] = [[], []] as never
    mix(60, ({ timeUs, tracks }) => {
      for (const track of [0, 1]) {
        const at = tracks[track]!.indexOf(0.5)
        if (at >= 0) found[track]!.push(timeUs + Math.round((at / 2 / 48_000) * 1e6))
      }
    })
    expect(found).toEqual([[500_000], [500_000]])
  })

  it('filters tracks, which stay in step with each other and with what is monitored', () => {
    const click: Signal = (seconds) => [[24_000, 72_000, 120_000].includes(Math.round(seconds * 48_000)) ? 0.5 : 0, 0]
    const { mixer, set, mix } = studio({ a: click })
    set({ a: { tracks: [1, 2, 3], monitoring: 'also' } })
    const found: number[][] = [[], [], [], []]
    const listen = (seconds: number) =>
      mix(seconds * 100, ({ timeUs, tracks, monitor }) => {
        for (const [index, heard] of [tracks[0]!, tracks[1]!, tracks[2]!, monitor!].entries()) {
          const at = heard.findIndex((sample) => Math.abs(sample) > 0.05)
          if (at >= 0) found[index]!.push(Math.round(timeUs + (at / 2 / 48_000) * 1e6))
        }
      })
    listen(0.9)
    // 5 ms, and 20 ms with what is in front of it: in whole blocks.
    mixer.setTrackFilters([[], [filter('limiter', { ceilingDb: -20 })], [filter('noise-suppression', { amount: 0 }), filter('loudness')]])
    expect(mixer.delayUs).toBe(80_000)
    listen(1)
    mixer.setTrackFilters([[], [filter('limiter', { ceilingDb: -20 })]])
    expect(mixer.delayUs).toBe(80_000)
    listen(1)
    expect(mixer.delayUs).toBe(60_000)
    for (const times of found) expect(times).toEqual([500_000, 1_500_000, 2_500_000])
  })

  it('lets the filters of a source sleep that nobody hears, and wakes them without a click', () => {
    const { mixer, set, mix } = studio({ a: steady(0.5), b: steady(0.5) })
    const slow = filter('gate', { openDb: -20, closeDb: -20, attackMs: 1000, holdMs: 0 })
    const level = (muted: boolean, more: Record<string, Partial<SourceAudio>> = {}) => {
      set({ a: { filters: [slow], muted }, ...more })
      expect(steepest(mix, 20)).toBeLessThan(0.01)
      return mix(1).tracks[0]![0]!
    }
    const opening = level(false)
    expect(opening).toBeLessThan(0.3)
    expect(level(true)).toBe(0)
    // It did not move, and opens again.
    expect(level(false)).toBeCloseTo(opening, 1)
    expect(level(true)).toBe(0)
    mixer.meters()
    level(true)
    mixer.meters()
    // A meter had it opened further.
    expect(level(false)).toBeGreaterThan(opening + 0.1)
    // One that steers another is heard.
    const ducking = filter('compressor', { key: 'a', thresholdDb: -60, ratio: 50 })
    expect(level(false, { a: { filters: [slow], tracks: [] }, b: { filters: [ducking] } })).toBeLessThan(0.3)
  })

  it('changes the filters of tracks under audio without a click, controlled by a source where that is wanted', () => {
    const { mixer, set, mix } = studio({ a: steady(0.5), voice: steady(0.4) })
    set({ a: {}, voice: { tracks: [2] } })
    mix(5)
    for (const [filters, level] of [
      [[filter('gain', { gainDb: -6 })], 0.5 * 10 ** (-6 / 20)],
      [[filter('limiter', { ceilingDb: -20 })], 0.1],
      [[filter('limiter', { ceilingDb: -20 }, false)], 0.5],
      [[filter('limiter', { ceilingDb: -20 }), filter('noise-suppression', { amount: 0 })], 0.1],
      [[filter('compressor', { key: 'voice', thresholdDb: -30, ratio: 50, kneeDb: 0, attackMs: 0.1 }), filter('limiter')], 0.042],
      [[], 0.5],
    ] as const) {
      mixer.setTrackFilters([filters])
      const heard: MixedBlock['tracks'][0][] = []
      const mixAll = (blocks: number, each: (block: MixedBlock) => void) =>
        mix(blocks, (block) => {
          heard.push(block.tracks[1]!.slice())
          each(block)
        })
      expect(steepest(mixAll, 60), JSON.stringify(filters)).toBeLessThan(0.006)
      expect(mix(1).tracks[0]![0]).toBeCloseTo(level, 2)
      // The other track hears nothing of it.
      expect(heard.every((block) => block!.every((sample) => sample === Math.fround(0.4)))).toBe(true)
    }
    expect(mixer.meters().map(({ of }) => of)).toContain('track:1')
    mix(3)
    expect(mixer.meters().find(({ of }) => of === 'track:1')!.peakDb[0]).toBeCloseTo(-6.02, 1)
  })

  it('ducks one source under another, unless that is muted', () => {
    const { set, mix } = studio({ music: steady(0.5), voice: steady(0.4) })
    const ducking = filter('compressor', { key: 'voice', thresholdDb: -30, ratio: 20, kneeDb: 0 })
    set({ music: { filters: [ducking] }, voice: { tracks: [2] } })
    expect(mix(30).tracks[0]![0]).toBeLessThan(0.05)
    set({ music: { filters: [ducking] }, voice: { tracks: [2], muted: true } })
    expect(mix(60).tracks[0]![0]).toBeCloseTo(0.5, 2)
    set({ music: { filters: [ducking] } })
    expect(mix(10).tracks[0]![0]).toBeCloseTo(0.5, 2)
  })

  it('turns, adds and removes filters under audio without a click', () => {
    const { set, mix } = studio({ a: steady(0.5) })
    const eq = (enabled: boolean) => filter('three-band-equalizer', { lowDb: -6, midDb: -6, highDb: -6 }, enabled)
    set({ a: {} })
    mix(5)
    const half = 0.5 * 10 ** (-6 / 20)
    for (const [filters, level] of [
      [[eq(true)], half],
      [[eq(false)], 0.5],
      [[eq(false), filter('limiter')], 0.5],
      [[eq(true), filter('limiter')], half],
      [[eq(true), filter('limiter', {}, false)], half],
      [[eq(true), filter('limiter', { ceilingDb: -20 })], 0.1],
      [[filter('limiter', { ceilingDb: -20 }), eq(true)], 0.1 * 10 ** (-6 / 20)],
      [[], 0.5],
    ] as const) {
      set({ a: { filters: [...filters] } })
      expect(steepest(mix, 12), JSON.stringify(filters)).toBeLessThan(0.005)
      expect(mix(1).tracks[0]![0]).toBeCloseTo(level, 5)
    }
  })

  it('lets nothing through that is no number, and recovers', () => {
    const { set, mix } = studio({ a: (seconds) => (seconds > 0.1 && seconds < 0.11 ? [Number.NaN, Number.POSITIVE_INFINITY] : [0.5, 0.5]) })
    set({ a: { filters: [filter('compressor', { thresholdDb: 0 }), filter('high-pass', { frequency: 20 }), filter('limiter')] } })
    let clean = true
    mix(40, ({ tracks }) => {
      clean &&= tracks[0]!.every((sample) => Math.abs(sample) <= 1)
    })
    expect(clean).toBe(true)
    expect(mix(1).tracks[0]!.some((sample) => sample !== 0)).toBe(true)
  })

  it('measures peaks since the last reading, RMS and momentary loudness of sources and tracks', () => {
    const wave: Signal = (seconds) => {
      const value = 0.1 * Math.sin(2 * Math.PI * 997 * seconds)
      return [value, Math.abs(seconds - 1) < 1e-6 ? 0.9 : 0]
    }
    const { mixer, set, mix } = studio({ a: wave })
    mixer.setTracks([2])
    set({ a: { tracks: [2], gainDb: -20, muted: true } })
    mixer.meters()
    mix(90)
    const [source, track] = mixer.meters()
    expect(source!.of).toBe('source:a')
    expect(source!.peakDb[0]).toBeCloseTo(-40, 2)
    expect(source!.peakDb[1]).toBe(-120)
    expect(source!.rmsDb[0]).toBeCloseTo(-43.01, 1)
    // BS.1770: a full-scale sine of 997 Hz in one channel is -3.01 LUFS.
    expect(source!.lufs).toBeCloseTo(-43.01, 1)
    expect(track).toEqual({ of: 'track:2', peakDb: [-120, -120], rmsDb: [-120, -120], lufs: -120, shortTermLufs: -120, inputDb: -120 })
    mix(20)
    expect(mixer.meters()[0]!.peakDb[1]).toBeCloseTo(-20.9, 1)
    mix(1)
    expect(mixer.meters()[0]!.peakDb[1]).toBe(-120)
  })

  it('bears sources that steer one another, come and go', () => {
    const { mixer, set, mix } = studio({ a: steady(0.5), b: steady(0.5) })
    const key = (source: string) => ({ filters: [filter('compressor', { key: source, thresholdDb: -30 })] })
    for (let turn = 0; turn < 20; turn++) {
      set(turn % 3 === 0 ? {} : turn % 3 === 1 ? { a: key('b'), b: key('a') } : { b: key('nobody') })
      expect(mix(2).tracks[0]!.every(Number.isFinite)).toBe(true)
    }
    set({ b: {} })
    expect(mixer.drift().map(({ source }) => source)).toEqual(['b'])
    mixer.close()
  })
})
