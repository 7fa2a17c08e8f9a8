/** A tone found in audio, for tests and benches. */
export interface ToneFound {
  /** Hz. */
  readonly frequency: number
  readonly amplitude: number
  /** Radians of the sine at time 0 of the audio. */
  readonly phase: number
  /** All else (distortion, noise, other tones) against the tone, dB. */
  readonly restDb: number
}

/** Fits a sine near `frequency` to samples at 48 kHz by least squares. */
export function findTone(samples: ArrayLike<number>, frequency: number, searchPpm = 300): ToneFound {
  let low = frequency * (1 - searchPpm * 1e-6)
  let high = frequency * (1 + searchPpm * 1e-6)
  // What is left falls and rises about the true frequency: thirds close in on it.
  for (let turn = 0; searchPpm > 0 && turn < 30; turn++) {
    const one = low + (high - low) / 3
    const other = high - (high - low) / 3
    if (fitSine(samples, one).rest < fitSine(samples, other).rest) high = other
    else low = one
  }
  const found = (low + high) / 2
  const { sin, cos, rest } = fitSine(samples, found)
  const amplitude = Math.hypot(sin, cos)
  return {
    frequency: found,
    amplitude,
    phase: Math.atan2(cos, sin),
    restDb: 10 * Math.log10(Math.max(rest, 1e-30) / (amplitude ** 2 / 2)),
  }
}

/** Least squares of `sin * sin(wt) + cos * cos(wt)`, and the mean square of what it leaves. */
function fitSine(samples: ArrayLike<number>, frequency: number): { sin: number; cos: number; rest: number } {
  const step = (2 * Math.PI * frequency) / 48_000
  const turnSin = Math.sin(step)
  const turnCos = Math.cos(step)
  let sin = 0
  let cos = 1
  let ss = 0
  let cc = 0
  let sc = 0
  let ys = 0
  let yc = 0
  let yy = 0
  for (let index = 0; index < samples.length; index++) {
    const value = samples[index]!
    ss += sin * sin
    cc += cos * cos
    sc += sin * cos
    ys += value * sin
    yc += value * cos
    yy += value * value
    const next = sin * turnCos + cos * turnSin
    cos = cos * turnCos - sin * turnSin
    sin = next
  }
  const determinant = ss * cc - sc * sc
  const a = (ys * cc - yc * sc) / determinant
  const b = (yc * ss - ys * sc) / determinant
  return { sin: a, cos: b, rest: Math.max(0, yy - a * ys - b * yc) / samples.length }
}
