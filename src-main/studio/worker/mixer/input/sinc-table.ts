/** Windowed sincs at many fractions of a frame: the signal between two of its samples. Immutable; shared by all readers of a rate. */
export interface SincTable {
  /** Frames that one output frame is made of; even. */
  readonly taps: number
  readonly phases: number
  /** `taps` factors for each phase. */
  readonly coefficients: Float32Array
}

/** Frames on either side at equal rates. More make the step from pass to stop steeper and cost as much more. */
const tapsAtSameRate = 32
/** Of the window: side lobes below -75 dB, far from the step below -100 dB. */
const kaiserBeta = 7.5
const windowSteps = 2048

/**
 * Table for `from` Hz to `to` Hz. Going down, the kernel widens with the ratio so that nothing folds back.
 * The nearest of 4096 fractions is taken: what that leaves out is below -100 dB at 1 kHz.
 */
export function sincTable(from: number, to: number): SincTable {
  const ratio = Math.max(1, from / to)
  const taps = Math.min(128, 2 * Math.ceil((tapsAtSameRate * ratio) / 2))
  const phases = 4096
  // Of the input's rate: middle of the slope, a little under half of the lower rate.
  const cutoff = (0.5 / ratio) * 0.95
  const window = kaiserWindow()
  const coefficients = new Float32Array(phases * taps)
  const row = new Float64Array(taps)
  const half = taps / 2
  // The sine of each tap comes from the one before by turning: made while the studio runs, this has a few milliseconds.
  const turnSin = Math.sin(2 * Math.PI * cutoff)
  const turnCos = Math.cos(2 * Math.PI * cutoff)
  for (let phase = 0; phase < phases; phase++) {
    const first = -(half - 1) - phase / phases
    let sin = Math.sin(2 * Math.PI * cutoff * first)
    let cos = Math.cos(2 * Math.PI * cutoff * first)
    let sum = 0
    for (let tap = 0; tap < taps; tap++) {
      const distance = first + tap
      const place = Math.min(1, Math.abs(distance / half)) * windowSteps
      const step = Math.min(windowSteps - 1, Math.floor(place))
      const weight = window[step]! + (window[step + 1]! - window[step]!) * (place - step)
      const value = distance === 0 ? weight : (weight * sin) / (2 * Math.PI * cutoff * distance)
      row[tap] = value
      sum += value
      const next = sin * turnCos + cos * turnSin
      cos = cos * turnCos - sin * turnSin
      sin = next
    }
    // Each phase passes a constant signal at exactly 1, or the phases would be heard as a modulation.
    for (let tap = 0; tap < taps; tap++) coefficients[phase * taps + tap] = row[tap]! / sum
  }
  return { taps, phases, coefficients }
}

/** Right half of a Kaiser window, from its middle to its edge. */
function kaiserWindow(): Float64Array {
  const window = new Float64Array(windowSteps + 1)
  const top = besselI0(kaiserBeta)
  for (let step = 0; step <= windowSteps; step++) window[step] = besselI0(kaiserBeta * Math.sqrt(1 - (step / windowSteps) ** 2)) / top
  return window
}

/** Modified Bessel function of the first kind, order 0. */
function besselI0(x: number): number {
  let sum = 1
  let term = 1
  for (let k = 1; k < 40 && term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}
