import { describe, expect, it } from 'vitest'
import type { Packet, Track } from '../../../formats/track.ts'
import type { StreamSubscriber } from '../../../media/live-stream.ts'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import type { AudioEncoding, VideoEncoding } from '../../document/schemas/encoding-schemas.ts'
import { EncodedFeed } from './encoded-feed.ts'
import { FeedStore } from './feed-store.ts'
import { FedEngine } from './testing/fed-engine.ts'

const video = { codec: 'h264', bitrateKbps: 1000 } as VideoEncoding
const aac = (track: number) => ({ codec: 'aac', bitrateKbps: 128, track }) as AudioEncoding

class Taker implements StreamSubscriber {
  readonly said: string[] = []
  readonly packets: Packet[] = []
  onTrack = (track: Track): void => void this.said.push(`track ${track.id}`)
  onPacket = (packet: Packet): void => void this.packets.push(packet)
  onDiscontinuity = (): void => void this.said.push('gap')
  onReconnecting = (away: boolean): void => void this.said.push(away ? 'away' : 'back')
  onEnd = (): void => void this.said.push('end')

  /** Decoding times of a track, s. */
  times(id: string): number[] {
    return this.packets.filter(({ track }) => track.id === id).map(({ dts, track }) => dts / track.timescale)
  }
}

function feedOf(engine: FedEngine, audio = [aac(1), aac(2)], videoOf: VideoEncoding | null = video) {
  const faults: string[] = []
  const feed = new EncodedFeed({ canvas: 'main', video: videoOf, audio }, { engine, log: silentLogger, onFault: (why) => faults.push(why) })
  const taker = new Taker()
  feed.subscribe(taker, { from: 'live' })
  return { feed, taker, faults }
}

function ordered(packets: readonly Packet[]): boolean {
  const times = packets.map(({ dts, track }) => dts / track.timescale)
  return times.every((time, index) => index === 0 || time >= (times[index - 1] as number))
}

describe('a feed of encodings', () => {
  it('joins tracks under names of its own, in order of time, although video comes later than audio', () => {
    const engine = new FedEngine()
    engine.lookaheadS = 0.6
    const { feed, taker } = feedOf(engine)
    engine.begin()
    engine.feed(5)
    expect(feed.tracks.map(({ id }) => id)).toEqual(['v0', 'a0', 'a1'])
    expect(ordered(taker.packets)).toBe(true)
    expect(taker.packets.length).toBeGreaterThan(500)
  })

  it('starts with a keyframe and its audio, when every encoder has reported its configuration', () => {
    const engine = new FedEngine()
    const { feed, taker } = feedOf(engine)
    const [videoOf] = engine.encodings
    engine.begin(1)
    engine.feed(0.5)
    expect(feed.tracks).toEqual([])
    engine.begin()
    expect(videoOf?.keyframesAsked).toBe(1)
    engine.feed(1.5)
    expect(taker.packets[0]).toMatchObject({ key: true, track: { id: 'v0' } })
    expect(taker.times('v0')[0]).toBe(1)
    expect(Math.abs((taker.times('a0')[0] as number) - 1)).toBeLessThan(0.022)
  })

  it('tells one gap when the process dies, hands out all that came before, and goes on with a keyframe', () => {
    const engine = new FedEngine()
    const { feed, taker } = feedOf(engine)
    engine.begin()
    engine.feed(2.4)
    engine.die(1.3)
    expect(Math.max(...taker.times('v0'))).toBeCloseTo(2.4 - 1 / 30)
    engine.feed(2)
    expect(taker.said.filter((word) => word === 'gap')).toHaveLength(1)
    expect(taker.said.slice(3)).toEqual(['gap', 'away', 'back', 'track v0', 'track a0', 'track a1'])
    const [after] = taker.packets.filter(({ dts, track }) => dts / track.timescale > 2.4)
    expect(after).toMatchObject({ key: true, track: { id: 'v0' } })
    expect(feed.gaps).toBe(1)
    expect(ordered(taker.packets)).toBe(true)
  })

  it('gives whoever comes later the newest keyframe and what followed', () => {
    const engine = new FedEngine()
    const { feed } = feedOf(engine)
    engine.begin()
    engine.feed(2.5)
    const late = new Taker()
    feed.subscribe(late, { from: 'keyframe' })
    expect(late.said).toEqual(['track v0', 'track a0', 'track a1'])
    expect(late.packets[0]).toMatchObject({ key: true, pts: 180_000 })
    engine.feed(0.5)
    expect(late.times('v0').at(-1)).toBeCloseTo(3 - 1 / 30)
  })

  it('does not wait for a track that fell silent, and does without video where none is wanted', () => {
    const engine = new FedEngine()
    const { taker } = feedOf(engine)
    engine.begin()
    engine.feed(1)
    const silent = [...engine.encodings][2]
    if (silent !== undefined) engine.encodings.delete(silent)
    engine.feed(3)
    expect(taker.times('v0').at(-1)).toBeGreaterThan(2.8)
    const audioOnly = feedOf(new FedEngine(), [aac(1)], null)
    expect(audioOnly.feed.tracks).toEqual([])
  })

  it('takes a subscriber off that throws, and no other', () => {
    const engine = new FedEngine()
    const { feed, taker } = feedOf(engine)
    const broken = new Taker()
    broken.onPacket = () => {
      throw new Error('broken')
    }
    feed.subscribe(broken, { from: 'live' })
    engine.begin()
    engine.feed(1)
    expect(taker.times('v0').length).toBeGreaterThan(25)
    feed.end()
    expect(taker.said.at(-1)).toBe('end')
    expect(broken.said).not.toContain('end')
    expect(engine.encodings.size).toBe(0)
  })
})

describe('outputs that want the same', () => {
  it('share a feed, whose encoders run until the last lets go; one with an owner has its own', async () => {
    const engine = new FedEngine()
    const store = new FeedStore({ engine, log: silentLogger })
    const faults: string[] = []
    const request = { canvas: 'main', video, audio: [aac(1)] }
    const one = store.take(request, (why) => faults.push(`one ${why}`))
    const two = store.take(request, (why) => faults.push(`two ${why}`))
    const own = store.take({ ...request, owner: 'x' }, () => undefined)
    expect(one.feed).toBe(two.feed)
    expect(own.feed).not.toBe(one.feed)
    expect(engine.encodings.size).toBe(4)
    engine.fail('no such encoder')
    await Promise.resolve()
    expect(new Set(faults)).toEqual(new Set(['one no such encoder', 'two no such encoder']))
    one.release()
    one.release()
    expect(engine.encodings.size).toBe(4)
    two.release()
    own.release()
    expect(engine.encodings.size).toBe(0)
  })
})
