import { blockFrames, mixRate } from '../mixer.ts'

/** Frames (167 us) for which levels are taken and gains computed once; between gains the way is straight. */
const stepFrames = 8
export const steps = blockFrames / stepFrames

/** Share of the way that is gone in one step, for a time constant. */
export const stepShare = (ms: number): number => 1 - Math.exp((-1000 * stepFrames) / (mixRate * ms))

/** Steps in a time. */
export const stepsIn = (ms: number): number => (ms * mixRate) / (1000 * stepFrames)

/** Writes the greatest amplitude of either channel in each step of a block. */
export function stepPeaks(block: Float32Array, into: Float64Array): void {
  let sample = 0
  for (let step = 0; step < steps; step++) {
    let peak = 0
    for (const end = sample + 2 * stepFrames; sample < end; sample++) {
      const size = Math.abs(block[sample]!)
      if (size > peak) peak = size
    }
    into[step] = peak
  }
}

/** Multiplies a block by gains that hold at the end of each step; `before` applies at its start. */
export function applyStepGains(block: Float32Array, before: number, gains: Float64Array): void {
  let gain = before
  let sample = 0
  for (let step = 0; step < steps; step++) {
    const next = gains[step]!
    const end = sample + 2 * stepFrames
    if (gain === 1 && next === 1) {
      sample = end
      continue
    }
    const rise = (next - gain) / stepFrames
    for (; sample < end; sample += 2) {
      gain += rise
      block[sample]! *= gain
      block[sample + 1]! *= gain
    }
    gain = next
  }
}
