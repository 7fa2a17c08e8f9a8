import { expect, it } from 'vitest'
import { isFault } from '../../formats/fault.ts'
import { RtpHead, writeRtpHead } from '../../formats/rtp/rtp.ts'
import { integersFrom } from '../../formats/testing/random.ts'
import { readOffer } from './offer.ts'
import { PublisherMedia } from './publisher-media.ts'
import { RtpReceiver } from './rtp-receiver.ts'
import { readTrickle } from './trickle.ts'

const factor = Number(process.env.FUZZ_RUNS ?? 1)
const random = integersFrom(Number(process.env.FUZZ_SEED ?? 3))

const offer = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1 2',
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97',
  'c=IN IP4 0.0.0.0',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuvwx',
  `a=fingerprint:sha-256 ${'AB:'.repeat(31)}AB`,
  'a=setup:actpass',
  'a=mid:0',
  'a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid',
  'a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
  'a=sendrecv',
  'a=rtpmap:96 H264/90000',
  'a=fmtp:96 profile-level-id=42e01f;packetization-mode=1',
  'a=rtcp-fb:96 nack pli',
  'a=rtpmap:97 rtx/90000',
  'a=fmtp:97 apt=96',
  'a=rid:h send',
  'a=rid:l send',
  'a=simulcast:send h;l',
  'a=ssrc-group:FID 1 2',
  'a=ssrc:1 cname:x',
  'a=ssrc:2 cname:x',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'c=IN IP4 0.0.0.0',
  'a=mid:1',
  'a=sendrecv',
  'a=rtpmap:111 opus/48000/2',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'c=IN IP4 0.0.0.0',
  'a=mid:2',
  'a=sctp-port:5000',
]
const odd = ['-1', '4294967296', '1e9', '', ' ', '\u0000', '__proto__', 'x'.repeat(300), ';', ':', '/']

function changed(lines: readonly string[]): string {
  const made = [...lines]
  for (let count = 1 + random(4); count > 0; count--) {
    const at = random(made.length)
    const line = made[at] ?? ''
    const how = random(5)
    if (how === 0) made.splice(at, 1)
    else if (how === 1) made.splice(at, 0, made[random(made.length)] ?? '')
    else if (how === 2) made[at] = line.slice(0, random(line.length + 1))
    else if (how === 3) made[at] = line.replace(/\d+/, odd[random(odd.length)] as string)
    else made[at] = line.slice(0, random(line.length + 1)) + odd[random(odd.length)] + line.slice(random(line.length + 1))
  }
  return made.join(random(4) === 0 ? '\n' : '\r\n')
}

it('no text makes reading an offer or a fragment throw, or answer what is beyond its bounds', () => {
  expect(isFault(readOffer(offer.join('\r\n')))).toBe(false)
  for (let run = 0; run < 1500 * factor; run++) {
    const found = readOffer(changed(offer))
    if (!isFault(found)) {
      expect(found.media.length).toBeLessThanOrEqual(16)
      for (const { rids, ssrcs, codecs } of found.media) {
        const isBounded = rids.length <= 8 && ssrcs.length <= 64
        const areWhole = codecs.every((codec) => Number.isInteger(codec.payloadType) && Number.isFinite(codec.clockRate))
        if (!isBounded || !areWhole) expect.fail(JSON.stringify({ rids, ssrcs, codecs }))
      }
    }
    const { ufrag = '', pwd = '' } = readTrickle(
      changed(['a=ice-ufrag:abcd', 'a=ice-pwd:abcdefghijklmnopqrstuvwx', 'a=mid:0', 'a=candidate:1 1 UDP 1 1.2.3.4 9 typ host']),
    )
    expect(Math.max(ufrag.length, pwd.length)).toBeLessThanOrEqual(256)
  }
})

it('an offer with thousands of everything is read at once, and within bounds', () => {
  const section = offer.slice(5, 26)
  const many = (line: (index: number) => string) => Array.from({ length: 1000 }, (_, index) => line(index))
  const large = [
    ...offer.slice(0, 5),
    ...section,
    ...many((index) => `a=rid:r${index} send`),
    ...many((index) => `a=ssrc:${index} cname:x`),
    ...many(() => 'a=rtcp-fb:* nack'),
  ].join('\r\n')
  expect(large.length).toBeLessThan(64 * 1024)
  // The quickest of some: a machine that is delayed is slow now and then, and what grows with the square always.
  const tookMs = Array.from({ length: 5 }, () => {
    const from = performance.now()
    readOffer(large)
    return performance.now() - from
  })
  expect(Math.min(...tookMs)).toBeLessThan(300)
  expect(readOffer(large)).toMatchObject({ fault: expect.stringMatching(/more than/) })
})

it('no order, loss or content of RTP makes a receiver throw, hang, or hand on anything twice or what was never sent', () => {
  const head = new RtpHead()
  const total = { packets: 0, payloads: 0, reports: 0 }
  for (let run = 0; run < 20 * factor; run++) {
    const codec = (['h264', 'vp9', 'av1'] as const)[run % 3] as 'h264'
    const media = new PublisherMedia(codec, {
      onTrack: () => undefined,
      onPacket: (packet) => {
        total.packets++
        if (!Number.isSafeInteger(packet.dts) || packet.data.length === 0)
          throw new Error(`a packet of ${packet.data.length} bytes at ${packet.dts}`)
      },
      onKeyframeNeeded: () => undefined,
      onFault: () => undefined,
    })
    let nowMs = 1000
    const sent = new Set<ArrayBufferLike>()
    const receiver = new RtpReceiver(90_000, {
      onPayload: (payload, timestamp, marker) => {
        if (!sent.delete(payload.buffer)) throw new Error('a payload that was not sent, or for the second time')
        total.payloads++
        if (random(4) === 0) media.audio(payload, timestamp, nowMs)
        else media.video(payload, timestamp, marker, nowMs)
      },
      onGap: () => media.videoGap(),
    })
    let sequence = random(65_536)
    for (let count = 0; count < 400; count++) {
      nowMs += random(30)
      sequence = random(50) === 0 ? random(65_536) : (sequence + random(6) - 1) & 0xffff
      const data = new Uint8Array(12 + random(60))
      for (let at = 12; at < data.length; at++)
        data[at] = random(3) === 0 ? [0x67, 0x68, 0x65, 0x78, 0x7c, 0x85, 0xff, 0][random(8)]! : random(256)
      writeRtpHead(data, 96, random(3) === 0, sequence, random(2 ** 24) * 90, 5)
      if (!head.read(data)) continue
      sent.add(data.buffer)
      receiver.push(head, data, nowMs)
      if (receiver.missing(nowMs).length > 100) throw new Error('more than 100 packets are asked for again')
      if (random(30) === 0) {
        const report = receiver.report(5, nowMs)
        expect(report.fractionLost).toBeLessThanOrEqual(255)
        expect(report.lost).toBeGreaterThanOrEqual(0)
        total.reports++
      }
    }
  }
  // Otherwise nothing of the above was put to the test.
  expect(Math.min(total.packets, total.payloads, total.reports)).toBeGreaterThan(5 * factor)
})
