import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ticks } from '../../../formats/media-time.ts'
import { writeAmf0 } from '../../../formats/rtmp/amf0.ts'
import { encodeMessage } from '../../../formats/rtmp/rtmp-chunk-writer.ts'
import { ServerHandshake } from '../../../formats/rtmp/rtmp-handshake.ts'
import { MessageType } from '../../../formats/rtmp/rtmp-messages.ts'
import type { Packet, Track } from '../../../formats/track.ts'
import { iceLinks, readIceLinks } from '../../../media/realtime/ice-servers.ts'
import { AppError } from '../../../platform/errors.ts'
import { judgeBy } from '../../../platform/outbound/judged-connection.ts'
import { StreamRun } from '../../hub/run/stream-run.ts'
import { createFlvBodies } from '../../protocols/flv/flv-bodies.ts'
import { backoffMs } from '../backoff.ts'
import { Acknowledgements } from './acknowledgements.ts'
import { checkAim } from './check-aim.ts'
import { DestinationSender } from './destination-sender.ts'
import { checkDestinationUrl, keyHint, parseRtmpUrl, parseSrtUrl } from './destination-url.ts'
import { type FlvLink, sendFlv } from './flv-sending.ts'
import { RtmpTarget } from './rtmp-target.ts'
import type { TargetEvents } from './target.ts'

const video: Track = {
  id: 'v0',
  kind: 'video',
  codec: 'h264',
  timescale: 90_000,
  codecString: 'avc1.64001f',
  config: new Uint8Array([1]),
  width: 640,
  height: 360,
}

const packet = (ms: number, key: boolean, track = video): Packet => ({
  track,
  pts: ticks(ms * 90),
  dts: ticks(ms * 90),
  duration: ticks(3600),
  key,
  data: new Uint8Array(100),
})

describe('URLs of destinations', () => {
  it.each([
    ['rtmp://h/app', 'key', { secure: false, host: 'h', port: 1935, app: 'app', tcUrl: 'rtmp://h/app', publishName: 'key' }],
    [
      'rtmps://h/live2?backup=1',
      'k',
      { secure: true, host: 'h', port: 443, app: 'live2?backup=1', tcUrl: 'rtmps://h/live2?backup=1', publishName: 'k' },
    ],
    [
      'rtmp://[::1]:19/a/b/',
      ' k?x=1 ',
      { secure: false, host: '::1', port: 19, app: 'a/b', tcUrl: 'rtmp://[::1]:19/a/b', publishName: 'k?x=1' },
    ],
    ['rtmp://h/app/name', '', { secure: false, host: 'h', port: 1935, app: 'app', tcUrl: 'rtmp://h/app', publishName: 'name' }],
  ])('takes %s with key "%s" apart', (url, key, expected) => {
    expect(parseRtmpUrl(url, key)).toEqual(expected)
  })

  it.each(['', 'nonsense', 'http://h/a', 'rtmp://', 'rtmp://h', 'rtmp://u:p@h/a', 'rtmp:///a'])('rejects "%s"', (url) => {
    expect(() => checkDestinationUrl(url, 'rtmp')).toThrow(expect.objectContaining({ code: 'destination.address_invalid' }))
  })

  it('hints at long keys and says nothing of short ones', () => {
    expect([keyHint('abcd-efgh-1234'), keyHint('short'), keyHint('')]).toEqual(['1234', '', null])
  })

  it('waits twice as long each time, up to a minute', () => {
    expect([1, 2, 3, 7, 50].map((failures) => backoffMs(failures, () => 0))).toEqual([1000, 2000, 4000, 60_000, 60_000])
    expect(backoffMs(1, () => 1)).toBe(750)
  })
})

const openPolicy = { editorHosts: [], ownHttpPorts: [], ownHttpsPorts: [] }
const media = { bodies: createFlvBodies(), limits: { outgoingBytes: 1000, outgoingMs: 10_000 } }

describe('acknowledgements', () => {
  it('report a server that stopped reading, by its own rhythm', () => {
    const watch = new Acknowledgements()
    for (let sent = 0; sent <= 500_000; sent += 100_000) watch.onAcknowledged(sent, sent / 100)
    expect(watch.overdue(700_000, 20_000, 10_000)).toBe(false)
    expect(watch.overdue(800_000, 14_000, 10_000)).toBe(false)
    expect(watch.overdue(800_000, 20_000, 10_000)).toBe(true)
  })

  it('tell how much is under way, whatever the server counts from, and nothing where it counts backwards', () => {
    const watch = new Acknowledgements()
    for (let sent = 0; sent <= 500_000; sent += 100_000) watch.onAcknowledged(sent, sent / 100, sent + 3073)
    expect(watch.unconfirmed(590_000)).toBe(0)
    expect(watch.unconfirmed(900_000)).toBe(300_000)
    watch.onAcknowledged(900_000, 6000, 603_073)
    expect(watch.unconfirmed(900_000)).toBe(300_000)
    watch.onAcknowledged(1_000_000, 7000, 17)
    expect(watch.unconfirmed(2_000_000)).toBe(0)
  })

  it('suspect nobody who sends none, or hardly any', () => {
    const watch = new Acknowledgements()
    expect(watch.overdue(1e9, 1e6, 10_000)).toBe(false)
    watch.onAcknowledged(0, 0)
    watch.onAcknowledged(1000, 0)
    expect(watch.overdue(1e9, 1e6, 10_000)).toBe(false)
  })
})

describe('other kinds of destination', () => {
  const base = { rendition: 'source', audioTrack: null, certificate: 'system', latencyMs: null, limited: false } as const
  const none = { key: '', passphrase: '' }

  it('are kept as they are meant', () => {
    expect(checkAim({ ...base, template: 'srt', url: 'srt://h:9000/' }, none)).toMatchObject({ url: 'srt://h:9000', latencyMs: 200 })
    const pinned = checkAim({ ...base, template: 'whip', url: 'https://h/whip/', certificate: `SHA256:${'AB:'.repeat(31)}AB` }, none)
    expect(pinned).toMatchObject({ url: 'https://h/whip/', certificate: 'ab'.repeat(32), latencyMs: null })
    expect(parseSrtUrl('srt://[::1]:9000')).toEqual({ host: '::1', port: 9000 })
  })

  it.each([
    [{ template: 'srt', url: 'srt://h' }, {}],
    [{ template: 'srt', url: 'srt://h:1?mode=caller' }, {}],
    [{ template: 'srt', url: 'srt://h:1' }, { passphrase: 'short' }],
    [{ template: 'srt', url: 'srt://h:1' }, { key: 'x'.repeat(513) }],
    [{ template: 'whip', url: 'http://h/whip', certificate: 'any' }, {}],
    [{ template: 'whip', url: 'https://h/whip' }, { key: 'two words' }],
    [{ template: 'whip', url: 'https://h/whip', rendition: 'v1' }, {}],
    [{ template: 'whip', url: 'rtmp://h/whip' }, {}],
    [{ template: 'custom', url: 'rtmps://h/app', certificate: 'ab:cd' }, { key: 'k' }],
  ] as const)('rejects %j with %j', (aim, secrets) => {
    expect(() => checkAim({ ...base, ...aim }, { ...none, ...secrets })).toThrow(
      expect.objectContaining({ code: 'destination.address_invalid' }),
    )
  })

  it('read ICE servers of Link headers as they are written, and nothing else', () => {
    const servers = [{ urls: 'stun:s:3478' }, { urls: 'turn:t:3478?transport=udp', username: 'a"b', credential: 'c,d' }]
    expect(readIceLinks([iceLinks(servers).join(', ')])).toEqual(servers)
    expect(readIceLinks(['<https://x>; rel="next"', '<stun:s>', 'garbage <<;;=', `<stun:${'x'.repeat(9000)}>`])).toEqual([])
  })
})

describe('a sender', () => {
  function scene() {
    const stream = new StreamRun({ id: 's', name: 's', epoch: 'e', log: undefined as never, nowMs: 0 })
    stream.setTrack(video)
    const states: string[] = []
    const opened: TargetEvents[] = []
    const sent: [number, number][] = []
    const far = { congested: false, closed: 0 }
    const aim = {
      template: 'custom',
      url: 'rtmp://h/a',
      rendition: 'source',
      audioTrack: null,
      certificate: 'system',
      latencyMs: null,
      limited: false,
    } as const
    const secrets = { key: 'k', passphrase: '' }
    const sender = new DestinationSender(aim, {
      now: () => 0,
      monotonic: () => 0,
      random: () => 0,
      viewOf: () => stream,
      onState: (state, error) => states.push(error ? `${state} ${error.code}` : state),
      connect: (_aim, _secrets, events) => {
        opened.push(events)
        const link: FlvLink = {
          get congested() {
            return far.congested
          },
          send: (type, timestampMs, body) => {
            sent.push([type, timestampMs])
            return body.length
          },
          announces: () => false,
        }
        return {
          rttMs: 1,
          loss: undefined,
          play: (view, tracks, sending) => sendFlv(link, media, view, tracks, sending),
          tick: () => undefined,
          close: () => {
            far.closed++
          },
        }
      },
    })
    return { stream, states, opened, sent, far, aim, secrets, sender }
  }

  it('goes live with times from 0, loses the connection, and comes back when asked', () => {
    const { stream, states, opened, sent, aim, secrets, sender } = scene()
    expect(sender.isFor(stream)).toBe(false)
    sender.start(stream, aim, secrets)
    expect(sender.isFor(stream)).toBe(true)
    opened[0]?.onLive()
    stream.deliver(packet(5000, true))
    stream.deliver(packet(5040, false))
    expect(sent.slice(-2)).toEqual([
      [MessageType.video, 0],
      [MessageType.video, 40],
    ])
    opened[0]?.onClosed(new AppError('destination.closed'), false)
    expect(sender.nextAttemptMs).toBe(1000)
    sender.retry()
    opened[1]?.onLive()
    expect(states).toEqual(['connecting', 'live', 'retrying destination.closed', 'connecting destination.closed', 'live'])
    expect(sender.statistics()).toMatchObject({ reconnects: 1, frames: 4 })
    stream.end('ended')
    expect(states.at(-1)).toBe('off')
  })

  it('drops whole GOPs for a destination that takes nothing', () => {
    const { stream, opened, far, aim, secrets, sender } = scene()
    sender.start(stream, aim, secrets)
    opened[0]?.onLive()
    far.congested = true
    for (let ms = 0; ms < 4000; ms += 40) stream.deliver(packet(ms, ms % 400 === 0))
    const { droppedFrames, queuedMs } = sender.statistics()
    expect(droppedFrames).toBeGreaterThan(80)
    expect(queuedMs).toBeLessThanOrEqual(400)
    sender.stop()
  })

  it('gives up after four rejections, and at once where the codec is not taken', () => {
    vi.useFakeTimers()
    const { stream, states, opened, aim, secrets, sender } = scene()
    sender.start(stream, aim, secrets)
    for (let attempt = 0; attempt < 4; attempt++) {
      opened[attempt]?.onClosed(new AppError('destination.refused'), true)
      vi.advanceTimersByTime(10_000)
    }
    vi.useRealTimers()
    expect(opened).toHaveLength(4)
    expect(states.at(-1)).toBe('failed destination.refused')
    sender.stop()

    const hevc = scene()
    hevc.stream.setTrack({ ...video, id: 'v1', codec: 'hevc' })
    hevc.sender.start(hevc.stream, { ...aim, rendition: 'v1' }, secrets)
    hevc.opened[0]?.onLive()
    expect(hevc.states.at(-1)).toBe('failed destination.codec_refused')
    hevc.sender.start(hevc.stream, { ...aim, rendition: 'v-720p' }, secrets)
    expect(hevc.states.at(-1)).toBe('retrying destination.rendition_missing')
    hevc.sender.stop()
  })
})

describe('the RTMP target', () => {
  let server: Server | undefined
  const sockets: Socket[] = []
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy()
    server?.close()
  })

  /** Connects to a server that says `bytes` once it was greeted; resolves with how that ended. */
  function against(bytes: Buffer | ((socket: Socket) => void)): Promise<[code: string, refused: boolean]> {
    return new Promise((resolve) => {
      server = createServer((socket) => {
        sockets.push(socket)
        socket.on('error', () => undefined)
        if (typeof bytes === 'function') bytes(socket)
        else socket.once('data', () => socket.end(bytes))
      })
      server.listen(0, '127.0.0.1', () => {
        const { port } = (server as Server).address() as { port: number }
        new RtmpTarget(
          parseRtmpUrl(`rtmp://127.0.0.1:${port}/live`, 'hush-hush'),
          { certificate: 'system', judge: judgeBy(() => openPolicy, false) },
          media,
          {
            onLive: () => resolve(['live', false]),
            onDrain: () => undefined,
            onClosed: (reason, refused) => {
              expect(reason.message).not.toContain('hush-hush')
              resolve([reason.code, refused])
            },
          },
        )
      })
    })
  }

  const greeted = (answer: Buffer) => (socket: Socket) => {
    const handshake = new ServerHandshake()
    let said = false
    socket.on('data', (bytes: Buffer) => {
      handshake.push(bytes, 0, bytes.length)
      if (handshake.reply) socket.write(handshake.reply)
      handshake.reply = undefined
      if (handshake.done && !said) {
        said = true
        socket.write(answer)
      }
    })
  }
  const command = (...values: Parameters<typeof writeAmf0>[0]) => encodeMessage(128, 3, MessageType.commandAmf0, 0, 0, writeAmf0(values))

  it('knows a server of another kind, one that hangs up and one that rejects', async () => {
    expect(await against(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))).toEqual(['destination.protocol', false])
    expect(await against(Buffer.alloc(0))).toEqual(['destination.protocol', false])
    expect(await against(greeted(command('_error', 1, null, { code: 'no', description: 'unknown hush-hush' })))).toEqual([
      'destination.refused',
      true,
    ])
    expect(
      await against(
        greeted(
          Buffer.concat([
            command('_result', 1, null, { code: 'NetConnection.Connect.Success' }),
            command('_error', 2, null, null),
            command('_result', 4, null, 1),
            command('onStatus', 0, null, { level: 'status', code: 'NetStream.Publish.Start' }),
          ]),
        ),
      ),
    ).toEqual(['live', false])
  })

  it('lives through garbage behind the handshake', async () => {
    let seed = 7
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff
      return seed
    }
    for (let round = 0; round < 20; round++) {
      const garbage = Buffer.from(Array.from({ length: 400 }, () => random() & 255))
      const answer = await against((socket) => {
        greeted(garbage)(socket)
        socket.on('data', () => setImmediate(() => socket.end()))
      })
      expect(answer[0]).toMatch(/^destination\./)
    }
  })
})
