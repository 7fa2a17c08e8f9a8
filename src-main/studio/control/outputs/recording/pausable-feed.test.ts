import { expect, it } from 'vitest'
import { ticks } from '../../../../formats/media-time.ts'
import type { Packet, Track } from '../../../../formats/track.ts'
import type { MediaSubscriber } from '../../../../media/files/media-feed.ts'
import { PausableFeed } from './pausable-feed.ts'

const track = (id: string, kind: 'audio' | 'video', timescale: number): Track => ({ id, kind, timescale }) as unknown as Track
const videoTrack = track('v0', 'video', 90_000)

/** A feed of video at 30 frames a second, a keyframe each second, and of audio in packets of `frames`, in order of decoding time. */
class Source {
  subscriber: MediaSubscriber | undefined
  readonly originTimeMs = 0
  readonly #packets: Packet[] = []
  #at = 0
  #keyWanted = false

  constructor(options: { readonly audioTracks: number; readonly frames: number; readonly video?: boolean; readonly bFrames?: boolean }) {
    const { audioTracks, frames, video = true, bFrames = false } = options
    for (let frame = 0; video && frame < 1800; frame++) {
      // I B B P B B P in order of display; decoded two frames earlier, what others need first.
      const inGroup = frame % 30
      const pts = bFrames && inGroup > 0 ? frame + (inGroup % 3 === 1 ? 2 : -1) : frame
      const at = { dts: ticks((frame - (bFrames ? 2 : 0)) * 3000), pts: ticks(Math.min(pts, 30 * Math.floor(frame / 30) + 29) * 3000) }
      this.#packets.push({ track: videoTrack, ...at, duration: ticks(3000), key: inGroup === 0, data: Buffer.from([0]) })
    }
    for (let index = 0; index < audioTracks; index++) {
      const its = track(`a${index}`, 'audio', 48_000)
      // Encoders start when they are wanted: their packets do not start together.
      for (let pts = 137 * index; pts < 60 * 48_000; pts += frames) {
        this.#packets.push({ track: its, dts: ticks(pts), pts: ticks(pts), duration: ticks(frames), key: true, data: Buffer.from([1]) })
      }
    }
    this.#packets.sort((one, other) => one.dts / one.track.timescale - other.dts / other.track.timescale)
  }

  subscribe(subscriber: MediaSubscriber): () => void {
    this.subscriber = subscriber
    return () => undefined
  }

  requestKeyframe(): void {
    this.#keyWanted = true
  }

  /** Hands on packets. A keyframe that is asked for comes some frames later. */
  run(packets: number): void {
    for (const end = this.#at + packets; this.#at < end; this.#at++) {
      const packet = this.#packets[this.#at] as Packet
      const key = packet.key || (this.#keyWanted && packet.track.kind === 'video' && packet.dts % 15_000 === 0)
      if (key && packet.track.kind === 'video') this.#keyWanted = false
      this.subscriber?.onPacket({ ...packet, key })
    }
  }
}

interface Handed extends Packet {
  /** What was taken off, s. */
  readonly shiftS: number
}

function recorded(source: Source, video = true) {
  const feed = new PausableFeed(source, video)
  const handed: Handed[] = []
  const ignore = (): void => undefined
  feed.subscribe(
    { onTrack: ignore, onPacket: (packet) => void handed.push({ ...packet, shiftS: feed.shiftS }), onDiscontinuity: ignore, onEnd: ignore },
    { from: 'keyframe' },
  )
  return { feed, handed, of: (id: string) => handed.filter((packet) => packet.track.id === id) }
}

/** Where a track does not go on with the sample behind the last one. */
const holes = (packets: readonly Packet[]): number[] =>
  packets.flatMap(({ pts }, index) => {
    const before = packets[index - 1]
    return before === undefined || pts === before.pts + before.duration ? [] : [pts - before.pts - before.duration]
  })

it.each([
  ['AAC', { audioTracks: 1, frames: 1024 }],
  ['Opus', { audioTracks: 1, frames: 960 }],
  ['six tracks', { audioTracks: 6, frames: 1024 }],
  ['frames that need later ones', { audioTracks: 2, frames: 1024, bFrames: true }],
])('goes on after a pause with the sample behind the last one, in step: %s', (_, options) => {
  const source = new Source(options)
  const { feed, handed, of } = recorded(source)
  // Wherever the pause starts and ends.
  for (let round = 0; round < 12; round++) {
    source.run(61 + 7 * round)
    feed.pause()
    source.run(round === 5 ? 0 : 40 + 5 * round)
    feed.resume()
    source.run(80)
  }
  expect(new Set(handed.map(({ shiftS }) => shiftS)).size).toBe(13)
  for (let index = 0; index < options.audioTracks; index++) expect(holes(of(`a${index}`))).toEqual([])
  const video = of('v0')
  for (const [index, packet] of video.entries()) {
    const before = video[index - 1]
    if (before === undefined) continue
    expect(packet.dts - before.dts).toBeGreaterThanOrEqual(3000)
    // The last frame before a pause represents a packet of audio longer at most, beside those that it is decoded before.
    expect(packet.dts - before.dts).toBeLessThan(3000 + 1920 + ('bFrames' in options ? 6000 : 0))
  }
  expect(new Set(video.map(({ pts }) => pts)).size).toBe(video.length)
})

it('goes on with the sample behind the last one where there is no video', () => {
  const source = new Source({ audioTracks: 2, frames: 960, video: false })
  const { feed, of } = recorded(source, false)
  for (let round = 0; round < 5; round++) {
    source.run(41 + round)
    feed.pause()
    source.run(33 + round)
    feed.resume()
  }
  for (const id of ['a0', 'a1']) {
    expect(of(id).length).toBeGreaterThan(90)
    expect(holes(of(id))).toEqual([])
  }
})

it('goes on at the next keyframe without audio', () => {
  const source = new Source({ audioTracks: 0, frames: 1024 })
  const { feed, of } = recorded(source)
  source.run(40)
  feed.pause()
  source.run(33)
  feed.resume()
  source.run(40)
  expect(holes(of('v0'))).toEqual([])
})

it('starts with its first keyframe where it was paused from the start, and sets down what came through a pause', () => {
  const source = new Source({ audioTracks: 1, frames: 1024 })
  const { feed, handed } = recorded(source)
  feed.pause()
  source.run(50)
  feed.resume()
  source.run(100)
  expect(handed[0]).toMatchObject({ key: true, shiftS: 0 })
  expect(handed.every(({ pts, track: { timescale } }) => pts / timescale >= (handed[0] as Packet).pts / 90_000)).toBe(true)
})
