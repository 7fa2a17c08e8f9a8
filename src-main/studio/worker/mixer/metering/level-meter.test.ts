import { describe, expect, it } from 'vitest'
import { blockFrames, mixRate } from '../mixer.ts'
import { LevelMeter } from './level-meter.ts'

/** Blocks of a sine: amplitude by channel. */
function* sine(hz: number, left: number, right: number, blocks: number): Generator<Float32Array> {
  for (let block = 0; block < blocks; block++) {
    const samples = new Float32Array(blockFrames * 2)
    for (let frame = 0; frame < blockFrames; frame++) {
      const value = Math.sin((2 * Math.PI * hz * (block * blockFrames + frame)) / mixRate)
      samples[frame * 2] = left * value
      samples[frame * 2 + 1] = right * value
    }
    yield samples
  }
}
const measure = (meter: LevelMeter, ...of: Parameters<typeof sine>): void => {
  for (const block of sine(...of)) meter.measure(block)
}
const silence = { of: 'track:1', peakDb: [-120, -120], rmsDb: [-120, -120], lufs: -120, shortTermLufs: -120, inputDb: -120 }

describe('a level meter', () => {
  it('reads silence before anything was measured, and of silence', () => {
    const meter = new LevelMeter()
    expect(meter.read('track:1')).toEqual(silence)
    measure(meter, 1000, 0, 0, 50)
    expect(meter.read('track:1')).toEqual(silence)
  })

  it('reads the peak and the RMS of each channel, and the loudness that ITU-R BS.1770 says', () => {
    const meter = new LevelMeter()
    // 997 Hz at -20 dBFS in both channels are -20 LUFS.
    measure(meter, 997, 0.1, 0.1, 60)
    const both = meter.read('track:1')
    expect(both.peakDb[0]).toBeCloseTo(-20, 2)
    expect(both.rmsDb[1]).toBeCloseTo(-23.01, 2)
    expect(both.lufs).toBeCloseTo(-20, 1)
    measure(meter, 997, 0.1, 0.01, 60)
    const one = meter.read('track:1')
    expect(one.peakDb[1]).toBeCloseTo(-40, 2)
    expect(one.rmsDb[1]).toBeCloseTo(-43.01, 2)
    expect(one.lufs).toBeCloseTo(-22.97, 1)
  })

  it('reads peak and RMS of the time since the last reading alone', () => {
    const meter = new LevelMeter()
    measure(meter, 997, 1, 1, 10)
    meter.read('')
    measure(meter, 997, 0.01, 0.01, 10)
    const quiet = meter.read('')
    expect([quiet.peakDb[0], quiet.rmsDb[0]].map(Math.round)).toEqual([-40, -43])
  })

  it('reads the loudness of the last 3 s, and the peak in front of the filters since the last reading', () => {
    const meter = new LevelMeter()
    measure(meter, 997, 0.1, 0.1, 150)
    measure(meter, 997, 0, 0, 150)
    // Half of the window is left.
    expect(meter.read('').shortTermLufs).toBeCloseTo(-23, 1)
    measure(meter, 997, 0, 0, 151)
    expect(meter.read('').shortTermLufs).toBeLessThan(-60)
    for (const block of sine(997, 0.01, 0.5, 10)) meter.measureInput(block)
    expect(meter.read('').inputDb).toBeCloseTo(-6.02, 1)
    expect(meter.read('').inputDb).toBe(-120)
  })

  it('reads the loudness of the last 400 ms', () => {
    const meter = new LevelMeter()
    measure(meter, 997, 0.1, 0.1, 40)
    measure(meter, 997, 0, 0, 20)
    // Half of the window is left: 3 dB less.
    expect(meter.read('').lufs).toBeCloseTo(-23, 0)
    measure(meter, 997, 0, 0, 60)
    expect(meter.read('').lufs).toBe(-120)
    measure(meter, 997, 0.1, 0.1, 40)
    expect(meter.read('').lufs).toBeCloseTo(-20, 0)
  })

  it('knows nothing of before once it starts again', () => {
    const meter = new LevelMeter()
    measure(meter, 997, 1, 1, 40)
    meter.reset()
    expect(meter.read('track:1')).toEqual(silence)
    measure(meter, 997, 0.1, 0.1, 5)
    expect(meter.read('').peakDb[0]).toBeCloseTo(-20, 1)
  })
})
