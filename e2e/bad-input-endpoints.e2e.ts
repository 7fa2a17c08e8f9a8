import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer as createHttpServer, request } from 'node:http'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { deflateSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { integersFrom } from '../src-main/formats/testing/random.ts'
import { connectSrt } from '../src-main/live/protocols/srt/transport/caller.ts'
import { type Answered, walkApi } from './helpers/api-walk.ts'
import { baseClip } from './helpers/clips.ts'
import { type FlvViewer, watchFlv } from './helpers/flv-viewer.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type Publisher, publishFile } from './helpers/publish.ts'
import { until } from './helpers/until.ts'
import { connectPeer, makeOffer, type RawPeer } from './helpers/whip-peer.ts'

let host: RunningHost
let publisher: Publisher
let other: Publisher
let viewer: FlvViewer
let peer: RawPeer
let webrtcPort = 0
let offer = ''
let before = { bytes: 0, handles: 0 }
const servers: Server[] = []
const sockets: Socket[] = []

function kept(): { bytes: number; handles: number } {
  const { pid } = host.process
  return {
    bytes: Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)?.[1]) * 1024,
    handles: readdirSync(`/proc/${pid}/fd`).length,
  }
}

/** A POST from another IP address of this machine: limits apply to each. */
function post(path: string, body: string | Buffer, from = '127.0.0.1', headers: object = {}): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port: host.httpPort,
        path,
        method: 'POST',
        localAddress: from,
        agent: false,
        headers: { 'content-type': 'application/sdp', 'content-length': Buffer.byteLength(body), ...headers },
      },
      (reply) => {
        let text = ''
        reply.on('data', (chunk) => {
          text += chunk
        })
        reply.on('end', () => resolve({ status: reply.statusCode ?? 0, text }))
      },
    )
    asked.on('error', reject)
    asked.end(body)
  })
}

async function listenTcp(serve: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    sockets.push(socket)
    serve(socket)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function listenHttp(serve: Parameters<typeof createHttpServer>[1] & object): Promise<string> {
  const server = createHttpServer(serve)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Sends datagrams, a few at a time: what is lost on the way tests nothing. */
async function sendAll(port: number, packets: readonly Buffer[]): Promise<void> {
  const socket = createSocket('udp4')
  for (let at = 0; at < packets.length; at += 50) {
    for (const packet of packets.slice(at, at + 50)) socket.send(packet, port, '127.0.0.1')
    await sleep(2)
  }
  await sleep(50)
  socket.close()
}

const stunMagic = Buffer.from([0x21, 0x12, 0xa4, 0x42])

function stun(type: number, length: number, body: Buffer, magic = stunMagic): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt16BE(type)
  head.writeUInt16BE(length & 0xffff, 2)
  return Buffer.concat([head, magic, randomBytes(12), body])
}

/** Sources that misbehave, by the stream that they are to be; started early, since some take their time. */
let sourceUrls: Readonly<Record<string, string>> = {}
let hits = 0

async function startSources(): Promise<void> {
  hits = 0
  const web = await listenHttp((asked, reply) => {
    hits++
    const path = asked.url ?? ''
    if (path === '/turn') reply.writeHead(302, { location: '/turn' }).end()
    else if (path === '/page')
      reply.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>no media</title>'.repeat(50))
    else if (path === '/file.m3u8') reply.end('#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n')
    else if (path === '/inner.m3u8')
      reply.end('#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://169.254.169.254/latest\n#EXT-X-ENDLIST\n')
    else if (path === '/concat.m3u8')
      reply.end('#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nconcat:/etc/passwd|/etc/hosts\n#EXT-X-ENDLIST\n')
    else if (path === '/huge.m3u8') {
      reply.write('#EXTM3U\n#EXT-X-TARGETDURATION:2\n')
      const more = (): void => {
        while (!reply.destroyed && reply.write(`#EXTINF:2,\nsegment-${'x'.repeat(200)}.ts\n`.repeat(300)));
      }
      reply.on('drain', more)
      more()
    } else reply.writeHead(404).end()
  })
  const silent = await listenTcp(() => undefined)
  const closes = await listenTcp((socket) => socket.end())
  const talks = await listenTcp((socket) => socket.write(randomBytes(3000)))
  sourceUrls = {
    'src-turn': `${web}/turn`,
    'src-page': `${web}/page`,
    'src-file': `${web}/file.m3u8`,
    'src-inner': `${web}/inner.m3u8`,
    'src-concat': `${web}/concat.m3u8`,
    'src-huge': `${web}/huge.m3u8`,
    'src-rtmp-closes': `rtmp://127.0.0.1:${closes}/live/x`,
    'src-rtmp-talks': `rtmp://127.0.0.1:${talks}/live/x`,
    'src-rtsp-closes': `rtsp://127.0.0.1:${closes}/x`,
    'src-rtsp-silent': `rtsp://127.0.0.1:${silent}/x`,
  }
  for (const [stream, url] of Object.entries(sourceUrls))
    expect((await host.api('POST', '/live/sources', { stream, url })).status).toBe(201)
}

describe('what strangers send to any endpoint', () => {
  beforeAll(async () => {
    const clip = await baseClip()
    host = await startHost({
      name: 'bad-input-endpoints',
      args: [
        '--webrtc-engine',
        'node-datachannel',
        '--reconnect-window-ms',
        '2000',
        '--limits-idle-ms',
        '8000',
        '--limits-outgoing-queue-ms',
        '60000',
      ],
    })
    publisher = publishFile(clip, `${host.rtmp}/${await host.key('steady')}`, { loop: true })
    other = publishFile(clip, `${host.rtmp}/${await host.key('other')}`, { loop: true })
    await host.until('steady', (stream) => stream.state === 'active' && stream.tracks.length === 2)
    await host.until('other', (stream) => stream.state === 'active' && stream.tracks.length === 2)
    offer = await makeOffer('RecvOnly').then(({ peer: unused, sdp }) => {
      unused.close()
      return sdp
    })
    peer = await connectPeer(`${host.http}/live/steady/whep`)
    expect(peer.status).toBe(201)
    await peer.untilConnected()
    webrtcPort = (await host.api('GET', '/live/webrtc')).body.port!
    viewer = await watchFlv(`${host.http}/live/steady.flv`, 50)
    await until(() => viewer.frames > 60, 'pictures')
    before = kept()
    await startSources()
  })

  afterEach(async () => {
    const from = viewer.frames
    await until(() => viewer.frames > from + 15, 'the stream goes on')
    const { gaps, maxWaitMs } = viewer.forget()
    expect(gaps, 'frames are missing').toEqual([])
    expect(maxWaitMs, 'the stream stood still').toBeLessThan(10_000)
    expect(host.process.exitCode).toBeNull()
    expect(host.log.filter((line) => /uncaught|unhandled|"level":"fatal"/i.test(line))).toEqual([])
  })

  afterAll(async () => {
    viewer?.stop()
    peer?.close()
    for (const socket of sockets) socket.destroy()
    for (const server of servers) server.close()
    await Promise.all([publisher?.stop(), other?.stop()])
    await host?.stop()
  })

  it('malformed STUN, DTLS and RTP on the WebRTC port touch no viewer', async () => {
    const seen = peer.received
    const packets: Buffer[] = []
    for (let round = 0; round < 120; round++) {
      packets.push(
        randomBytes(1 + (round % 90)),
        stun(1, 0, Buffer.alloc(0)),
        stun(1, 0xffff, randomBytes(40)),
        stun(1, 8, Buffer.from([0, 6, 0xff, 0xff, 0x61, 0x3a, 0x62, 0])),
        stun(1, 24, Buffer.concat([Buffer.from([0, 8, 0, 20]), randomBytes(20)])),
        stun(0x101, 12, Buffer.from([0, 0x20, 0, 8, 0, 1, 0xff, 0xff, 1, 2, 3, 4])),
        stun(1, 0, Buffer.alloc(0), randomBytes(4)),
        // DTLS: a ClientHello that is cut, a fragment beyond its message, an alert, a record of another epoch.
        Buffer.concat([
          Buffer.from([22, 254, 253, 0, 0, 0, 0, 0, 0, 0, round, 0, 40, 1, 0, 0, 200, 0, 0, 0, 0, 0, 0, 0, 28]),
          randomBytes(28),
        ]),
        Buffer.concat([Buffer.from([22, 254, 255, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff]), randomBytes(60)]),
        Buffer.from([21, 254, 253, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40]),
        Buffer.concat([Buffer.from([23, 254, 253, 0, 1, 0, 0, 0, 0, 0, round, 0, 30]), randomBytes(30)]),
        Buffer.concat([Buffer.from([0x80, 96]), randomBytes(200)]),
        Buffer.concat([Buffer.from([0x80, 200, 0, 6]), randomBytes(24)]),
        Buffer.concat([Buffer.from([0xbf, 0xff, 0xff, 0xff]), randomBytes(1400)]),
      )
    }
    await sendAll(webrtcPort, packets)
    await until(() => peer.received > seen + 30, 'RTP goes on')
  })

  it('invalid or false offers are rejected with a code by WHIP and WHEP', async () => {
    const key = await host.key('whip')
    const lines = offer.split('\r\n')
    const bad: (string | Buffer)[] = [
      '',
      'v=0',
      'v=0\r\n',
      '\u0000'.repeat(500),
      'v=0\r\n'.repeat(5000),
      `v=0\r\n${'m=video 9 UDP/TLS/RTP/SAVPF 96\r\n'.repeat(1500)}`,
      randomBytes(5000),
      'x'.repeat(1_000_000),
      offer.replace(/a=fingerprint.*\r\n/g, ''),
      offer.replace(/a=ice-(ufrag|pwd).*\r\n/g, ''),
      offer.replace(/a=mid:.*\r\n/g, 'a=mid:same\r\n'),
      offer.replace(/a=mid:.*\r\n/g, `a=mid:${'m'.repeat(4000)}\r\n`),
      offer.replace(/96/g, '99999999999'),
      offer.replace(/a=rtpmap.*\r\n/g, 'a=rtpmap:96 H264/0\r\n'),
      offer.replace(/a=setup:.*\r\n/g, 'a=setup:holdconn\r\n'),
      offer.replace(/a=fingerprint:\S+ .*\r\n/g, 'a=fingerprint:sha-256 zz\r\n'),
      offer.replace(/a=fingerprint:\S+ .*\r\n/g, `a=fingerprint:sha-256 ${'AA:'.repeat(31)}\r\n`),
      offer.replace(/a=fingerprint:\S+ /g, 'a=fingerprint:md17 '),
      offer.replace(/a=ice-pwd:.*\r\n/g, `a=ice-pwd:${'p'.repeat(250)}\r\n`),
      `${offer}${'a=rtcp-fb:* nack\r\n'.repeat(3000)}`,
      `${offer}${'a=ssrc:4294967295 cname:x\r\n'.repeat(2000)}`,
      `${offer.replace('a=mid:0', `a=simulcast:send ${'r;'.repeat(2000)}\r\na=mid:0`)}${'a=rid:r send\r\n'.repeat(2000)}`,
      `${offer}${'a=candidate:1 1 UDP 2130706431 999.999.999.999 99999 typ host\r\n'.repeat(200)}`,
    ]
    const random = integersFrom(7)
    for (let round = 0; round < 120; round++) {
      const changed = [...lines]
      for (let count = 1 + random(3); count > 0; count--) {
        const at = random(changed.length)
        if (random(3) === 0) changed.splice(at, 1)
        else if (random(2) === 0) changed.splice(at, 0, changed[random(changed.length)] ?? '')
        else changed[at] = (changed[at] ?? '').replace(/\d+/, ['-1', '4294967296', '1e9', '', '\u0000'][random(5)]!)
      }
      bad.push(changed.join('\r\n'))
    }
    const answers = await Promise.all(
      bad.flatMap((body, index) => [
        post('/live/steady/whep', body, `127.1.${index >> 6}.${1 + (index & 63)}`),
        post('/live/whip/whip', body, `127.2.${index >> 6}.${1 + (index & 63)}`, { authorization: `Bearer ${key}` }),
      ]),
    )
    const statuses = new Map<number, number>()
    for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1)
    for (const [status] of statuses) expect([201, 400, 406, 409, 413, 503], JSON.stringify([...statuses])).toContain(status)
    expect(statuses.get(400)).toBeGreaterThan(30)
    for (const { status, text } of answers) if (status !== 201) expect(JSON.parse(text)).toMatchObject({ code: expect.any(String) })
    // Nothing that was asked ended the engine: the viewer's packets still come.
    const seen = peer.received
    await until(() => peer.received > seen + 30, 'RTP goes on')
  })

  it('a flood of offers from one IP address is bounded; others are served', async () => {
    const from = performance.now()
    const flood = await Promise.all(Array.from({ length: 250 }, () => post('/live/steady/whep', offer, '127.3.0.1')))
    const statuses = flood.map(({ status }) => status)
    // Sixty at once and ten a second.
    expect(statuses.filter((status) => status !== 429).length).toBeLessThan(62 + (performance.now() - from) / 100)
    expect(statuses).toContain(429)
    expect(statuses.filter((status) => ![201, 429, 503].includes(status))).toEqual([])
    expect((await post('/live/steady/whep', offer, '127.3.0.2')).status).toBe(201)
    const late = await connectPeer(`${host.http}/live/steady/whep`)
    await late.untilConnected()
    late.close()
  })

  it('signalling messages of wrong kinds, huge ones and a hundred thousand of them', async () => {
    const open = async (from: string): Promise<WebSocket> => {
      const socket = new WebSocket(`ws://127.0.0.1:${host.httpPort}/live/steady/signal`, { localAddress: from })
      socket.on('error', () => undefined)
      await new Promise((resolve) => socket.once('open', resolve).once('close', resolve))
      return socket
    }
    const closed = (socket: WebSocket) => until(() => socket.readyState === socket.CLOSED, 'it is hung up on')
    const strange: unknown[] = [null, 1, [], {}, { type: 1 }, { type: 'offer' }, { type: 'offer', sdp: 7 }, { type: 'offer', sdp: {} }]
    strange.push({ type: 'offer', sdp: 'v=0', role: 'publish', key: 5 }, { type: 'offer', sdp: offer, role: { a: 1 } })
    strange.push({ type: 'candidate', candidate: 5 }, { type: 'candidate', candidate: { candidate: 'x'.repeat(9000), sdpMid: 7 } })
    strange.push({ type: 'layer', rid: {} }, { type: 'data', data: [] }, { type: 'constructor' }, { type: '__proto__' })
    for (const [index, message] of strange.entries()) {
      const socket = await open(`127.4.0.${index + 1}`)
      socket.send(JSON.stringify(message))
      socket.send('{"type":')
      socket.send(randomBytes(300))
      await sleep(10)
      socket.terminate()
    }
    const large = await open('127.4.1.1')
    large.send(JSON.stringify({ type: 'offer', sdp: 'x'.repeat(1_000_000) }))
    await closed(large)
    const busy = await open('127.4.1.2')
    const candidate = JSON.stringify({ type: 'candidate', candidate: 'candidate:1 1 UDP 1 127.0.0.1 9 typ host', mid: '0' })
    for (let count = 0; count < 100_000 && busy.readyState === busy.OPEN; count++) {
      busy.send(candidate)
      if (count % 2000 === 0) await sleep(1)
    }
    busy.terminate()
  })

  it('a WHIP publisher that sends garbage, and one that sends nothing, are let go', async () => {
    const garbage = await connectPeer(`${host.http}/live/whip`, await host.key('rtp-garbage'))
    const silent = await connectPeer(`${host.http}/live/whip`, await host.key('rtp-silent'))
    await Promise.all([garbage.untilConnected(), silent.untilConnected()])
    for (let count = 0; count < 3000; count++) {
      const head = Buffer.from([0x80, 96, count >> 8, count & 255, 0, 0, count >> 4, 0, 0, 0, 0x08, 0xae])
      // STAP-A and FU-A with wrong lengths, an SPS of noise, and nonsense.
      const kinds = [[0x78, 0xff, 0xff, 7], [0x7c, 0x85, 1, 2], [0x67, 0xff, 0xff, 0xff], [0x68], [0x65], [0, 0, 0, 1]]
      const packet = Buffer.concat([head, Buffer.from(kinds[count % kinds.length]!), randomBytes(count % 700)])
      packet[1] = count % 5 === 0 ? 0xe0 : 96
      if (garbage.videoTrack.isOpen()) garbage.videoTrack.sendMessageBinary(packet)
      if (garbage.videoTrack.isOpen() && count % 10 === 0)
        garbage.videoTrack.sendMessageBinary(Buffer.concat([Buffer.from([0x8f, 206, 0, 9]), randomBytes(36)]))
      if (count % 100 === 0) await sleep(2)
    }
    const gone = async (name: string) => (await host.api('GET', `/live/streams/${name}`)).body?.publisher == null
    await until(() => gone('rtp-silent'), 'the silent one is gone')
    garbage.close()
    silent.close()
    const seen = peer.received
    await until(() => peer.received > seen + 30, 'RTP goes on')
  })

  it('SRT handshakes half open, malformed and again, and a caller whose transport stream is noise', async () => {
    const port = Number(host.ready.srtPort)
    const handshake = (version: number, extension: number, type: number, cookie: number, more: Buffer) => {
      const packet = Buffer.alloc(64)
      packet.writeUInt32BE(0x80000000)
      packet.writeUInt32BE(version, 16)
      packet.writeUInt16BE(extension, 22)
      packet.writeUInt32BE(5, 24)
      packet.writeUInt32BE(1500, 28)
      packet.writeUInt32BE(8192, 32)
      packet.writeUInt32BE(type, 36)
      packet.writeUInt32BE(Math.floor(Math.random() * 2 ** 31), 40)
      packet.writeUInt32BE(cookie, 44)
      return Buffer.concat([packet, more])
    }
    const packets: Buffer[] = []
    for (let round = 0; round < 400; round++) {
      packets.push(
        handshake(4, 2, 1, 0, Buffer.alloc(0)),
        handshake(5, 5, 0xffffffff, round * 7919, randomBytes(round % 200)),
        handshake(round, round, round, round, Buffer.alloc(0)).subarray(0, 17 + (round % 47)),
        Buffer.concat([Buffer.from([0x80, round & 15, 0, 0]), randomBytes(12 + (round % 40))]),
        randomBytes(16 + (round % 1400)),
      )
    }
    await sendAll(port, packets)
    const key = await host.key('srt-noise')
    const caller = await connectSrt({ host: '127.0.0.1', port, streamId: key, latencyMs: 20 })
    for (let count = 0; count < 300; count++) {
      const packet = randomBytes(1316)
      if (count % 2 === 0) for (let at = 0; at < packet.length; at += 188) packet[at] = 0x47
      caller.send(packet)
      if (count % 20 === 0) await sleep(2)
    }
    await sleep(200)
    caller.close()
    expect((await host.api('GET', '/live/srt-connections')).status).toBe(200)
    const again = await connectSrt({ host: '127.0.0.1', port, streamId: 'play:steady', latencyMs: 20 })
    let bytes = 0
    again.onMessage = (payload) => {
      bytes += payload.length
    }
    await until(() => bytes > 50_000, 'SRT plays')
    again.close()
  })

  it('noise on a UDP input', async () => {
    const probe = createSocket('udp4')
    await new Promise<void>((resolve) => probe.bind(0, '127.0.0.1', resolve))
    const { port } = probe.address()
    probe.close()
    const made = await host.api('POST', '/live/udp-inputs', { stream: 'udp-noise', url: `udp://:${port}` })
    expect(made.status).toBe(201)
    const packets = Array.from({ length: 600 }, (_, index) => {
      const packet = randomBytes(index % 3 === 0 ? index : 1316)
      if (index % 2 === 0) for (let at = 0; at < packet.length; at += 188) packet[at] = 0x47
      return packet
    })
    await sendAll(port, packets)
    expect((await host.api('DELETE', `/live/udp-inputs/${made.body.id}`)).status).toBe(204)
  })

  it('players that never read', async () => {
    const slow: Socket[] = []
    for (let index = 0; index < 40; index++) {
      const socket = connect(host.httpPort, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.write(`GET /live/${index % 2 ? 'steady' : 'other'}.flv HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
      socket.pause()
      slow.push(socket)
    }
    await sleep(2000)
    for (const socket of slow) socket.destroy()
  })

  it('hooks that hang, answer without end or lead elsewhere, and an alert channel that hangs', async () => {
    let led = 0
    const web = await listenHttp((asked, reply) => {
      if (asked.url === '/hang') return
      if (asked.url === '/large') {
        reply.writeHead(200, { 'content-type': 'application/json' })
        reply.write('{"allow":true,"')
        let left = 160
        const more = (): void => {
          while (left-- > 0 && !reply.destroyed && reply.write('x'.repeat(65_536)));
          if (left <= 0) reply.end()
        }
        reply.on('drain', more)
        more()
      } else if (asked.url === '/lead') reply.writeHead(307, { location: `${web}/led` }).end()
      else {
        led++
        reply.writeHead(200).end('{}')
      }
    })
    const made: string[] = []
    for (const [path, onFailure] of [
      ['hang', 'refuse'],
      ['large', 'refuse'],
      ['lead', 'refuse'],
    ] as const) {
      const { body, status } = await host.api('POST', '/live/hooks', {
        label: path,
        url: `${web}/${path}`,
        events: ['play', 'stream.live', 'stream.ended'],
        stream: 'other',
        timeoutMs: 800,
        onFailure,
      })
      expect(status).toBe(201)
      made.push(body.hook.id)
    }
    const { body: channel } = await host.api('POST', '/live/alert-channels', { kind: 'webhook', label: 'hangs', url: `${web}/hang` })
    const rule = { kind: 'publisher-lost', stream: 'other', holdS: 0, channels: [channel.id] }
    expect((await host.api('POST', '/live/alert-rules', rule)).status).toBe(201)
    // Asked by a hook that hangs, answers too much and redirects: rejected within the time-out, and the redirect is not followed.
    const refused = await fetch(`${host.http}/live/other/index.m3u8`, { headers: { 'user-agent': 'stranger' } })
    expect(refused.status).toBe(403)
    expect(led).toBe(0)
    await other.stop()
    await sleep(300)
    for (const id of made) expect((await host.api('DELETE', `/live/hooks/${id}`)).status).toBe(204)
    await host.api('DELETE', `/live/alert-channels/${channel.id}`)
  })

  it('destinations that close in mid-handshake, answer garbage or lead nowhere', async () => {
    const closes = await listenTcp((socket) => socket.once('data', () => socket.end(randomBytes(700))))
    const talks = await listenTcp((socket) => socket.once('data', () => socket.write(randomBytes(8000))))
    const version = await listenTcp((socket) =>
      socket.once('data', () => socket.write(Buffer.concat([Buffer.from([3]), Buffer.alloc(3072), randomBytes(5000)]))),
    )
    const ids: string[] = []
    for (const port of [closes, talks, version]) {
      const { status, body } = await host.api('POST', '/live/streams/steady/destinations', {
        template: 'custom',
        label: `to ${port}`,
        url: `rtmp://127.0.0.1:${port}/live`,
        key: 'x',
      })
      expect(status, JSON.stringify(body)).toBe(201)
      ids.push(body.id)
    }
    type Shown = { id: string; state: string; error: unknown }
    await until(async () => {
      const { items } = (await host.api('GET', '/live/streams/steady/destinations')).body as { items: Shown[] }
      return items.filter(({ id, error }) => ids.includes(id) && error !== null).length === ids.length
    }, 'each says what is wrong')
    for (const id of ids) await host.api('DELETE', `/live/streams/steady/destinations/${id}`)
  })

  it('URLs with invalid tokens and ids', async () => {
    await host.api('PUT', '/live/streams/other/access', { mode: 'signed', allow: [], deny: [] })
    const tokens = [
      '',
      '@',
      '%',
      '%zz',
      '%00',
      '%2e%2e%2f',
      'x'.repeat(8000),
      'h~~~~',
      `h~k~${'9'.repeat(40)}~~s`,
      '..',
      'eyJhbGciOiJub25lIn0.e30.',
      '%F0%9F%92%A5',
    ]
    const paths = tokens.flatMap((token) => [
      `/live/other/@${token}/index.m3u8`,
      `/live/other/@${token}/@${token}/index.m3u8`,
      `/live/@${token}`,
    ])
    const ids = ['..%2F..%2Fetc%2Fpasswd', '%2e%2e', '....//', '%00', 'x'.repeat(3000)]
    for (const id of ids) {
      paths.push(
        `/api/v1/live/recordings/${id}/file`,
        `/api/v1/live/recordings/${id}/thumbnail.jpg`,
        `/live/other/${id}`,
        `/live/${id}/index.m3u8`,
      )
    }
    for (const path of paths) {
      const socket = connect(host.httpPort, '127.0.0.1')
      const line = await new Promise<string>((resolve) => {
        socket.on('error', () => resolve('closed'))
        socket.on('close', () => resolve('closed'))
        socket.on('data', (bytes: Buffer) => resolve(bytes.toString('latin1', 0, 2000)))
        socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${host.httpPort}\r\nConnection: close\r\n\r\n`)
      })
      socket.destroy()
      // Paths without a file of their own are the page's.
      if (!line.includes('text/html')) expect(line, path).toMatch(/^(HTTP\/1\.1 4\d\d|closed)/)
      expect(line).not.toContain('root:')
    }
  })

  it('uploads that are no video, or far too large a one, and names that lead out of a folder', async () => {
    const png = (width: number, height: number, data: Buffer): Buffer => {
      const chunk = (type: string, body: Buffer): Buffer => {
        const head = Buffer.alloc(8)
        head.writeUInt32BE(body.length)
        head.write(type, 4, 'latin1')
        const table = (bytes: Buffer): number => {
          let crc = 0xffffffff
          for (const byte of bytes) {
            crc ^= byte
            for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
          }
          return ~crc >>> 0
        }
        const end = Buffer.alloc(4)
        end.writeUInt32BE(table(Buffer.concat([head.subarray(4), body])))
        return Buffer.concat([head, body, end])
      }
      const head = Buffer.alloc(13)
      head.writeUInt32BE(width)
      head.writeUInt32BE(height, 4)
      head.set([8, 0, 0, 0, 0], 8)
      const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
      return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))])
    }
    const small = png(64, 64, deflateSync(Buffer.alloc(65 * 64)))
    // 144 million points in 140 kB.
    const bomb = png(12_000, 12_000, deflateSync(Buffer.alloc(12_001 * 12_000)))
    const files = [
      randomBytes(900),
      Buffer.from('<svg/>'.repeat(30)),
      small.subarray(0, 50),
      Buffer.concat([small.subarray(0, 33), randomBytes(300)]),
      bomb,
    ]
    files.push(
      Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), randomBytes(500)]),
      Buffer.concat([Buffer.from('\0\0\0\x18ftypmp42'), randomBytes(700)]),
    )
    for (const [index, data] of files.entries()) {
      const { status, body } = await host.api('POST', '/live/slates', { label: 'x', data: data.toString('base64') })
      expect([status, body.code], `file ${index}`).toEqual([400, 'slate.unreadable'])
    }
    for (const fileName of ['../../{stream}', '/etc/{date}', '{stream}/../../x', '..\\..\\x', '{title}\u0000x']) {
      const rule = { enabled: true, container: 'mp4', splitMinutes: null, splitMegabytes: null, tracks: [], fileName }
      const { status } = await host.api('PUT', '/live/streams/steady/recording-rule', rule)
      expect([200, 400]).toContain(status)
    }
    await until(async () => (await host.api('GET', '/live/recordings')).body.items.length > 0, 'a recording')
    await host.api('DELETE', '/live/streams/steady/recording-rule')
    for (const { fileName } of (await host.api('GET', '/live/recordings')).body.items) expect(fileName).not.toMatch(/\.\.[/\\]|^[/\\]/)
  })

  it('sources that misbehave say why, are tried again, and read no file of this machine', async () => {
    for (const url of ['file:///etc/passwd\u0000.flv', 'gopher://x/', 'rtmp://', 'concat:/etc/passwd', 'http://'])
      expect([400, 201]).toContain((await host.api('POST', '/live/sources', { stream: 'src-refused', url })).status)
    type Item = { id: string; stream: string; state: string; error: string | null }
    const items = async (): Promise<Item[]> => (await host.api('GET', '/live/sources')).body.items
    const quick = Object.keys(sourceUrls).filter((name) => !['src-rtsp-silent', 'src-inner'].includes(name))
    await until(
      async () => {
        const all = await items()
        return quick.every((name) => all.some(({ stream, error }) => stream === name && error !== null))
      },
      'they failed',
      90_000,
    ).catch(async (error) => {
      throw new Error(`${error.message}: ${JSON.stringify((await items()).map(({ stream, state, error: why }) => [stream, state, why]))}`)
    })
    const all = await items()
    for (const { stream } of all) expect((await host.api('GET', `/live/streams/${stream}`)).body?.tracks ?? []).toEqual([])
    expect(JSON.stringify(all)).not.toContain('root:')
    expect(hits).toBeGreaterThan(6)
    for (const { id } of all) await host.api('DELETE', `/live/sources/${id}`)
  })

  it('every route of the API, with bodies that break its schema or are at its limits, never fails inside', async () => {
    const key = await host.key('walked')
    const walked = publishFile(await baseClip(), `${host.rtmp}/${key}`, { loop: true })
    await host.until('walked', (stream) => stream.state === 'active')
    // What is asked of a stream that is not live starts no process.
    await walked.stop()
    await host.api('POST', '/live/streams/walked/end')
    await host.api('POST', '/live/streams/walked/destinations', {
      template: 'custom',
      url: 'rtmp://127.0.0.1:9/live',
      key: 'x',
      enabled: false,
    })
    await host.api('POST', '/live/hooks', { label: 'x', url: 'http://127.0.0.1:9/', events: ['stream.live'], stream: 'walked' })
    await host.api('POST', '/live/alert-rules', { kind: 'disk-low', channels: [] })
    const entity = { id: 'walked', name: 'walked' }
    const collection = {
      format: 'ami-streams/collection',
      version: 1,
      canvases: [{ ...entity, width: 64, height: 36 }],
      scenes: [{ ...entity, items: [{ ...entity, source: 'walked' }], filters: [{ ...entity, kind: 'blur' }] }],
      sources: [{ ...entity, kind: 'tone', audio: { filters: [{ id: 'heard', kind: 'gate' }] } }],
      transitions: [{ ...entity, kind: 'fade' }],
      outputs: [{ ...entity, kind: 'rtmp', settings: { url: 'rtmp://127.0.0.1:9/x' } }],
      macros: [{ ...entity, actions: [{ do: 'wait', ms: 1 }] }],
    }
    await host.api('POST', '/studio/collections', { name: 'walked', collection })
    expect((await host.api('POST', '/studio/collections/walked/open', {})).status).toBe(200)
    // Machines of such names are not there to be set up.
    const failed = ({ status, answer }: Answered) => status >= 500 && !answer.includes('network.ssh_unreachable')
    const { asked, found } = await walkApi(host.http, 'walked', failed)
    // They would go on without the host.
    for (const { id } of (await host.api('GET', '/desktop/displays')).body.items) await host.api('DELETE', `/desktop/displays/${id}`)
    expect(asked).toBeGreaterThan(3000)
    expect(found).toEqual([])
  })

  it('in the end nothing is kept of them all', async () => {
    await until(async () => (await host.api('GET', '/live/webrtc')).body.sessions <= 1, 'sessions that never connected are gone')
    // Processes for thumbnails and recordings started meanwhile; hundreds of connections came and must be gone.
    await until(() => kept().handles <= before.handles + 30, 'handles are given back').catch(() => {
      throw new Error(`handles: ${before.handles} before, ${kept().handles} now`)
    })
    expect(kept().bytes - before.bytes).toBeLessThan(150e6)
  })
})
