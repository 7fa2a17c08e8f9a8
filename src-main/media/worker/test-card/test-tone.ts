/** Hz of the audio that the test stream is made with. */
export const toneSampleRate = 48_000

const hum = 440
const beep = 1000
const beepSamples = toneSampleRate / 10
/** 2 ms in and out: a bare edge would click over the whole spectrum and hide the onset. */
const rampSamples = 96

/**
 * The test tone: a quiet 440 Hz, and for a tenth of each second a 1 kHz beep, which starts `beepFrom` samples after the full second.
 * `firstSample` counts from a full second of the wall clock; both frequencies are whole numbers of periods per second,
 * so any sample can be computed on its own.
 */
export function fillTone(into: Float32Array, firstSample: number, beepFrom = 0): void {
  for (let index = 0; index < into.length; index++) {
    const sample = (firstSample + index) % toneSampleRate
    let value = 0.03 * Math.sin((2 * Math.PI * hum * sample) / toneSampleRate)
    const beeping = sample - beepFrom
    if (beeping >= 0 && beeping < beepSamples) {
      const edge = Math.min(1, beeping / rampSamples, (beepSamples - beeping) / rampSamples)
      value += 0.3 * edge * Math.sin((2 * Math.PI * beep * beeping) / toneSampleRate)
    }
    into[index] = value
  }
}
