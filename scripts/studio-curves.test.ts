import { describe, expect, it } from 'vitest'
import {
  type CompressorSettings,
  type ExpanderSettings,
  type LimiterSettings,
  limiterFrames,
} from '../src-main/studio/document/kinds/audio-filter-kinds.ts'
import { Compressor } from '../src-main/studio/worker/mixer/filters/compressor.ts'
import { Expander } from '../src-main/studio/worker/mixer/filters/expander.ts'
import { Limiter } from '../src-main/studio/worker/mixer/filters/limiter.ts'
import { blockFrames } from '../src-main/studio/worker/mixer/mixer.ts'
import { curveOf } from '../src-renderer/studio/filters/curves.ts'

const compressor: CompressorSettings = { thresholdDb: -24, ratio: 4, kneeDb: 8, attackMs: 1, releaseMs: 10, gainDb: 3, key: '' }
const expander: ExpanderSettings = { thresholdDb: -30, ratio: 3, rangeDb: 25, attackMs: 1, releaseMs: 10, gainDb: 2 }
const limiter: LimiterSettings = { ceilingDb: -6, releaseMs: 10, gainDb: 4 }

interface Processor {
  process(block: Float32Array, key: Float32Array | undefined): void
}

/** What leaves a filter that has heard a level for a while, dB. */
function settled(filter: Processor, inDb: number): number {
  let block = new Float32Array()
  for (let count = 0; count < 60 + limiterFrames / blockFrames; count++) {
    block = new Float32Array(blockFrames * 2).fill(10 ** (inDb / 20))
    filter.process(block, undefined)
  }
  return 20 * Math.log10(Math.abs(block.at(-1)!))
}

describe('the curves that the page draws', () => {
  it.each([-60, -45, -31, -27, -24, -21, -10, 0])('are what the filters do, at %d dB', (inDb) => {
    expect(curveOf('compressor', compressor)!(inDb)).toBeCloseTo(settled(new Compressor(compressor), inDb), 1)
    expect(curveOf('expander', expander)!(inDb)).toBeCloseTo(settled(new Expander(expander), inDb), 1)
    expect(curveOf('limiter', limiter)!(inDb)).toBeCloseTo(settled(new Limiter(limiter), inDb), 1)
  })

  it('are for filters of level alone', () => {
    expect(curveOf('equalizer', {})).toBeUndefined()
    expect(curveOf('gate', { openDb: -40 })!(-39)).toBe(-39)
    expect(curveOf('gate', { openDb: -40 })!(-41)).toBe(Number.NEGATIVE_INFINITY)
  })
})
