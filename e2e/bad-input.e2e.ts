import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { baseClip } from './helpers/clips.ts'
import { isHeader, readFlv } from './helpers/flv.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type Publisher, publishFile } from './helpers/publish.ts'
import { amf, greeting, message, publishRequest, RtmpPublisher } from './helpers/rtmp-client.ts'
import { until } from './helpers/until.ts'

const connectMessage = message(20, 0, amf('connect', 1, { app: 'live', flashVer: 'e2e/1.0' }), 0, 3)

/** A header of one chunk whose message is said to be `length` bytes long. */
function lyingHeader(length: number, type: number): Buffer {
  const head = Buffer.alloc(12)
  head[0] = 4
  head.writeUIntBE(length, 4, 3)
  head[7] = type
  return head
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** AMF0 objects in objects, `depth` deep, in a command. */
function nested(depth: number): Buffer {
  return Buffer.concat([amf('connect', 1), ...Array.from({ length: depth }, () => Buffer.from([3, 0, 1, 0x61]))])
}

describe('nothing that arrives on a port ends, hangs or fills the host', () => {
  let host: RunningHost
  let publisher: Publisher
  let startBytes = 0

  function residentBytes(): number {
    return Number(readFileSync(`/proc/${host.process.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)?.[1]) * 1024
  }

  async function rejections(): Promise<Map<string, number>> {
    const text = await (await fetch(`${host.http}/metrics`)).text()
    const found = [...text.matchAll(/^\S*refus\S*\{[^}]*code="([^"]+)"[^}]*\}\s+(\d+)/gm)]
    return new Map(found.map((match) => [match[1]!, Number(match[2])]))
  }

  /** Sends bytes on a connection of its own; resolves with what the host said when it hangs up. */
  async function say(bytes: Buffer, port = host.rtmpPort, withinMs = 60_000): Promise<{ said: string; hungUp: boolean }> {
    const socket = connect(port, '127.0.0.1')
    let said = ''
    let hungUp = false
    socket.on('error', () => undefined)
    socket.on('close', () => {
      hungUp = true
    })
    socket.on('data', (piece: Buffer) => {
      said = (said + piece.toString('latin1').replace(/[^ -~]+/g, ' ')).slice(-4000)
    })
    socket.write(bytes)
    const end = performance.now() + withinMs
    while (!hungUp && performance.now() < end) await sleep(20)
    socket.destroy()
    return { said, hungUp }
  }

  beforeAll(async () => {
    const clip = await baseClip()
    host = await startHost({
      name: 'bad-input',
      args: [
        '--limits-first-byte-ms',
        '1500',
        '--limits-handshake-ms',
        '2500',
        '--limits-command-ms',
        '2500',
        '--reconnect-window-ms',
        '2000',
      ],
    })
    publisher = publishFile(clip, `${host.rtmp}/${await host.key('steady')}`, { loop: true })
    await host.until('steady', (stream) => stream.state === 'active' && stream.tracks.length === 2)
    startBytes = residentBytes()
  })
  afterAll(async () => {
    await publisher?.stop()
    await host?.stop()
  })

  it('each kind of malformed connection is rejected with a typed code that is counted', async () => {
    const key = await host.key('hostile')
    const open = Buffer.concat([greeting(), connectMessage])
    const cases: readonly (readonly [name: string, bytes: Buffer, code: string])[] = [
      ['garbage from the first byte', randomBytes(6000).fill(0x47, 0, 1), 'ingest.handshake'],
      ['a web request', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), 'ingest.handshake'],
      ['half a handshake', greeting().subarray(0, 900), 'ingest.timeout'],
      ['silence behind the handshake', greeting(), 'ingest.timeout'],
      [
        'publish before connect, with no name',
        Buffer.concat([greeting(), message(20, 0, Buffer.concat([amf('publish', 4, null), Buffer.from([1, 0])]), 0, 3)]),
        'ingest.protocol',
      ],
      ['connect without a command object', Buffer.concat([greeting(), message(20, 0, amf('connect', 1), 0, 3)]), 'ingest.protocol'],
      ['publish without a name', Buffer.concat([open, message(20, 0, amf('publish', 4, null, 7), 1, 3)]), 'ingest.protocol'],
      [
        'a command that says to be 16 MB long',
        Buffer.concat([greeting(), lyingHeader(0xffffff, 20), Buffer.alloc(4096)]),
        'ingest.message_too_large',
      ],
      ['a chunk size of 0', Buffer.concat([greeting(), message(1, 0, uint32(0), 0, 2)]), 'ingest.protocol'],
      ['a header that continues nothing', Buffer.concat([greeting(), Buffer.from([0xc5, 1, 2, 3])]), 'ingest.protocol'],
      ['an AMF object that never ends', Buffer.concat([greeting(), message(20, 0, nested(9000), 0, 3, 128)]), 'ingest.amf'],
      [
        'an AMF array of four billion',
        Buffer.concat([greeting(), message(20, 0, Buffer.concat([amf('connect', 1), Buffer.from([10, 255, 255, 255, 255])]), 0, 3)]),
        'ingest.amf',
      ],
      ['text longer than its message', Buffer.concat([greeting(), message(20, 0, Buffer.from([2, 255, 255, 0x61]), 0, 3)]), 'ingest.amf'],
      ['a key that nobody made', publishRequest('sk_not_a_key_at_all'), 'publish.key_unknown'],
      [
        'a codec that nobody carries',
        Buffer.concat([publishRequest(key), message(9, 0, Buffer.from([0x12, 0, 0, 0, 0, 1, 2, 3]))]),
        'publish.codec_unsupported',
      ],
    ]
    const before = await rejections()
    // One after the other where they share a key; the time-outs overlap.
    const answers = await Promise.all(cases.map(async ([name, bytes, code]) => ({ name, code, ...(await say(bytes)) })))
    const after = await rejections()
    for (const { name, hungUp } of answers) expect(hungUp, `${name} is hung up on`).toBe(true)
    const expected = new Map<string, number>()
    for (const { code } of answers) expected.set(code, (expected.get(code) ?? 0) + 1)
    for (const [code, count] of expected) expect((after.get(code) ?? 0) - (before.get(code) ?? 0), code).toBeGreaterThanOrEqual(count)
    const audit = JSON.stringify((await host.api('GET', '/audit?kind=error')).body)
    for (const code of expected.keys()) expect(audit).toContain(code)
    expect((await host.api('GET', '/live/streams/steady')).body.reconnecting).toBe(false)
  })

  it('a publisher may send malformed media: it is skipped, counted, and good media behind it plays', async () => {
    const tags = readFlv(await baseClip()).filter((tag) => tag.timestampMs < 2500)
    const odd = await RtmpPublisher.publish(host.rtmpPort, await host.key('odd'))
    const picture = tags.filter((tag) => tag.type === 9)
    const header = picture.find(isHeader)!
    // Audio and video before any header.
    for (const tag of tags.filter((each) => !isHeader(each) && each.type !== 18).slice(0, 4)) odd.send(tag.type, 0, tag.body)
    // A header whose SPS says to be longer than it is, one that is cut, one of nothing but ones.
    const lying = Buffer.from(header.body)
    lying.writeUInt16BE(0xffff, 11)
    odd.send(9, 0, lying)
    odd.send(9, 0, header.body.subarray(0, 9))
    odd.send(9, 0, Buffer.concat([header.body.subarray(0, 13), Buffer.alloc(header.body.length - 13, 255)]))
    // Enhanced tags that are cut, an aggregate that is cut, metadata that is no AMF.
    for (const cut of [[0x90], [0x97, 255], [0x96, 0x15], [0x90, 0x61, 0x76]]) odd.send(9, 0, Buffer.from(cut))
    odd.send(22, 0, Buffer.from([9, 0, 255, 255, 0, 0, 0, 0, 0, 0, 0, 1]))
    odd.send(18, 0, Buffer.from([2, 0, 10, 0x6f, 0x6e, 0x4d, 0x65, 0x74, 0x61, 0x44, 0x61, 0x74, 0x61, 3, 0, 5]))
    await odd.play(tags)
    const stream = await host.until('odd', (each) => each.tracks.length === 2 && (each.health?.faults ?? 0) >= 8)
    expect(stream.state).toBe('active')
    expect(stream.tracks.find((track: { kind: string }) => track.kind === 'video')).toMatchObject({ width: 640, height: 360 })
    expect(odd.closed).toBe(false)
    await odd.bye()

    // Nothing but garbage is rejected in the end.
    const garbage = await RtmpPublisher.publish(host.rtmpPort, await host.key('garbage'))
    for (let index = 0; index < 1100 && !garbage.closed; index++) garbage.send(9, index, Buffer.from([0x17, 9, 1, 2, 3, 4]))
    await garbage.until(/ingest\.media/)

    // A wrong length of a frame ends in the limit, not in memory.
    const large = await RtmpPublisher.publish(host.rtmpPort, await host.key('large'))
    large.socket.write(lyingHeader(12_000_000, 9))
    await large.until(/ingest\.message_too_large/)
  })

  it('a thousand half-open connections and a flood of garbage leave a running stream undisturbed', async () => {
    const before = (await host.api('GET', '/live/streams/steady')).body.health!
    const sockets: Socket[] = []
    for (let index = 0; index < 1000; index++) {
      const socket = connect(host.rtmpPort, '127.0.0.1')
      socket.on('error', () => undefined)
      if (index % 3 === 1) socket.write(greeting().subarray(0, 1 + (index % 1500)))
      if (index % 3 === 2) socket.write(Buffer.concat([greeting(), randomBytes(2048)]))
      sockets.push(socket)
    }
    await until(async () => (await rejections()).get('ingest.timeout')! > 200, 'those who say nothing are refused')
    for (const socket of sockets) socket.destroy()
    const after = await host.until('steady', (stream) => (stream.health?.timeMs ?? 0) > before.timeMs + 3000)
    expect(after.reconnecting).toBe(false)
    const seconds = (after.health!.timeMs - before.timeMs) / 1000
    expect(after.health!.bytesIn - before.bytesIn).toBeGreaterThan((seconds * 300_000) / 8)
    expect(after.health!.droppedFrames - before.droppedFrames).toBe(0)
    expect(residentBytes() - startBytes).toBeLessThan(200e6)
  })

  it('garbage on the HTTP port and on the event socket is rejected', async () => {
    for (const bytes of [
      randomBytes(4096),
      Buffer.from('GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n'),
      Buffer.from(`GET /${'a'.repeat(100_000)} HTTP/1.1\r\n\r\n`),
      Buffer.from(
        'POST /api/v1/live/keys HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"a":{{{{',
      ),
    ]) {
      const { said } = await say(Buffer.concat([bytes, Buffer.from('\r\n\r\n')]), host.httpPort, 6000)
      expect(said).toMatch(/^(HTTP\/1\.1 4\d\d|$)/)
    }
    expect((await host.api('POST', '/live/keys', { stream: '../..', more: 'x'.repeat(3_000_000) })).status).toBeGreaterThanOrEqual(400)
    const upgrade = `GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:${host.httpPort}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`
    // Unmasked, reserved bits set, and a length of exabytes.
    for (const frame of [
      Buffer.from([0x81, 1, 0x61]),
      Buffer.from([0xf1, 0x80]),
      Buffer.concat([Buffer.from([0x82, 0xff]), Buffer.alloc(8, 0x7f)]),
    ]) {
      const { said, hungUp } = await say(Buffer.concat([Buffer.from(upgrade), frame]), host.httpPort)
      expect(said).toContain('101 Switching Protocols')
      expect(hungUp, 'a broken socket is hung up on').toBe(true)
    }
    expect((await host.api('GET', '/health')).body.status).toBe('ok')
    expect(host.process.exitCode).toBeNull()
    expect(host.log.filter((line) => /uncaught|unhandled/i.test(line))).toEqual([])
  })
})
