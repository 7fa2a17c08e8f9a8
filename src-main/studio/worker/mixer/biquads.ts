import { mixRate } from './mixer.ts'

/** Factors of one biquad: b0, b1, b2, a1, a2 with a0 = 1. */
export type Biquad = readonly [b0: number, b1: number, b2: number, a1: number, a2: number]

export const flat: Biquad = [1, 0, 0, 0, 0]
/** What is left of a filter's state after silence is made nothing before it becomes so small that processors slow down on it. */
const nothing = 1e-18

/** A row of biquads on interleaved stereo, in place. New factors are glided to over one block. */
export class StereoBiquads {
  readonly #count: number
  readonly #factors: Float64Array
  readonly #targets: Float64Array
  readonly #isGliding: Uint8Array
  /** For each biquad two states of each channel (transposed direct form II). */
  readonly #states: Float64Array

  constructor(initial: readonly Biquad[]) {
    this.#count = initial.length
    this.#factors = new Float64Array(initial.flat())
    this.#targets = new Float64Array(initial.flat())
    this.#isGliding = new Uint8Array(initial.length)
    this.#states = new Float64Array(initial.length * 4)
  }

  set(index: number, biquad: Biquad): void {
    for (let place = 0; place < 5; place++) {
      if (this.#targets[index * 5 + place] === biquad[place]) continue
      this.#targets[index * 5 + place] = biquad[place]!
      this.#isGliding[index] = 1
    }
  }

  process(block: Float32Array): void {
    for (let index = 0; index < this.#count; index++) {
      if (this.#isGliding[index] === 1) this.#glide(index, block)
      else if (!this.#isFlat(index)) this.#run(index, block)
    }
  }

  reset(): void {
    this.#states.fill(0)
  }

  #isFlat(index: number): boolean {
    const factors = this.#factors
    const at = index * 5
    return factors[at] === 1 && factors[at + 1] === 0 && factors[at + 2] === 0 && factors[at + 3] === 0 && factors[at + 4] === 0
  }

  #run(index: number, block: Float32Array): void {
    const factors = this.#factors
    const states = this.#states
    const at = index * 5
    const b0 = factors[at]!
    const b1 = factors[at + 1]!
    const b2 = factors[at + 2]!
    const a1 = factors[at + 3]!
    const a2 = factors[at + 4]!
    const place = index * 4
    let l1 = states[place]!
    let l2 = states[place + 1]!
    let r1 = states[place + 2]!
    let r2 = states[place + 3]!
    for (let sample = 0; sample < block.length; sample += 2) {
      const left = block[sample]!
      const right = block[sample + 1]!
      const leftOut = b0 * left + l1
      const rightOut = b0 * right + r1
      l1 = b1 * left - a1 * leftOut + l2
      r1 = b1 * right - a1 * rightOut + r2
      l2 = b2 * left - a2 * leftOut
      r2 = b2 * right - a2 * rightOut
      block[sample] = leftOut
      block[sample + 1] = rightOut
    }
    this.#keep(place, l1, l2, r1, r2)
  }

  /** The triangle of stable factors is convex: a straight way between two stable filters is stable throughout. */
  #glide(index: number, block: Float32Array): void {
    const factors = this.#factors
    const targets = this.#targets
    const states = this.#states
    const at = index * 5
    const place = index * 4
    const share = 2 / block.length
    let b0 = factors[at]!
    let b1 = factors[at + 1]!
    let b2 = factors[at + 2]!
    let a1 = factors[at + 3]!
    let a2 = factors[at + 4]!
    const b0Step = (targets[at]! - b0) * share
    const b1Step = (targets[at + 1]! - b1) * share
    const b2Step = (targets[at + 2]! - b2) * share
    const a1Step = (targets[at + 3]! - a1) * share
    const a2Step = (targets[at + 4]! - a2) * share
    let l1 = states[place]!
    let l2 = states[place + 1]!
    let r1 = states[place + 2]!
    let r2 = states[place + 3]!
    for (let sample = 0; sample < block.length; sample += 2) {
      b0 += b0Step
      b1 += b1Step
      b2 += b2Step
      a1 += a1Step
      a2 += a2Step
      const left = block[sample]!
      const right = block[sample + 1]!
      const leftOut = b0 * left + l1
      const rightOut = b0 * right + r1
      l1 = b1 * left - a1 * leftOut + l2
      r1 = b1 * right - a1 * rightOut + r2
      l2 = b2 * left - a2 * leftOut
      r2 = b2 * right - a2 * rightOut
      block[sample] = leftOut
      block[sample + 1] = rightOut
    }
    this.#keep(place, l1, l2, r1, r2)
    for (let factor = at; factor < at + 5; factor++) factors[factor] = targets[factor]!
    this.#isGliding[index] = 0
    if (this.#isFlat(index)) states.fill(0, place, place + 4)
  }

  #keep(place: number, l1: number, l2: number, r1: number, r2: number): void {
    const states = this.#states
    states[place] = Math.abs(l1) < nothing ? 0 : l1
    states[place + 1] = Math.abs(l2) < nothing ? 0 : l2
    states[place + 2] = Math.abs(r1) < nothing ? 0 : r1
    states[place + 3] = Math.abs(r2) < nothing ? 0 : r2
  }
}

export type BiquadShape = 'peak' | 'low-shelf' | 'high-shelf' | 'high-pass' | 'low-pass' | 'band-pass' | 'notch'

/** Factors at 48 kHz by the bilinear transform of the analogue prototypes (R. Bristow-Johnson, Audio EQ Cookbook). */
export function biquad(shape: BiquadShape, frequency: number, q: number, gainDb = 0): Biquad {
  const angle = (2 * Math.PI * Math.min(frequency, mixRate * 0.49)) / mixRate
  const cos = Math.cos(angle)
  const alpha = Math.sin(angle) / (2 * q)
  switch (shape) {
    case 'low-pass':
      return scaled((1 - cos) / 2, 1 - cos, (1 - cos) / 2, 1 + alpha, -2 * cos, 1 - alpha)
    case 'high-pass':
      return scaled((1 + cos) / 2, -1 - cos, (1 + cos) / 2, 1 + alpha, -2 * cos, 1 - alpha)
    case 'band-pass':
      return scaled(alpha, 0, -alpha, 1 + alpha, -2 * cos, 1 - alpha)
    case 'notch':
      return scaled(1, -2 * cos, 1, 1 + alpha, -2 * cos, 1 - alpha)
  }
  if (gainDb === 0) return flat
  const a = 10 ** (gainDb / 40)
  if (shape === 'peak') return scaled(1 + alpha * a, -2 * cos, 1 - alpha * a, 1 + alpha / a, -2 * cos, 1 - alpha / a)
  const root = 2 * Math.sqrt(a) * alpha
  // The two shelves are mirror images: with the cosine turned over one becomes the other.
  const side = shape === 'low-shelf' ? 1 : -1
  const turned = side * cos
  return scaled(
    a * (a + 1 - (a - 1) * turned + root),
    side * 2 * a * (a - 1 - (a + 1) * turned),
    a * (a + 1 - (a - 1) * turned - root),
    a + 1 + (a - 1) * turned + root,
    side * -2 * (a - 1 + (a + 1) * turned),
    a + 1 + (a - 1) * turned - root,
  )
}

function scaled(b0: number, b1: number, b2: number, a0: number, a1: number, a2: number): Biquad {
  return [b0 / a0, b1 / a0, b2 / a0, a1 / a0, a2 / a0]
}

/** Q of each biquad of a Butterworth filter with 6 dB per octave for each order: 2, 4 or 8. */
export function butterworthQs(order: number): readonly number[] {
  return Array.from({ length: order / 2 }, (_, index) => 1 / (2 * Math.cos((Math.PI * (2 * index + 1)) / (2 * order))))
}
