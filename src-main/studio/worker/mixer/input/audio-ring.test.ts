import { describe, expect, it } from 'vitest'
import { AudioRing } from './audio-ring.ts'

/** Frames whose left channel is their number and whose right one is its negative, scaled to stay in range. */
function frames(from: number, count: number): Float32Array {
  const samples = new Float32Array(count * 2)
  for (let frame = 0; frame < count; frame++) samples.set([(from + frame) / 4096, -(from + frame) / 4096], frame * 2)
  return samples
}
/** Numbers of the frames that it gives from `position` on. */
function numbers(ring: AudioRing, position: number, count: number): number[] {
  const into = new Float32Array(count * 2)
  ring.copy(position, into, 0, count)
  for (let frame = 0; frame < count; frame++) expect(into[frame * 2]! + into[frame * 2 + 1]!).toBe(0)
  return Array.from({ length: count }, (_, frame) => into[frame * 2]! * 4096)
}
const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, index) => from + index)

describe('the audio of a source that is not played yet', () => {
  it('is kept as it was appended, over the end of its memory', () => {
    const ring = new AudioRing(256, 256)
    for (let at = 0; at < 1000; at += 100) ring.append(frames(at, 100), 100, at)
    expect([ring.end, ring.begin]).toEqual([1000, 744])
    expect(numbers(ring, 744, 256)).toEqual(range(744, 256))
  })

  it('grows for what is still needed, with all that it has', () => {
    const ring = new AudioRing(256, 1024)
    ring.append(frames(0, 200), 200, 0)
    ring.append(frames(200, 200), 200, 0)
    expect([ring.end, ring.begin]).toEqual([400, 0])
    expect(numbers(ring, 0, 400)).toEqual(range(0, 400))
    ring.append(frames(400, 500), 500, 300)
    expect(numbers(ring, ring.begin, 900 - ring.begin)).toEqual(range(ring.begin, 900 - ring.begin))
    expect(ring.begin).toBeLessThanOrEqual(300)
  })

  it('drops the oldest where it may not grow any more', () => {
    const ring = new AudioRing(256, 512)
    for (let at = 0; at < 2000; at += 250) ring.append(frames(at, 250), 250, 0)
    expect([ring.end, ring.begin]).toEqual([2000, 1488])
    expect(numbers(ring, 1488, 512)).toEqual(range(1488, 512))
  })

  it('has no samples that are no numbers, or far beyond full scale', () => {
    const ring = new AudioRing(256, 256)
    ring.append(Float32Array.of(Number.NaN, 1, Number.POSITIVE_INFINITY, -1, 1e9, -1e9, 15, -15), 4, 0)
    const into = new Float32Array(8)
    ring.copy(0, into, 0, 4)
    expect([...into]).toEqual([0, 1, 0, -1, 16, -16, 15, -15])
  })
})
