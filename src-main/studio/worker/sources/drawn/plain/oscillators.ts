import type { ToneSettings } from '../../../../document/kinds/drawn.ts'

/** Fills mono samples that start at frame `from`. */
export type Oscillator = (into: Float32Array, from: number) => void

const turn = 2 * Math.PI

/** The waveform that the settings describe, at full level: peaks of 1 for tones, RMS of 1 for noise. */
export function createOscillator(settings: ToneSettings, sampleRate: number): Oscillator {
  switch (settings.shape) {
    case 'sine':
      return sine(settings.frequency, sampleRate)
    case 'sweep':
      return sweep(settings.frequency, settings.toFrequency, Math.round((settings.sweepMs * sampleRate) / 1000), sampleRate)
    case 'pink':
      return pinkNoise()
    case 'white':
      return whiteNoise()
  }
}

/** Each sample from its number: no rounding adds up, so the frequency is exact after hours. */
function sine(frequency: number, sampleRate: number): Oscillator {
  return (into, from) => {
    for (let index = 0; index < into.length; index++) {
      // Whole turns are cut off before the sine sees them: large angles would lose their fraction.
      into[index] = Math.sin(turn * (((from + index) * frequency) / sampleRate - Math.floor(((from + index) * frequency) / sampleRate)))
    }
  }
}

/** Exponential from one frequency to another, over and over. */
function sweep(fromHz: number, toHz: number, length: number, sampleRate: number): Oscillator {
  const ratio = Math.log(toHz / fromHz)
  const seconds = length / sampleRate
  return (into, from) => {
    for (let index = 0; index < into.length; index++) {
      const place = ((from + index) % length) / length
      const turns = ratio === 0 ? fromHz * seconds * place : ((fromHz * seconds) / ratio) * (Math.exp(ratio * place) - 1)
      into[index] = Math.sin(turn * (turns - Math.floor(turns)))
    }
  }
}

/** Uniform noise of RMS 1. */
function whiteNoise(): Oscillator {
  const peak = Math.sqrt(3)
  return (into) => {
    for (let index = 0; index < into.length; index++) into[index] = (2 * Math.random() - 1) * peak
  }
}

/** Paul Kellet's filter: white noise through six one-pole low-passes falls 3 dB an octave within 0.05 dB above 9 Hz. */
const pinkPoles = [
  [0.99886, 0.0555179],
  [0.99332, 0.0750759],
  [0.969, 0.153852],
  [0.8665, 0.3104856],
  [0.55, 0.5329522],
  [-0.7616, -0.016898],
] as const
/** RMS of that filter's output for uniform noise between -1 and 1, measured. */
const pinkRms = 1.765

function pinkNoise(): Oscillator {
  const state = new Float64Array(pinkPoles.length)
  let late = 0
  return (into) => {
    for (let index = 0; index < into.length; index++) {
      const white = 2 * Math.random() - 1
      let sum = late + white * 0.5362
      for (let pole = 0; pole < pinkPoles.length; pole++) {
        const [keep, take] = pinkPoles[pole] as (typeof pinkPoles)[number]
        const value = keep * (state[pole] as number) + white * take
        state[pole] = value
        sum += value
      }
      late = white * 0.115926
      into[index] = sum / pinkRms
    }
  }
}
