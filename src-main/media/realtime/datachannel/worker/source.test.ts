import { describe, expect, it } from 'vitest'
import { RtpHead, writeRtpHead } from '../../../../formats/rtp/rtp.ts'
import { Source } from './source.ts'

const parameterSets = Buffer.from([0x78, 0, 1, 0x67])
const firstOfSlice = Buffer.from([0x7c, 0x85])
const restOfSlice = Buffer.from([0x7c, 0x45])
const delta = Buffer.from([0x41, 0])

/** Pushes packets with consecutive sequence numbers from `sequence` on; each entry is a frame. */
function push(source: Source, sequence: number, frames: readonly (readonly Buffer[])[]): number {
  const head = new RtpHead()
  let next = sequence
  for (const [index, payloads] of frames.entries()) {
    for (const payload of payloads) {
      const packet = Buffer.concat([Buffer.alloc(12), payload])
      writeRtpHead(packet, 96, false, next, 3000 * index + sequence * 100_000, 1)
      head.read(packet)
      source.push(packet, head, 0)
      next = (next + 1) & 0xffff
    }
  }
  return next
}

const keyframe = [parameterSets, firstOfSlice, restOfSlice, firstOfSlice, restOfSlice]
const group = (deltas: number): Buffer[][] => [keyframe, ...Array.from({ length: deltas }, () => [delta])]

describe('the packets that a source keeps', () => {
  it('lets who joins start with the parameter sets of a keyframe that is cut into several packets', () => {
    const source = new Source({ name: 'h264', clockRate: 90_000 })
    push(source, 10, group(3))
    expect(source.keyframe).toBe(10)
  })

  it('drops what came before the last but one keyframe, also where sequence numbers wrap', () => {
    const source = new Source({ name: 'h264', clockRate: 90_000 })
    const second = push(source, 65_500, group(30))
    const third = push(source, second, group(30))
    push(source, third, group(5))
    expect(source.keyframe).toBe(third)
    const kept = Array.from({ length: 90 }, (_, index) => (65_500 + index) & 0xffff).map((sequence) => source.find(sequence) !== undefined)
    const gone = (second - 65_500) & 0xffff
    expect(kept).toEqual(kept.map((_, index) => index >= gone && index < 80))
  })

  it('keeps five seconds of Opus', () => {
    const source = new Source({ name: 'opus', clockRate: 48_000 })
    push(
      source,
      0,
      Array.from({ length: 1000 }, () => [delta]),
    )
    expect([743, 744, 999].map((sequence) => source.find(sequence) !== undefined)).toEqual([false, true, true])
  })
})
