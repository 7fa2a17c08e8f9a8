import { extension, parametersContent, textContent, writeHandshake } from '../../src-main/formats/srt/srt-handshake.ts'
import { controlPacket, SrtControl, SrtExtension, srtMessageMask, writeDataHeader } from '../../src-main/formats/srt/srt-packet.ts'
import { type Fuzzer, keyPlaceholder } from './fuzz-case.ts'
import { transportPackets } from './mpegts-packets.ts'
import type { Random } from './random.ts'
import { srtCallerId } from './send-case.ts'

/** The host's socket, which it tells when it answers: filled in where the case is sent. */
const hostSocket = 0xdeadbeef
const cookiePlaceholder = 0xc00c1e

function handshake(random: Random, type: number): Buffer {
  const induction = type === 1
  const text = random.pick([
    keyPlaceholder,
    keyPlaceholder,
    `#!::r=steady,m=request`,
    `publish:${keyPlaceholder}`,
    'play:steady',
    '',
    'x'.repeat(500),
  ])
  const extensions = induction
    ? []
    : [
        extension(
          SrtExtension.hsRequest,
          parametersContent({
            version: random.pick([0x010500, 0x010500, 0, 0xffffffff]),
            flags: random.pick([0xbf, 0xbf, 0, 0xff]),
            receiveLatencyMs: random.pick([20, 200, 65_535]),
            sendLatencyMs: random.pick([0, 200]),
          }),
        ),
        extension(SrtExtension.streamId, textContent(text)),
        ...(random.once(6) ? [extension(random.int(9), random.bytes(random.int(80)))] : []),
      ]
  const body = writeHandshake(
    {
      version: induction ? 4 : 5,
      encryption: random.once(8) ? random.int(6) : 0,
      extensionField: induction ? 2 : random.pick([5, 5, 5, 1, 7, 0xffff]),
      sequence: random.pick([0, 1000, 0x7fffffff, 0x7ffffff0]),
      mtu: random.pick([1500, 1500, 0, 0xffffffff]),
      flowWindow: random.pick([8192, 8192, 0, 0xffffffff]),
      type: induction ? 1 : 0xffffffff,
      socketId: srtCallerId,
      cookie: induction ? 0 : cookiePlaceholder,
    },
    '127.0.0.1',
    extensions,
  )
  return controlPacket(SrtControl.handshake, 0, 0, random.int(9999), 0, random.once(8) ? random.mutate(body) : body)
}

function srtPacket(random: Random, sequence: number): Buffer {
  if (random.once(2)) {
    const out = Buffer.concat([Buffer.alloc(16), random.once(5) ? random.bytes(random.int(1400)) : transportPackets(random)])
    const odd = random.once(10)
    writeDataHeader(
      out,
      odd ? random.int(2 ** 31) : sequence,
      random.int(srtMessageMask),
      random.once(10) ? random.int(4) : 0,
      random.int(2 ** 31),
      hostSocket,
    )
    return random.once(8) ? random.mutate(out) : out
  }
  const type = random.once(6) ? random.int(0x8000) : random.pick(Object.values(SrtControl))
  const body = random.bytes(4 * random.int(12))
  return controlPacket(type, random.int(9), random.oddNumber() % 2 ** 32, random.int(2 ** 31), random.once(20) ? 0 : hostSocket, body)
}

/** SRT: malformed handshakes, then data and control packets on the connection that they made. */
export const srt: Fuzzer = {
  name: 'srt',
  make(random) {
    const packets: Buffer[] = []
    if (!random.once(10)) packets.push(handshake(random, 1), handshake(random, 0xffffffff))
    const from = random.pick([0, 1000])
    for (let count = random.int(40); count > 0; count--) packets.push(srtPacket(random, from + packets.length))
    if (random.once(2)) packets.push(controlPacket(SrtControl.shutdown, 0, 0, 0, hostSocket, Buffer.alloc(4)))
    return { transport: 'udp', port: 'srt', pieces: packets }
  },
}

/** A transport stream over UDP whose packets, tables and frames are changed. */
export const mpegts: Fuzzer = {
  name: 'mpegts',
  make: (random) => ({
    transport: 'udp',
    port: 'mpegts',
    pieces: Array.from({ length: 1 + random.int(30) }, () => (random.once(10) ? random.bytes(random.int(1500)) : transportPackets(random))),
  }),
}

const stunMagic = Buffer.from([0x21, 0x12, 0xa4, 0x42])

function stun(random: Random): Buffer {
  const attributes = Array.from({ length: random.int(5) }, () => {
    const value = random.bytes(random.int(40))
    const head = Buffer.alloc(4)
    head.writeUInt16BE(random.pick([6, 8, 0x24, 0x25, 0x8029, 0x802a, 0x20, 0x8028, random.int(65_536)]))
    head.writeUInt16BE(random.once(6) ? random.int(65_536) : value.length, 2)
    return Buffer.concat([head, value, Buffer.alloc((4 - (value.length & 3)) & 3)])
  })
  const body = Buffer.concat(attributes)
  const head = Buffer.alloc(4)
  head.writeUInt16BE(random.pick([1, 1, 0x101, 0x111, 3, random.int(65_536)]))
  head.writeUInt16BE(random.once(8) ? random.int(65_536) : body.length, 2)
  return Buffer.concat([head, random.once(10) ? random.bytes(4) : stunMagic, random.bytes(12), body])
}

/** A DTLS record (RFC 6347 section 4.1), mostly an invalid ClientHello. */
function dtls(random: Random): Buffer {
  const body = random.bytes(random.int(200))
  const head = Buffer.concat([
    Buffer.from([random.pick([20, 21, 22, 22, 23]), 254, random.pick([253, 255])]),
    Buffer.alloc(8),
    Buffer.alloc(2),
  ])
  head.writeUInt16BE(random.int(3), 3)
  head.writeUInt16BE(random.once(6) ? random.int(65_536) : body.length, 11)
  if (head[0] === 22 && body.length > 12) body.set([1, 0, 0, body.length - 12, 0, 0, 0, 0, 0, 0, 0, body.length - 12])
  return Buffer.concat([head, body])
}

/** What arrives on the port of WebRTC media: STUN, DTLS, RTP and RTCP of nobody. */
export const webrtc: Fuzzer = {
  name: 'webrtc',
  make: (random) => ({
    transport: 'udp',
    port: 'webrtc',
    pieces: Array.from({ length: 1 + random.int(20) }, () => {
      switch (random.int(4)) {
        case 0:
          return stun(random)
        case 1:
          return dtls(random)
        case 2:
          return Buffer.concat([Buffer.from([0x80 | random.int(64), random.int(256)]), random.bytes(random.int(300))])
        default:
          return random.mutate(random.once(2) ? stun(random) : dtls(random))
      }
    }),
  }),
}
