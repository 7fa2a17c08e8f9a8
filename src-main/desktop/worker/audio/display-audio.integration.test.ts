import { afterEach, beforeEach, expect, it } from 'vitest'
import { openAudioDecoder } from '../../../media/worker/ffmpeg/opus-decoder.ts'
import type { OnAudio } from './captured-audio.ts'
import { DisplayAudio } from './display-audio.ts'

/** What is sent of a capture that the test plays; e2e/desktop-audio.e2e.ts has PipeWire's. */

let audio: DisplayAudio
let play: OnAudio
let captures: string[]
let sent: Map<number, Buffer[]>
let at = 0

beforeEach(() => {
  captures = []
  sent = new Map()
  at = 0
  audio = new DisplayAudio({
    send: (viewer, parts) => sent.set(viewer, [...(sent.get(viewer) ?? []), Buffer.concat(parts)]),
    onProblem: (problem) => captures.push(problem),
    capture(onAudio) {
      play = onAudio
      return { start: () => captures.push('start'), stop: () => captures.push('stop'), close: () => captures.push('close') }
    },
  })
})
afterEach(() => audio.stop())

const ms = (count: number, level: number): void => {
  const samples = Float32Array.from({ length: count * 96 }, (_, index) => level * Math.sin(((2 * Math.PI * 1000) / 48_000) * (index >> 1)))
  play(samples, at, (at * 1e6) / 48_000)
  at += count * 48
}
const numbers = (viewer: number) => (sent.get(viewer) ?? []).map((message) => message.readUInt32LE(4))

it('sends packets of 10 ms that decode to what was played', () => {
  audio.hear(1, { kind: 'listen', on: true })
  ms(200, 0.5)
  expect(numbers(1)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
  expect(sent.get(1)!.every((message) => message[0] === 4)).toBe(true)
  const decoder = openAudioDecoder()
  const decoded = sent.get(1)!.flatMap((message) => decoder.decode(message.subarray(8)))
  decoder.close()
  expect(decoded.map(({ length }) => length / 2)).toEqual(Array(20).fill(480))
  expect(Math.max(...decoded.at(-1)!)).toBeGreaterThan(0.4)
})

it('leaves out what a listener who is half a second behind would hear late', () => {
  for (const viewer of [1, 2]) audio.hear(viewer, { kind: 'listen', on: true })
  for (let tenth = 0; tenth < 20; tenth++) {
    ms(100, 0.5)
    audio.hear(2, { kind: 'heard', packet: 10 * (tenth + 1) })
  }
  expect([numbers(1).length, numbers(2).length]).toEqual([50, 200])
  // More than was sent cannot have arrived.
  audio.hear(1, { kind: 'heard', packet: 4_000_000_000 })
  ms(1000, 0.5)
  expect(numbers(1)).toHaveLength(100)
})

it('encodes nothing in a silence, and nothing without listeners', () => {
  audio.hear(1, { kind: 'listen', on: true })
  ms(100, 0.5)
  ms(400, 0)
  for (let tenth = 0; tenth < 50; tenth++) ms(100, 0.00001)
  expect(numbers(1).length).toBeLessThanOrEqual(50)
  audio.hear(1, { kind: 'heard', packet: numbers(1).length })
  const before = numbers(1).length
  ms(100, 0.5)
  expect(numbers(1)).toHaveLength(before + 10)
  audio.leave(1)
  audio.leave(1)
  ms(100, 0.5)
  expect(numbers(1)).toHaveLength(before + 10)
  expect(captures).toEqual(['start', 'stop'])
})
