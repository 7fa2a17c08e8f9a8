import { EventEmitter } from 'node:events'
import { type Duplex, PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { parseLiveUrl } from '../http/live-url.ts'
import type { PackagedStream } from '../packaging/packaged-stream.ts'
import { mediaPlaylistText } from '../protocols/hls/playlist-view.ts'
import { SyntheticStream } from '../protocols/hls/testing/packaged-stream.ts'
import { Activity } from './activity.ts'
import { chooseProcesses } from './index.ts'
import { answersItself } from './own-answers.ts'
import { Replicas } from './replica.ts'
import { RunFeed } from './run-feed.ts'
import { pipeSink, readRecords } from './run-wire.ts'

/** A pipe whose bytes arrive in pieces of odd sizes. */
function mirror(stream: PackagedStream, state = { title: 'Show', guarded: false }) {
  const pipe = new PassThrough({ highWaterMark: 1 << 26 })
  const replicas = new Replicas()
  const arrived = new EventEmitter()
  const faults: Error[] = []
  readRecords(
    arrived as unknown as Duplex,
    (record, data) => replicas.take(record, data),
    (error) => faults.push(error),
  )
  const feed = new RunFeed(0, stream, pipeSink(pipe), () => state)
  const deliver = (size = 997): void => {
    const all: Buffer = pipe.read() ?? Buffer.alloc(0)
    for (let at = 0; at < all.length; at += size) arrived.emit('data', all.subarray(at, at + size))
  }
  return { replicas, feed, deliver, faults, arrived, pipe }
}

const texts = (stream: PackagedStream) =>
  stream.renditions.map((rendition) => mediaPlaylistText(stream, rendition, { plain: false, skip: false, cdnPrefix: '' }))

const bytes = (stream: PackagedStream) =>
  stream.renditions.map(({ segments, inits }) => [
    segments.map(({ parts }) => parts.map(({ data }) => Buffer.from(data).toString())),
    segments.map(({ initId }) => Buffer.from(inits.get(initId)?.data ?? []).toString()),
  ])

describe('the copy of a run in a delivery process', () => {
  it('says the same as the run at every part, from whichever part it was started', () => {
    const stream = new SyntheticStream({ windowSegments: 4 })
    for (let part = 0; part < 3; part++) stream.part()
    const early = mirror(stream)
    let late: ReturnType<typeof mirror> | undefined
    for (let part = 0; part < 40; part++) {
      if (part === 17) late = mirror(stream)
      if (part === 20) stream.seam()
      if (part === 20) stream.leave()
      else if (part === 39) stream.end()
      else stream.part()
      for (const each of [early, late]) {
        each?.deliver()
        const copy = each?.replicas.find('show')
        if (copy === undefined) continue
        expect(texts(copy)).toEqual(texts(stream))
        expect(bytes(copy)).toEqual(bytes(stream))
        expect(copy.away).toBe(stream.away)
        // the made-up stream leaves its edge where it was when it ends
        if (!stream.ended) expect(copy.renditions.map(({ edge }) => edge)).toEqual(stream.renditions.map(({ edge }) => edge))
      }
    }
    expect(late?.replicas.find('show')?.ready).toBe(true)
    early.feed.stop()
    early.deliver()
    expect(early.replicas.find('show')).toBeUndefined()
  })

  it('takes a segment that went to disk to be read there', () => {
    const stream = new SyntheticStream()
    for (let part = 0; part < 12; part++) stream.part()
    const { replicas, deliver } = mirror(stream)
    const segment = stream.renditions[0]?.segments[0] as { stored?: { path: string; offset: number }; parts: unknown[] }
    segment.stored = { path: '/dvr/0.m4s', offset: 100 }
    segment.parts.length = 0
    stream.part()
    deliver()
    const copy = replicas.find('show')?.renditions[0]?.segments[0]
    expect(copy).toMatchObject({ stored: { path: '/dvr/0.m4s', offset: 100 }, parts: [], complete: true })
  })

  it('stops reading at a frame that breaks the format', () => {
    const { arrived, faults } = mirror(new SyntheticStream())
    arrived.emit('data', Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 9]))
    arrived.emit('data', Buffer.from([0, 0, 0, 4, 0, 0, 0, 0]))
    expect(faults).toHaveLength(1)
  })
})

describe('a delivery process', () => {
  it('answers media that it knows, and leaves first requests, strangers and what it may only not know yet to the host', () => {
    const stream = new SyntheticStream()
    for (let part = 0; part < 6; part++) stream.part()
    const answered = (path: string, guarded = false): boolean => {
      const { replicas, deliver } = mirror(stream, { title: '', guarded })
      deliver()
      const url = parseLiveUrl(path)
      return url !== undefined && answersItself(url, (name, epoch) => replicas.find(name, epoch))
    }
    const { sequence, serial } = stream.renditions[0]!.edge
    const own = [
      '/live/show/manifest.mpd',
      '/live/show/e1/v0/index.m3u8',
      `/live/show/e1/v0/seg-${sequence}.m4s`,
      `/live/show/e1/v0/part-${serial}.m4s`,
      '/live/show/e1/v0/part-0.m4s',
    ]
    for (const path of own) expect([path, answered(path)]).toEqual([path, true])
    const hosts = [
      '/live/show/index.m3u8',
      '/live/show/about.json',
      '/live/other/e1/v0/index.m3u8',
      '/live/show/e2/v0/index.m3u8',
      `/live/show/e1/v0/seg-${sequence + 1}.m4s`,
      `/live/show/e1/v0/part-${serial + 1}.m4s`,
    ]
    for (const path of hosts) expect([path, answered(path)]).toEqual([path, false])
    expect(answered('/live/show/manifest.mpd', true)).toBe(false)
  })

  it('joins what a player fetched until it is reported', () => {
    const activity = new Activity()
    const audience = activity.audience({ name: 'show', epoch: 'e1' })
    const request = { remoteAddress: '10.0.0.1', userAgent: 'player', session: 's1', hint: 'll-hls', rendition: 'v0', bytes: 10 } as const
    for (let count = 0; count < 3; count++) audience.seen(request, 0)
    audience.seen({ ...request, session: 's2' }, 0)
    activity.request('part')
    activity.bytes(40)
    expect(activity.report()).toEqual({
      requests: { part: 1 },
      bytes: 40,
      waiting: 0,
      seen: [
        { name: 'show', epoch: 'e1', request: { ...request, bytes: 30 } },
        { name: 'show', epoch: 'e1', request: { ...request, session: 's2' } },
      ],
    })
    expect(activity.report()).toBeUndefined()
  })

  it('runs for each core beyond two, or as many times as was asked for', () => {
    expect([1, 2, 4, 64].map((cores) => chooseProcesses('auto', cores))).toEqual([0, 0, 2, 16])
    expect(chooseProcesses('off', 8)).toBe(0)
    expect(chooseProcesses(3, 1)).toBe(3)
  })
})
