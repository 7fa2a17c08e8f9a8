import { describe, expect, it } from 'vitest'
import type { AudioStore } from '../../../../media/worker/stores/media-stores.ts'
import { blockFrames, mixRate } from '../mixer.ts'
import { memoryAudioStore } from '../testing/memory-audio-store.ts'
import { SimulatedDevice, type SimulatedDeviceOptions } from '../testing/simulated-device.ts'
import { findTone } from '../testing/tone-analysis.ts'
import { sincTable } from './sinc-table.ts'
import { SourceReader } from './source-reader.ts'

const blockUs = 10_000
const delayUs = 60_000
const tone = (hz: number) => (seconds: number) => {
  const value = 0.5 * Math.sin(2 * Math.PI * hz * seconds)
  return [value, value] as const
}

/** Plays a device for some seconds; answers the last `keptSeconds` of its left channel, and when they start. */
function play(
  options: SimulatedDeviceOptions,
  seconds: number,
  keptSeconds: number,
  each?: (device: SimulatedDevice, nowUs: number) => void,
) {
  const device = new SimulatedDevice({ startUs: 0, ...options })
  const reader = new SourceReader(device.store, sincTable(device.store.sampleRate, mixRate))
  const block = new Float32Array(blockFrames * 2)
  const left = new Float64Array(Math.round(keptSeconds * mixRate))
  const fromUs = (seconds - keptSeconds) * 1e6
  for (let timeUs = 0; timeUs < seconds * 1e6; timeUs += blockUs) {
    each?.(device, timeUs + delayUs)
    device.runTo(timeUs + delayUs)
    reader.read(timeUs, 0, block)
    const at = Math.round(((timeUs - fromUs) * mixRate) / 1e6)
    if (at >= 0) for (let frame = 0; frame < blockFrames; frame++) left[at + frame] = block[frame * 2]!
  }
  return { reader, left, fromUs }
}

const steepest = (samples: Float64Array) => {
  let max = 0
  for (let index = 1; index < samples.length; index++) max = Math.max(max, Math.abs(samples[index]! - samples[index - 1]!))
  return max
}

describe('audio on the mixer clock', () => {
  it('is untouched, to the sample, where the source runs on our clock', () => {
    const { left, fromUs } = play({ signal: tone(997) }, 0.2, 0.1)
    for (let index = 0; index < left.length; index += 97) {
      expect(left[index]).toBe(Math.fround(0.5 * Math.sin(2 * Math.PI * 997 * (fromUs / 1e6 + index / mixRate))))
    }
  })

  it.each([
    [48_000, 200, 1000, 6, -60],
    [44_100, -200, 1000, 6, -60],
    [48_000, 50, 0, 2, -90],
  ])('follows a device of %i Hz that is %i ppm off and jitters by %i us', (sampleRate, ppm, jitterUs, seconds, restDb) => {
    const { reader, left, fromUs } = play({ sampleRate, ppm, jitterUs, signal: tone(500) }, seconds, 0.1)
    const found = findTone(left, 500, 100)
    expect(Math.abs(reader.ppm - ppm)).toBeLessThan(30)
    expect(Math.abs(reader.offsetMs)).toBeLessThan(1)
    expect(Math.abs(found.frequency / 500 - 1)).toBeLessThan(1e-4)
    expect(found.restDb).toBeLessThan(restDb)
    const phase = found.phase - 2 * Math.PI * 500 * (fromUs / 1e6)
    expect(Math.abs(Math.atan2(Math.sin(phase), Math.cos(phase))) / (2 * Math.PI * 500)).toBeLessThan(0.4e-3)
  })

  it('comes to where audio belongs, without a jump, where its first time was wrong', () => {
    const store = memoryAudioStore(48_000)
    const reader = new SourceReader(store, sincTable(48_000, mixRate))
    const ramp = new Float32Array(blockFrames * 2)
    const block = new Float32Array(blockFrames * 2)
    const offs: number[] = []
    for (let index = 0; index < 1000; index++) {
      for (let sample = 0; sample < ramp.length; sample++) ramp[sample] = (index * blockFrames + (sample >> 1)) / 1e6
      store.write(ramp, index * blockUs + (index === 0 ? 4000 : 0))
      reader.read((index - 6) * blockUs, 0, block)
      // Frames that are heard against those that belong there, ms.
      if (index > 20) offs.push((block[0]! * 1e6 - (index - 6) * blockFrames) / 48)
    }
    expect(offs[0]).toBeLessThan(-2)
    expect(Math.abs(offs.at(-1)!)).toBeLessThan(0.3)
    expect(Math.max(...offs.map((off, at) => off - (offs[at - 1] ?? off)))).toBeLessThan(0.01)
  })

  it.each([
    [44_100, 997, -90],
    [32_000, 997, -90],
    [96_000, 9970, -75],
  ])('keeps a tone from %i Hz of %i Hz pure to %i dB', (sampleRate, hz, restDb) => {
    const { left } = play({ sampleRate, signal: tone(hz) }, 0.2, 0.1)
    const found = findTone(left, hz, 0)
    expect(found.restDb).toBeLessThan(restDb)
    expect(Math.abs(found.amplitude / 0.5 - 1)).toBeLessThan(1e-3)
  })

  it('folds nothing of a faster source back', () => {
    const { left } = play({ sampleRate: 96_000, signal: tone(30_000) }, 0.2, 0.1)
    expect(Math.max(...left)).toBeLessThan(0.5 * 10 ** (-60 / 20))
  })

  it('fades over a gap without a click, stays where it belongs and counts what is missing', () => {
    const { reader, left, fromUs } = play({ signal: tone(100) }, 1, 0.5, (device, nowUs) => {
      if (nowUs === 700_000) device.skip(9600)
    })
    expect(reader.missing).toBe(9600)
    expect(steepest(left)).toBeLessThan(0.5 * ((2 * Math.PI * 100) / mixRate) * 1.5)
    const last = left.length - 480
    expect(left[last]).toBeCloseTo(0.5 * Math.sin(2 * Math.PI * 100 * (fromUs / 1e6 + last / mixRate)), 4)
  })

  it('falls silent without a click when the source stops', () => {
    const store = memoryAudioStore(48_000)
    const reader = new SourceReader(store, sincTable(48_000, mixRate))
    const samples = new Float32Array(4800 * 2).fill(0.5)
    store.write(samples, 0)
    const heard = new Float64Array(20 * blockFrames)
    const block = new Float32Array(blockFrames * 2)
    for (let index = 0; index < 20; index++) {
      reader.read(index * blockUs, 0, block)
      for (let frame = 0; frame < blockFrames; frame++) heard[index * blockFrames + frame] = block[frame * 2]!
    }
    expect(heard[2400]).toBe(0.5)
    expect(heard.at(-1)).toBe(0)
    expect(steepest(heard)).toBeLessThan(0.5 * (2 / 240))
  })

  it('goes over to the newest audio where times run back, with a crossfade', () => {
    const store = memoryAudioStore(48_000)
    const reader = new SourceReader(store, sincTable(48_000, mixRate))
    store.write(new Float32Array(48_000 * 2).fill(0.25), 0)
    const block = new Float32Array(blockFrames * 2)
    for (let index = 0; index < 5; index++) reader.read(index * blockUs, 0, block)
    store.write(new Float32Array(4800 * 2).fill(-0.25), 50_000)
    const heard: number[] = []
    for (let index = 5; index < 8; index++) {
      reader.read(index * blockUs, 0, block)
      heard.push(block[0]!, block[blockFrames]!, block[blockFrames * 2 - 2]!)
    }
    expect(heard[0]).toBeCloseTo(0.25, 2)
    expect(heard.at(-1)).toBe(-0.25)
    expect(reader.missing).toBe(0)
  })

  it('plays a source that always comes late as much later, and tells so', () => {
    const device = new SimulatedDevice({ signal: tone(500) })
    const reader = new SourceReader(device.store, sincTable(48_000, mixRate))
    const block = new Float32Array(blockFrames * 2)
    let silent = 0
    for (let index = 0; index < 150; index++) {
      device.runTo(index * blockUs - 100_000)
      const isAudible = reader.read(index * blockUs, 0, block)
      if (index > 60 && !isAudible) silent++
    }
    expect(silent).toBe(0)
    expect(reader.offsetMs).toBeGreaterThan(100)
    expect(reader.offsetMs).toBeLessThan(140)
  })

  it('bears a storm of seams and invalid numbers', () => {
    const store = memoryAudioStore(48_000)
    const reader = new SourceReader(store, sincTable(48_000, mixRate))
    const block = new Float32Array(blockFrames * 2)
    const bad = new Float32Array([Number.NaN, Number.POSITIVE_INFINITY, 1e30, Number.NEGATIVE_INFINITY, ...new Array(28).fill(0.1)])
    for (let index = 0; index < 50; index++) {
      for (let write = 0; write < 40; write++) store.write(bad, index * blockUs + ((write * 7919) % 400) * 1000)
      reader.read(index * blockUs, 0, block)
      expect(block.every((sample) => Math.abs(sample) <= 16)).toBe(true)
    }
  })

  it('fades out where the store is closed under it', () => {
    const device = new SimulatedDevice({ signal: () => [0.5, 0.5] })
    let isClosed = false
    const store: AudioStore = {
      ...device.store,
      read(from, into) {
        if (isClosed) throw new TypeError('The sound store is closed')
        return device.store.read(from, into)
      },
    }
    const reader = new SourceReader(store, sincTable(48_000, mixRate))
    const block = new Float32Array(blockFrames * 2)
    device.runTo(100_000)
    reader.read(0, 0, block)
    isClosed = true
    const heard: number[] = []
    for (let index = 1; index < 15; index++) {
      reader.read(index * blockUs, 0, block)
      heard.push(block[0]!)
    }
    expect(heard[2]).toBe(0.5)
    expect(heard.at(-1)).toBe(0)
  })

  it('takes audio from earlier or later than a block, and jumps there softly', () => {
    const device = new SimulatedDevice({ signal: (seconds) => [seconds, seconds] })
    const reader = new SourceReader(device.store, sincTable(48_000, mixRate))
    const block = new Float32Array(blockFrames * 2)
    const at = (index: number, aheadUs: number) => {
      device.runTo(index * blockUs + 400_000)
      reader.read(index * blockUs, aheadUs, block)
      return block[0]!
    }
    for (let index = 0; index < 50; index++) at(index, 0)
    expect(at(50, 0)).toBeCloseTo(0.5, 5)
    at(51, 300_000)
    expect(at(52, 300_000)).toBeCloseTo(0.82, 5)
    at(53, -200_000)
    expect(at(54, -200_000)).toBeCloseTo(0.34, 5)
  })
})
