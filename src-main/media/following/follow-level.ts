import type { ChosenSettings } from './chosen-settings.ts'

/**
 * Settings of audio filters that follow the level: of what comes into a filter the loud and the quiet parts of the last ten seconds are
 * known, and from them the settings are chosen.
 */

/** Levels of the last ten seconds, dBFS. */
export interface Loudness {
  /** What one reading in ten exceeds: a voice while it speaks. */
  readonly loudDb: number
  /** What one reading in ten stays below: the noise between words. */
  readonly quietDb: number
}

/** Readings that are looked back on, and those without which nothing is chosen. */
const maxReadings = 100
const minReadings = 20
/** Quieter is silence. */
const silentDb = -100
/** Quieter than this is nobody who speaks. */
const minLoudDb = -50

/** Peaks of what comes into a filter, ten readings a second. */
export class LevelWatch {
  readonly #peaksDb = new Float64Array(maxReadings)
  #count = 0

  /** @param peakDb dBFS of the last tenth of a second; -Infinity for silence */
  add(peakDb: number): void {
    this.#peaksDb[this.#count++ % maxReadings] = Math.max(silentDb, peakDb)
  }

  /** Undefined until two seconds were heard. */
  get loudness(): Loudness | undefined {
    if (this.#count < minReadings) return undefined
    const sorted = this.#peaksDb.slice(0, Math.min(this.#count, maxReadings)).sort()
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? silentDb
    return { loudDb: at(0.9), quietDb: at(0.1) }
  }
}

/** Settings of a compressor, as they are set. */
export interface CompressorFollows {
  readonly thresholdDb: number
  readonly ratio: number
  readonly gainDb: number
  /** How far the threshold and the gain may go from what is set, dB. */
  readonly followLimitDb: number
}

/** By so much a voice is above the threshold of its compressor, dB. */
const aboveThresholdDb = 6

/**
 * Threshold and gain for what is as loud as it is at this moment: it is compressed by as much however loud it is, and leaves as loud. Undefined
 * while nothing is loud enough: then what was chosen before is best.
 */
export function followLoud({ loudDb }: Loudness, set: CompressorFollows): ChosenSettings | undefined {
  if (loudDb < minLoudDb) return undefined
  const movedDb = within(loudDb - aboveThresholdDb - set.thresholdDb, set.followLimitDb)
  return { thresholdDb: tenth(within(set.thresholdDb + movedDb, 48, -48)), gainDb: tenth(within(set.gainDb - movedDb, 30)) }
}

/** Noise as quiet as this needs no suppression, and as loud as that all of it, dBFS. */
const [noNoiseDb, muchNoiseDb] = [-70, -45]

/** How much of the noise is suppressed, 0 to 1: the louder what is heard between words, the more. Never over what is set. */
export function followNoise({ quietDb }: Loudness, set: { readonly amount: number; readonly followLimit: number }): ChosenSettings {
  const needed = Math.min(1, Math.max(0, (quietDb - noNoiseDb) / (muchNoiseDb - noNoiseDb)))
  const least = Math.max(0, set.amount - set.followLimit)
  return { amount: Math.round((least + (set.amount - least) * needed) * 100) / 100 }
}

const within = (value: number, limit: number, middle = 0): number => Math.min(middle + limit, Math.max(middle - limit, value))
const tenth = (value: number): number => Math.round(value * 10) / 10

/** A step from what was chosen to what the level asks for; the same object where both are as good as equal. */
export function approachLevel(before: ChosenSettings, wanted: ChosenSettings): ChosenSettings {
  const next: Record<string, string | number> = {}
  let moved = false
  for (const [name, to] of Object.entries(wanted)) {
    const from = before[name]
    if (typeof to !== 'number' || typeof from !== 'number') {
      next[name] = to
      moved ||= from !== to
      continue
    }
    // Shares go by a twentieth, decibels by one.
    const most = name === 'amount' ? 0.05 : 1
    const enough = most / 2
    next[name] = Math.abs(to - from) < enough ? from : Math.round((from + within(to - from, most)) * 100) / 100
    moved ||= next[name] !== from
  }
  return moved ? next : before
}
