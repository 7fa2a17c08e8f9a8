import { describe, expect, it } from 'vitest'
import type { AudioStore } from '../../../../../media/worker/stores/media-stores.ts'
import { AudioRing, fadeFrames } from './audio-ring.ts'
import { Timeline } from './timeline.ts'

/** Keeps what was written as one value for each frame; `seams` are where its time did not go on. */
function heard() {
  const values: number[] = []
  const seams: number[] = []
  let endUs = Number.NaN
  const store = {
    write(samples: Float32Array, timeUs: number) {
      if (!(Math.abs(timeUs - endUs) <= 5000)) seams.push(timeUs)
      endUs = timeUs + (samples.length / 2 / 48_000) * 1e6
      for (let index = 0; index < samples.length; index += 2) values.push(samples[index] as number)
    },
  } as unknown as AudioStore
  return { store, values, seams }
}

const steady = (frames: number, value = 0.5): Float32Array => new Float32Array(2 * frames).fill(value)
const noTempo = (): never => {
  throw new Error('not at this speed')
}

function ring() {
  const timeline = new Timeline()
  timeline.reset(0, 1_000_000, 1)
  const { store, values, seams } = heard()
  return { ring: new AudioRing(store, timeline, noTempo), timeline, values, seams }
}

describe('audio on its way into the store', () => {
  it('is written as its time draws near, in one piece, and starts in a fade', () => {
    const { ring: audio, values, seams } = ring()
    for (let at = 0; at < 96_000; at += 1024) {
      audio.append(steady(1024), at)
      audio.pump(1_000_000 + (at / 48_000) * 1e6)
    }
    expect(seams).toEqual([1_000_000])
    expect(values[0]).toBeLessThan(0.01)
    expect(values[fadeFrames]).toBe(0.5)
    expect(values.slice(fadeFrames).every((value) => value === 0.5)).toBe(true)
  })

  it('fills a small hole, leaves out what overlaps, and restarts behind a long hole', () => {
    const { ring: audio, values, seams } = ring()
    audio.append(steady(4800), 0)
    audio.append(steady(4800), 5000)
    audio.append(steady(4800), 9000)
    expect(audio.head).toBe(13_800)
    audio.append(steady(4800), 48_000)
    audio.pump(Number.POSITIVE_INFINITY)
    expect(values.length).toBe(13_800 + 4800)
    expect(values.slice(4800, 5000).every((value) => value === 0)).toBe(true)
    expect(seams).toEqual([1_000_000, 2_000_000])
  })

  it('goes on after a pause from where the video was', () => {
    const { ring: audio, timeline, values, seams } = ring()
    audio.append(steady(9600), 0)
    audio.pump(1_150_000)
    audio.fadeOut()
    expect(Math.abs(values.at(-1) as number)).toBeLessThan(0.01)
    timeline.reset(100_000, 9_000_000, 1)
    audio.rewind(4800)
    audio.pump(9_150_000)
    expect(seams).toEqual([1_000_000, 9_000_000])
  })

  it('passes over into what follows a cut', () => {
    const { ring: audio, values } = ring()
    audio.append(steady(4800, 1), 0)
    audio.join(steady(960, 1))
    audio.append(steady(4800, -1), 4800)
    audio.pump(Number.POSITIVE_INFINITY)
    const steps = values.slice(fadeFrames).map((value, index, all) => Math.abs(value - (all[index + 1] ?? value)))
    expect(Math.max(...steps)).toBeLessThan(0.01)
    expect(values.at(-1)).toBe(-1)
  })
})
