import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ticks } from '../../../formats/media-time.ts'
import type { Packet, VideoTrack } from '../../../formats/track.ts'
import { FeedStream } from '../../../media/feed-stream.ts'
import type { StreamSubscriber } from '../../../media/live-stream.ts'
import type { MediaFeed } from '../../../media/stream-carrier.ts'
import { AppError } from '../../../platform/errors.ts'
import type { PublishKey } from '../../hub/publishers/live-publisher.ts'
import type { PublishRequest } from '../../hub/publishers/publisher.ts'
import { createCarrier } from './index.ts'

const track: VideoTrack = {
  id: 'v0',
  kind: 'video',
  codec: 'h264',
  codecString: 'avc1.64001f',
  timescale: 90_000,
  config: new Uint8Array(),
  width: 1280,
  height: 720,
}

describe('what the host’s own makers of media are offered', () => {
  let opened: { key: PublishKey; request: PublishRequest }[]
  let done: unknown[]
  let revoked: string[]
  const stream = { title: 'Evening', rename: (title: string, actor: string) => done.push(['rename', title, actor]) }
  const carrier = createCarrier({
    registry: {
      open: (key: PublishKey, request: PublishRequest) => {
        opened.push({ key, request })
        return {
          streamId: 'st_1',
          setTrack: (given: unknown) => done.push(['track', given]),
          write: (packet: unknown) => done.push(packet),
          close: (how: string) => done.push(['close', how]),
        }
      },
      get: () => stream,
      find: (name: string) => (name === 'cam' || name === 'away' ? {} : undefined),
      status: (name: string) => ({ state: 'active', title: '', ...(name === 'away' && { reconnecting: true }) }),
    } as never,
    keys: {
      create: async ({ stream: name, label, onSecondPublisher }: Record<string, string>, actor: string) => {
        done.push(['key', name, label, onSecondPublisher, actor])
        return { key: { id: 'key_9' }, secret: 'sk_secret' }
      },
      revoke: async (id: string) => void revoked.push(id),
      find: (secret: string) =>
        secret === 'sk_secret' ? { id: 'key_9', enabled: !revoked.includes('key_9'), revokedAt: null } : undefined,
    } as never,
    setPrivate: (name: string, isPrivate: boolean) => done.push([isPrivate ? 'private' : 'public', name]),
    gate: { hostToken: 'tok' } as never,
    viewers: (stream: string) => (stream === 'cam' ? 3 : 0),
    startOnDemand: (stream: string) => stream === 'on-demand',
    encoders: async () => [],
    posterOf: async () => undefined,
    rtmpEndpoint: () => '127.0.0.1:1935',
    now: Date.now,
    monotonic: () => performance.now(),
  } as never)

  beforeEach(() => {
    opened = []
    done = []
    revoked = []
  })
  afterEach(() => carrier.stop())

  it('publishes without a key, as a publisher with a plain one, and hands packets on with the ticks that they have', async () => {
    const data = new Uint8Array([7])
    const packet: Packet = { track, pts: ticks(99_000), dts: ticks(90_000), duration: ticks(3000), key: true, data }
    const publication = await carrier.publish('cam', { title: '', onKicked: () => undefined })
    publication.setTrack(track)
    publication.write(packet)
    publication.close('lost')
    expect(publication.streamId).toBe('st_1')
    expect(opened[0]?.key).toMatchObject({ id: 'studio', stream: 'cam', onSecondPublisher: 'refuse', restartWindowMs: 0 })
    expect(opened[0]?.request).toMatchObject({ protocol: 'studio', app: 'live', name: 'cam' })
    const given = { trackId: 'v0', timescale: 90_000, dts: 90_000, composition: 9000, key: true, data }
    expect(done).toEqual([['track', track], given, ['close', 'lost']])
    // The very bytes, not a copy.
    expect((done[1] as { data: Uint8Array }).data).toBe(data)
  })

  it('names the stream where a title was given that is not the stream’s already', async () => {
    for (const title of ['', 'Evening', 'Late']) await carrier.publish('cam', { title, onKicked: () => undefined })
    expect(done).toEqual([['rename', 'Late', 'studio']])
    expect(new Set(opened.map(({ request }) => request.sessionId)).size).toBe(3)
  })

  it('keeps the title that a stream has where the maker says so', async () => {
    const options = { keepsTitle: true, maker: 'desktop', onKicked: () => undefined } as const
    await carrier.publish('cam', { title: 'Desktop', ...options })
    await carrier.publish('Evening', { title: 'Desktop', ...options })
    expect(done).toEqual([['rename', 'Desktop', 'desktop']])
  })

  it('notifies the maker when an operator sends it away', async () => {
    const reasons: string[] = []
    await carrier.publish('cam', { title: '', onKicked: ({ code }) => reasons.push(code) })
    opened[0]!.request.disconnect(new AppError('publish.kicked'))
    expect(reasons).toEqual(['publish.kicked'])
  })

  it('lets it watch streams, whoever else may', async () => {
    expect([carrier.viewers('cam'), carrier.viewers('gone')]).toEqual([3, 0])
    expect(await carrier.watchUrl('cam')).toBe('rtmp://127.0.0.1:1935/live/cam?token=tok&codecs=all')
    expect(await carrier.watchUrl('on-demand')).toContain('/live/on-demand?')
    for (const name of ['away', 'ended']) await expect(carrier.watchUrl(name)).rejects.toMatchObject({ code: 'play.not_live' })
  })

  it('invites a guest into a stream of their own that the public cannot watch, and ends the invitation', async () => {
    const { stream: name, key, keyId } = await carrier.invite('Ann & #1')
    expect(name).toMatch(/^guest-[a-z0-9]{8}$/)
    expect(done).toEqual([
      ['private', name],
      ['key', name, 'Ann & #1', 'takeover', 'studio'],
    ])
    expect(carrier.guestKey(key)).toEqual({ keyId, isUsable: true })
    expect(carrier.guestKey('sk_other')).toBeUndefined()
    done.length = 0
    await carrier.disinvite(name, keyId)
    expect(revoked).toEqual(['key_9'])
    expect(done).toEqual([['public', name]])
    expect(carrier.guestKey(key)).toEqual({ keyId, isUsable: false })
  })

  it('does not connect where the URL to send to is no URL of the protocol', () => {
    const feed: MediaFeed = { tracks: [], originTimeMs: 0, subscribe: () => () => undefined }
    const aim = {
      protocol: 'rtmp',
      url: 'gopher://h/1',
      key: 'k',
      passphrase: '',
      latencyMs: null,
      certificate: 'system',
      limited: false,
    } as const
    expect(() => carrier.send(aim, feed, { onState: () => undefined })).toThrow(
      expect.objectContaining({ code: 'destination.address_invalid' }),
    )
  })
})

describe('a feed as a stream', () => {
  it('passes everything on, and has ended when the feed has', () => {
    let inner: StreamSubscriber | undefined
    let asked: unknown
    const feed: MediaFeed = {
      tracks: [track],
      originTimeMs: 5,
      subscribe: (given, options) => {
        inner = given
        asked = options
        return () => void seen.push('left')
      },
    }
    const seen: unknown[] = []
    const stream = new FeedStream('feed_1', feed)
    const leave = stream.subscribe(
      {
        onTrack: ({ id }) => seen.push(id),
        onPacket: ({ pts }) => seen.push(pts),
        onDiscontinuity: (reason) => seen.push(reason),
        onEnd: () => seen.push(stream.state),
      },
      { from: 'keyframe' },
    )
    expect([stream.name, stream.state, stream.tracks, stream.originTimeMs, asked]).toEqual([
      'feed_1',
      'active',
      [track],
      5,
      { from: 'keyframe' },
    ])
    inner!.onTrack(track)
    inner!.onPacket({ track, pts: ticks(3), dts: ticks(3), duration: ticks(1), key: true, data: new Uint8Array() })
    inner!.onDiscontinuity('reconnect')
    inner!.onEnd()
    leave()
    expect(seen).toEqual(['v0', 3, 'reconnect', 'ended', 'left'])
  })
})
