import { afterEach, describe, expect, it } from 'vitest'
import { ticks } from '../../../formats/media-time.ts'
import type { AmfValue } from '../../../formats/rtmp/amf-value.ts'
import { writeAmf0 } from '../../../formats/rtmp/amf0.ts'
import { MessageType, uint32Body, userControlBody } from '../../../formats/rtmp/rtmp-messages.ts'
import type { Packet, Track } from '../../../formats/track.ts'
import type { IngestPacket } from '../../../media/ingest-packet.ts'
import type { LiveStream, StreamSubscriber } from '../../../media/live-stream.ts'
import type { AuditEntry } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { ViewerActivity } from '../../audience/viewer-registry.ts'
import type { PublishRequest } from '../../hub/publishers/publisher.ts'
import { createFlvBodies } from '../flv/flv-bodies.ts'
import type { RtmpLimits } from './limits.ts'
import { createRtmpServer, type RtmpServer } from './server.ts'
import { TestClient } from './testing/test-client.ts'

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
// 640x360 High profile at 30 frames per second, as x264 writes it.
const avcConfig = Buffer.from('0164001effe1001a6764001eacd940a02ff970110000030001000003003c0f162d9601000468efbcb0fdf8f800', 'hex')
const videoHeader = Buffer.concat([Buffer.from('1700000000', 'hex'), avcConfig])
const keyframe = Buffer.from('1701000021000000026588', 'hex')
const audioHeader = Buffer.from('af001190', 'hex')

class Stub {
  requests: PublishRequest[] = []
  tracks: Track[] = []
  packets: IngestPacket[] = []
  metadata: object[] = []
  reports: string[] = []
  closes: string[] = []
  audit: AuditEntry[] = []
  viewers: ViewerActivity[] = []
  left: string[] = []
  streams = new Map<string, LiveStream>()
  rejection: AppError | undefined
  gateWaits: Promise<void> = Promise.resolve()
  onChange: () => void = () => {}

  async until(fits: () => boolean): Promise<void> {
    while (!fits()) {
      await new Promise<void>((resolve) => {
        this.onChange = resolve
      })
    }
  }

  private note<T>(list: T[], item: T): void {
    list.push(item)
    this.onChange()
  }

  serve(limits: Partial<RtmpLimits>, now?: () => number): RtmpServer {
    return createRtmpServer({
      bodies: createFlvBodies(),
      gate: {
        open: async (request) => {
          this.note(this.requests, request)
          await this.gateWaits
          if (this.rejection) throw this.rejection
          return {
            streamName: 'show',
            streamId: 'id',
            setTrack: (track) => this.note(this.tracks, track),
            write: (packet) => this.note(this.packets, packet),
            setMetadata: (metadata) => this.note(this.metadata, metadata),
            report: (fault) => this.note(this.reports, fault.code),
            close: (how, reason) => this.note(this.closes, reason ? `${how} ${reason.code}` : how),
          }
        },
      },
      streams: { find: (name) => this.streams.get(name), status: () => undefined, onActive: () => () => {} },
      viewers: {
        active: (activity) => this.note(this.viewers, activity),
        leave: (_stream, _protocol, key) => this.note(this.left, key),
      },
      audit: { record: (entry) => this.note(this.audit, entry) },
      log: silent,
      limits: { readBatchMs: 0, ...limits },
      ...(now ? { now } : {}),
    })
  }
}

let server: RtmpServer | undefined
let clients: TestClient[] = []

afterEach(async () => {
  for (const client of clients) client.socket.destroy()
  clients = []
  await server?.stop()
  server = undefined
})

async function start(limits: Partial<RtmpLimits> = {}, now?: () => number) {
  const stub = new Stub()
  server = stub.serve(limits, now)
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 })
  const client = () => {
    const made = new TestClient(port)
    clients.push(made)
    return made
  }
  return { stub, client, port, server }
}

it('closes the connection alone whose session fails, and goes on with the others', async () => {
  const { stub, client } = await start()
  stub.streams.get = () => {
    throw new Error('a fault of ours')
  }
  const player = client()
  await player.open()
  player.command('play', 4, null, 'show')
  await player.closed
  const encoder = client()
  await encoder.open()
  await encoder.publish('secret')
  await stub.until(() => stub.requests.length === 1)
})

describe('publishing', () => {
  it('turns headers and frames into tracks and packets, and repeated headers into nothing', async () => {
    const { stub, client } = await start()
    const encoder = client()
    await encoder.open()
    await encoder.publish('secret?x=1')
    encoder.send(MessageType.dataAmf0, writeAmf0(['@setDataFrame', 'onMetaData', { width: 640, bad: {} }]))
    encoder.send(MessageType.video, videoHeader)
    encoder.send(MessageType.audio, audioHeader)
    encoder.send(MessageType.video, keyframe, 40)
    encoder.send(MessageType.video, videoHeader, 50)
    encoder.send(MessageType.audio, Buffer.from('af0121', 'hex'), 55)
    await stub.until(() => stub.packets.length === 2)
    expect(stub.requests[0]).toMatchObject({ app: 'live', name: 'secret', encoder: 'test/1.0', protocol: 'rtmp' })
    expect(stub.requests[0]?.query.get('x')).toBe('1')
    expect(stub.metadata).toEqual([{ width: 640 }])
    expect(stub.tracks.map(({ id, codecString }) => [id, codecString])).toEqual([
      ['v0', 'avc1.64001e'],
      ['a0', 'mp4a.40.2'],
    ])
    expect(stub.packets[0]).toMatchObject({ trackId: 'v0', timescale: 1000, dts: 40, composition: 33, key: true })
    encoder.command('FCUnpublish', 4, null, 'secret')
    encoder.command('deleteStream', 5, null, 1)
    await stub.until(() => stub.closes.length > 0)
    expect(stub.closes).toEqual(['unpublish'])
  })

  it('takes a name in the app and a key in its query', async () => {
    const { stub, client } = await start()
    const encoder = client()
    await encoder.open('live/show?key=abc')
    await encoder.publish('')
    expect(stub.requests[0]).toMatchObject({ app: 'live', name: 'show' })
    expect(stub.requests[0]?.query.get('key')).toBe('abc')
  })

  it('says nothing before the gate has answered, and keeps the media that came meanwhile', async () => {
    const { stub, client } = await start()
    const { promise, resolve } = Promise.withResolvers<void>()
    stub.gateWaits = promise
    const encoder = client()
    await encoder.open()
    encoder.command('createStream', 2, null)
    encoder.command('publish', 3, null, 'key', 'live')
    encoder.send(MessageType.video, videoHeader)
    encoder.send(MessageType.video, keyframe, 10)
    await stub.until(() => stub.requests.length === 1)
    expect(encoder.received.some(({ values }) => values[0] === 'onStatus')).toBe(false)
    resolve()
    await stub.until(() => stub.packets.length === 1)
  })

  it('tells a rejected publisher why, and hangs up', async () => {
    const { stub, client, server } = await start()
    stub.rejection = new AppError('publish.key_unknown')
    const encoder = client()
    await encoder.open()
    encoder.command('publish', 3, null, 'wrong', 'live')
    const status = await encoder.status('NetStream.Publish.Denied')
    expect(status.get('description')).toContain('publish.key_unknown')
    await encoder.closed
    expect(server.counters.rejections.get('publish.key_unknown')).toBe(1)
  })

  it('disconnects a publisher with the reason that the host gives', async () => {
    const { stub, client } = await start()
    const encoder = client()
    await encoder.open()
    await encoder.publish('key')
    stub.requests[0]?.disconnect(new AppError('publish.kicked'))
    expect((await encoder.status('NetStream.Publish.Failed')).get('description')).toContain('publish.kicked')
    await encoder.closed
    expect(stub.closes).toEqual(['lost publish.kicked'])
  })

  it('reports frames before their header and goes on', async () => {
    const { stub, client } = await start()
    const encoder = client()
    await encoder.open()
    await encoder.publish('key')
    encoder.send(MessageType.audio, Buffer.from('af0121', 'hex'))
    encoder.send(MessageType.video, keyframe)
    encoder.send(MessageType.video, Buffer.from('170000000001', 'hex'))
    encoder.send(MessageType.video, videoHeader)
    encoder.send(MessageType.video, keyframe)
    await stub.until(() => stub.packets.length === 1)
    expect(stub.reports).toEqual(['ingest.media', 'ingest.media', 'ingest.media'])
  })

  it('rejects a codec that it does not carry', async () => {
    const { client } = await start()
    const encoder = client()
    await encoder.open()
    await encoder.publish('key')
    encoder.send(MessageType.audio, Buffer.from('bf00', 'hex'))
    expect((await encoder.status('NetStream.Publish.Failed')).get('description')).toContain('Speex')
    await encoder.closed
  })

  it('understands a command that came as AMF3, and answers pings and windows', async () => {
    const { stub, client } = await start()
    const encoder = client()
    await encoder.open()
    encoder.send(MessageType.windowAcknowledgementSize, uint32Body(4096))
    encoder.send(MessageType.commandAmf3, Buffer.concat([Buffer.from([0]), writeAmf0(['publish', 3, null, 'key', 'live'])]))
    await stub.until(() => stub.requests.length === 1)
    encoder.send(MessageType.userControl, userControlBody(6, 77), 0, 2)
    const pong = await encoder.until(({ type, body }) => type === MessageType.userControl && body.readUInt16BE(0) === 7)
    expect(pong.body.readUInt32BE(2)).toBe(77)
    await encoder.until(({ type }) => type === MessageType.acknowledgement)
  })
})

describe('what connect announces', () => {
  it('is nothing new to a legacy client, and exactly what is supported to an enhanced one', async () => {
    const { client } = await start()
    const info = (values: AmfValue[]) => values[3] as Map<string, AmfValue>
    expect(info((await client().open()).values).has('capsEx')).toBe(false)
    const answer = info((await client().open('live', { fourCcList: ['hvc1'], capsEx: 1 })).values)
    expect(answer.get('capsEx')).toBe(15)
    expect(answer.get('fourCcList')).toEqual(['avc1', 'hvc1', 'av01', 'vp09', 'mp4a', 'Opus', 'fLaC', 'ac-3', 'ec-3', '.mp3'])
  })

  it('lets the stopping host ask an encoder that can to reconnect', async () => {
    const { client, server } = await start()
    const encoder = client()
    await encoder.open('live', { capsEx: 1 })
    await encoder.publish('key')
    const asked = encoder.status('NetConnection.Connect.ReconnectRequest')
    await server.stop()
    expect((await asked).get('level')).toBe('status')
  })
})

describe('playing', () => {
  const track = {
    id: 'v0',
    kind: 'video',
    codec: 'h264',
    timescale: 90_000,
    codecString: 'avc1.64001e',
    config: avcConfig,
    width: 640,
    height: 360,
  } as const

  function liveStream(): { stream: LiveStream; subscribers: Set<StreamSubscriber> } {
    const subscribers = new Set<StreamSubscriber>()
    const stream: LiveStream = {
      id: 'id',
      name: 'show',
      epoch: 'e',
      state: 'active',
      reconnecting: false,
      tracks: [track],
      originTimeMs: 0,
      subscribe(subscriber) {
        subscribers.add(subscriber)
        subscriber.onTrack(track)
        return () => subscribers.delete(subscriber)
      },
    }
    return { stream, subscribers }
  }

  it('sends header, frames and the end, and counts as a viewer', async () => {
    const { stub, client } = await start()
    const { stream, subscribers } = liveStream()
    stub.streams.set('show', stream)
    const player = client()
    await player.open()
    player.command('play', 4, null, 'show')
    await player.status('NetStream.Play.Start')
    const packet: Packet = { track, pts: ticks(9000), dts: ticks(6000), duration: ticks(3000), key: true, data: Buffer.from('aa', 'hex') }
    await player.until(({ type, body }) => type === MessageType.video && body[1] === 0)
    for (const subscriber of subscribers) subscriber.onPacket(packet)
    const frame = await player.until(({ type, body }) => type === MessageType.video && body[1] === 1)
    expect([frame.timestampMs, frame.body.toString('hex')]).toEqual([67, '1701000021aa'])
    for (const subscriber of [...subscribers]) subscriber.onEnd()
    await player.status('NetStream.Play.UnpublishNotify')
    await player.closed
    expect(stub.viewers[0]).toMatchObject({ streamId: 'id', protocol: 'rtmp' })
    expect(stub.left).toEqual([stub.viewers[0]?.sessionKey])
    expect(subscribers.size).toBe(0)
  })

  it('answers that a stream is not live', async () => {
    const { client } = await start()
    const player = client()
    await player.open()
    player.command('play', 4, null, 'nothing')
    await player.status('NetStream.Play.StreamNotFound')
    await player.closed
  })
})

describe('bad input', () => {
  it('survives a connect without tcUrl and a publish with booleans', async () => {
    const { client, server } = await start()
    const first = client()
    first.shakeHands()
    first.send(MessageType.commandAmf0, writeAmf0(['connect', 1, { app: 'live' }]))
    await first.until(({ values }) => values[0] === '_result')
    const second = client()
    second.shakeHands()
    second.send(MessageType.commandAmf0, Buffer.concat([writeAmf0(['publish', 4]), Buffer.from([5, 1, 0])]))
    await second.closed
    const third = client()
    await third.open()
    third.send(MessageType.commandAmf0, Buffer.concat([writeAmf0(['publish', 4]), Buffer.from([5, 1, 0])]))
    await third.status('NetStream.Publish.BadName')
    await third.closed
    expect(server.counters.rejections.get('ingest.protocol')).toBe(2)
    await client().open()
  })

  it.each([
    ['garbage', 'ingest.handshake', (client: TestClient) => client.socket.write('GET / HTTP/1.1\r\n\r\n')],
    ['an AMF bomb', 'ingest.amf', (client: TestClient) => open(client, Buffer.alloc(5000, Buffer.from([10, 0, 0, 0, 1])))],
    ['a command over its limit', 'ingest.message_too_large', (client: TestClient) => open(client, Buffer.alloc(70_000))],
    [
      'an absurd chunk size',
      'ingest.protocol',
      (client: TestClient) => {
        client.shakeHands()
        client.send(MessageType.setChunkSize, uint32Body(0), 0, 2)
      },
    ],
  ])('rejects %s with %s, typed and counted', async (_name, code, send) => {
    const { stub, client, server } = await start()
    const guest = client()
    send(guest)
    await guest.closed
    expect([...server.counters.rejections]).toEqual([[code, 1]])
    expect(stub.audit.filter(({ kind }) => kind === 'error').map((entry) => entry.code)).toEqual([code])
  })

  it('waits for nobody for ever: silence before, in and behind the handshake and while publishing', async () => {
    const { stub, client, server } = await start({ firstByteMs: 250, handshakeMs: 250, commandMs: 250, idleMs: 250 })
    const [mute, half, idle, publisher] = [client(), client(), client(), client()] as const
    half.socket.write(Buffer.from([3, 0, 0]))
    idle.shakeHands()
    await publisher.open()
    await publisher.publish('key')
    await Promise.all([mute, half, idle, publisher].map((guest) => guest.closed))
    expect(server.counters.rejections.get('ingest.timeout')).toBe(4)
    expect(stub.closes).toHaveLength(1)
  })

  it('bounds connections from one IP address and writes a flood as few lines', async () => {
    const { stub, client, server } = await start({ connectionsPerLoopbackAddress: 2 })
    const kept = [client(), client()]
    await Promise.all(kept.map((guest) => guest.open()))
    const refused = Array.from({ length: 30 }, client)
    await Promise.all(refused.map((guest) => guest.closed))
    expect(server.counters.rejections.get('ingest.too_many_connections')).toBe(30)
    expect(stub.audit.filter(({ kind }) => kind === 'error')).toHaveLength(10)
    expect(server.connections()).toBe(2)
  })

  it.each([
    ['a silent socket', { firstByteMs: 0 }, () => {}],
    ['a handshake that never ends', { handshakeMs: 0 }, (client: TestClient) => client.socket.write(Buffer.from([3, 0, 0]))],
    ['a client that asks for nothing', { commandMs: 0 }, (client: TestClient) => client.shakeHands()],
  ])('hangs up on %s', async (_name, limits, begin) => {
    const { client, server } = await start(limits)
    const guest = client()
    begin(guest)
    await guest.closed
    expect([...server.counters.rejections.keys()]).toEqual(['ingest.timeout'])
  })

  it('hands a port in use to the caller as it is', async () => {
    const { port, server } = await start()
    await expect(server.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})

function open(client: TestClient, body: Buffer): void {
  client.shakeHands()
  client.send(MessageType.commandAmf0, body)
}
