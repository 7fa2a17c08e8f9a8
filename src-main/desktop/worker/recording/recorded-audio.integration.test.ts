import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Packet, Track } from '../../../formats/track.ts'
import { openAudioEncoder } from '../../../media/worker/ffmpeg/audio-encoder.ts'
import { openAudioDecoder } from '../../../media/worker/ffmpeg/opus-decoder.ts'
import { RecordedAudio } from './recorded-audio.ts'

let track: Track
let audio: RecordedAudio
let packets: Packet[]
const nowUs = () => performance.now() * 1000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  const encoder = openAudioEncoder('a0', 'opus', 96, true)
  track = encoder.track
  encoder.close()
  packets = []
  audio = new RecordedAudio({ track, onTrack() {}, onPacket: (packet) => packets.push(packet), nowUs })
})
afterEach(() => {
  audio.stop()
  vi.useRealTimers()
})

/** Packets without holes and overlaps, whatever came. */
function isWhole(): boolean {
  return packets.every(({ pts }, index) => index === 0 || pts === packets[index - 1]!.pts + packets[index - 1]!.duration)
}
const ms = () => packets.reduce((sum, { duration }) => sum + duration / 48, 0)

it('fills silence, with packets that decode to it', () => {
  vi.advanceTimersByTime(10_000)
  expect(ms()).toBeGreaterThan(9200)
  expect(ms()).toBeLessThanOrEqual(10_000)
  expect(isWhole()).toBe(true)
  const decoder = openAudioDecoder()
  const levels = packets.slice(0, 50).flatMap(({ data }) => decoder.decode(data).map((samples) => Math.max(...samples.map(Math.abs))))
  decoder.close()
  expect(Math.max(...levels)).toBeLessThan(1e-3)
})

it('has what is played where it was played, and neither holes nor overlaps', () => {
  const packet = Uint8Array.of(1, 2, 3)
  vi.advanceTimersByTime(1000)
  const from = nowUs()
  for (let index = 0; index < 100; index++) {
    vi.advanceTimersByTime(10)
    // A clock of its own, which is a little off.
    audio.take(packet, 480, from + index * 10_050)
  }
  vi.advanceTimersByTime(1000)
  const played = packets.filter(({ data }) => data === packet)
  expect(played.length).toBe(100)
  expect(Math.abs(played[0]!.pts - from * 0.048)).toBeLessThan(0.04 * 48_000)
  expect(isWhole()).toBe(true)
  // What comes seconds late has its place no more.
  const count = packets.length
  audio.take(packet, 480, from)
  expect(packets.length).toBe(count)
})
