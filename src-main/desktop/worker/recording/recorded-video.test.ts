import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { headers } from '../../../formats/testing/header-samples.ts'
import type { Packet } from '../../../formats/track.ts'
import { RecordedVideo } from './recorded-video.ts'

/** A display by a clock of the test: frames are asked for, and encoded where they are due. */

let video: RecordedVideo
let packets: Packet[]
let tracks: string[]
let moving: boolean
/** Something is drawn before the next frame. */
let draws: boolean
/** Timers fire so much too early. */
let earlyMs: number

const frame = (): void => {
  const now = performance.now() - earlyMs
  video.changed(draws, now)
  draws = false
  if (!video.due(moving, now)) return
  const key = video.wantsKey(now)
  const config = key ? headers.avcB : new Uint8Array(0)
  video.take({ width: 640, height: 360, key, config, data: Uint8Array.of(packets.length) }, now, now * 1000)
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] })
  packets = []
  tracks = []
  moving = false
  draws = false
  earlyMs = 0
  video = new RecordedVideo({ onTrack: ({ id }) => tracks.push(id), onPacket: (packet) => packets.push(packet), onDue: frame })
})
afterEach(() => {
  video.stop()
  vi.useRealTimers()
})

/** Draws so often for so long, ms. */
function draw(everyMs: number, forMs: number): number {
  const before = packets.length
  const timer = setInterval(() => {
    draws = true
    frame()
  }, everyMs)
  vi.advanceTimersByTime(forMs)
  clearInterval(timer)
  return packets.length - before
}

it('has a frame a second of a display where nothing changes, and a keyframe a minute', () => {
  vi.advanceTimersByTime(120_500)
  expect(packets.length).toBe(121)
  expect(packets.flatMap(({ key }, index) => (key ? [index] : []))).toEqual([0, 60, 120])
  expect(tracks).toEqual(['v0'])
})

it('goes on where a timer fired a little too early', () => {
  vi.advanceTimersByTime(1)
  earlyMs = 0.7
  vi.advanceTimersByTime(10_500)
  expect(packets.length).toBeGreaterThan(9)
})

it('has ten frames a second of small changes, every one of motion, and a keyframe each ten seconds', () => {
  vi.advanceTimersByTime(1)
  const calm = draw(16, 10_000)
  expect(calm).toBeGreaterThan(80)
  expect(calm).toBeLessThanOrEqual(101)
  moving = true
  expect(draw(40, 10_000)).toBeGreaterThan(240)
  expect(packets.filter(({ key }) => key).length).toBe(3)
  const times = packets.map(({ dts }) => dts)
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b))
})

it('has what was drawn last, although it was drawn right behind a frame', () => {
  vi.advanceTimersByTime(1)
  const first = packets.length
  vi.advanceTimersByTime(10)
  draws = true
  frame()
  expect(packets.length).toBe(first)
  vi.advanceTimersByTime(100)
  expect(packets.length).toBe(first + 1)
})

it('starts again with its track and a keyframe, and takes no frame before that', () => {
  vi.advanceTimersByTime(1)
  video.restart()
  video.take({ width: 640, height: 360, key: false, config: new Uint8Array(0), data: Uint8Array.of(1) }, performance.now(), 5000)
  expect(packets.length).toBe(1)
  vi.advanceTimersByTime(200)
  expect(tracks).toEqual(['v0', 'v0'])
  expect(packets.at(-1)?.key).toBe(true)
})

it('has four frames a second of a display where nothing changes and a keyframe each two seconds, while it is live', () => {
  vi.advanceTimersByTime(1)
  vi.advanceTimersByTime(10)
  video.setPace('live')
  const before = packets.length
  vi.advanceTimersByTime(10_000)
  expect(packets.length - before).toBeGreaterThanOrEqual(38)
  expect(packets.filter(({ key }) => key).length).toBeGreaterThanOrEqual(5)
  expect(draw(16, 10_000)).toBeGreaterThan(150)
  video.setPace('recorded')
  const live = packets.length
  vi.advanceTimersByTime(10_000)
  expect(packets.length - live).toBeLessThan(13)
})
