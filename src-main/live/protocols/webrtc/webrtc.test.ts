import { describe, expect, it } from 'vitest'
import { isFault } from '../../../formats/fault.ts'
import { RtpHead, writeRtpHead } from '../../../formats/rtp/rtp.ts'
import { integersFrom } from '../../../formats/testing/random.ts'
import { publisherCodec, writeAnswer } from '../../../media/realtime/answer.ts'
import { Outlet } from '../../../media/realtime/datachannel/worker/outlet.ts'
import { Source } from '../../../media/realtime/datachannel/worker/source.ts'
import { iceLinks, readIceServers } from '../../../media/realtime/ice-servers.ts'
import { type OfferDescription, readOffer } from '../../../media/realtime/offer.ts'
import { RtpReceiver } from '../../../media/realtime/rtp-receiver.ts'
import { readTrickle } from '../../../media/realtime/trickle.ts'
import { OfferLimit } from './offer-limit.ts'

const transport = ['a=ice-ufrag:abcd', 'a=ice-pwd:abcdefghijklmnopqrstuv', `a=fingerprint:sha-256 ${'AB:'.repeat(31)}AB`, 'a=setup:actpass']
const offerText = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1 2',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=mid:0',
  ...transport,
  'a=sendonly',
  'a=rtpmap:111 opus/48000/2',
  'm=video 9 UDP/TLS/RTP/SAVPF 96 102 103',
  'a=mid:1',
  ...transport,
  'a=sendonly',
  'a=rtpmap:96 VP8/90000',
  'a=rtpmap:102 H264/90000',
  'a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  'a=rtcp-fb:102 nack pli',
  'a=rtpmap:103 rtx/90000',
  'a=fmtp:103 apt=102',
  'a=rid:l send',
  'a=rid:h send',
  'a=simulcast:send l;h',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'a=mid:2',
  ...transport,
  'a=sctp-port:5000',
].join('\r\n')

function offer(text = offerText): OfferDescription {
  const read = readOffer(text)
  if (isFault(read)) throw new Error(read.fault)
  return read
}

function packet(sequence: number, timestamp: number, payload: readonly number[], marker = true): Buffer {
  const data = Buffer.alloc(12 + payload.length)
  writeRtpHead(data, 96, marker, sequence & 0xffff, timestamp, 7)
  data.set(payload, 12)
  return data
}

const head = new RtpHead()

describe('an offer', () => {
  it('is read: sections, codecs with their retransmissions, encodings, data', () => {
    const { media, dataMid, mids } = offer()
    expect(media[1]).toMatchObject({ mid: '1', kind: 'video', rids: ['l', 'h'], codecs: [{ name: 'vp8' }, { name: 'h264', rtx: 103 }] })
    expect({ dataMid, mids }).toEqual({ dataMid: '2', mids: ['0', '1', '2'] })
    expect(media.map((each) => publisherCodec(each)?.name)).toEqual(['opus', 'h264'])
  })

  it('is answered section by section', () => {
    const read = offer()
    const codec = read.media[1] && publisherCodec(read.media[1])
    if (codec === undefined) throw new Error('no codec')
    const answer = writeAnswer(
      read,
      [{ mid: '1', codec, direction: 'recvonly', rids: ['l', 'h'] }],
      { iceUfrag: 'u', icePwd: 'p', iceLite: false, fingerprint: { algorithm: 'sha-256', value: 'AB' }, setup: 'active', candidates: [] },
      true,
    )
    expect(answer).toContain('a=group:BUNDLE 0 1 2')
    // the audio is not used, but it is not rejected: its transport, the first, serves the others
    expect(answer).toContain('m=audio 9 UDP/TLS/RTP/SAVPF 111')
    expect(answer).toContain('a=inactive\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\nm=video 9')
    expect(answer).toContain('a=simulcast:recv l;h')
    expect(answer.match(/^m=/gm)).toHaveLength(3)
  })

  it('that breaks the format is a fault, and no change of its bytes makes the reader throw', () => {
    expect(isFault(readOffer('hello'))).toBe(true)
    expect(isFault(readOffer(offerText.replaceAll('a=ice-pwd:abcdefghijklmnopqrstuv', '')))).toBe(true)
    expect(isFault(readOffer(offerText.replaceAll(/a=mid:.\r\n/g, '')))).toBe(true)
    const random = integersFrom(5)
    const lines = offerText.split('\r\n')
    for (let run = 0; run < 300; run++) {
      const changed = [...lines]
      for (let i = 0; i < 3; i++) {
        const at = random(changed.length)
        const line = changed[at] ?? ''
        const kind = random(4)
        if (kind === 0) changed.splice(at, 1)
        else if (kind === 1) changed[at] = line.slice(0, random(line.length + 1))
        else if (kind === 2) changed[at] = line.replace(/\d+/, String(random(2 ** 31)))
        else changed.splice(at, 0, changed[random(changed.length)] ?? '')
      }
      const read = readOffer(changed.join('\r\n'))
      if (!isFault(read)) for (const each of read.media) publisherCodec(each)
    }
  })
})

describe('a receiver of RTP', () => {
  it('puts packets in order, asks for missing ones, and gives up in time', () => {
    const got: number[] = []
    let gaps = 0
    const receiver = new RtpReceiver(90_000, { onPayload: (payload) => got.push(payload[0] as number), onGap: () => gaps++ })
    const push = (sequence: number, nowMs: number): void => {
      const data = packet(sequence, sequence * 3000, [sequence & 255])
      head.read(data)
      receiver.push(head, data, nowMs)
    }
    for (const sequence of [65_534, 65_535, 1, 0, 2]) push(sequence, 0)
    expect(got).toEqual([254, 255, 0, 1, 2])
    push(5, 10)
    expect(receiver.missing(30)).toEqual([3, 4])
    expect(receiver.missing(40)).toEqual([])
    push(3, 50)
    expect(receiver.missing(90)).toEqual([4])
    expect(gaps).toBe(0)
    receiver.missing(400)
    expect({ got: got.slice(5), gaps, lost: receiver.lost }).toEqual({ got: [3, 5], gaps: 1, lost: 1 })
    expect(receiver.report(7, 400)).toMatchObject({ ssrc: 7, highestSequence: 0x10005, lost: 1 })
  })
})

describe('a viewer of a source', () => {
  const key = [0x65]
  const opens = [0x78, 0, 1, 0x67, 0, 1, 0x68]

  function joined() {
    const source = new Source({ name: 'h264', clockRate: 90_000 })
    const push = (sequence: number, timestamp: number, payload: readonly number[], nowMs: number): void => {
      const data = packet(sequence, timestamp, payload)
      head.read(data)
      source.push(data, head, nowMs)
    }
    const sent: { sequence: number; timestamp: number; payloadType: number; ssrc: number }[] = []
    const outlet = new Outlet(99, 120, 'me', (data) => {
      const seen = new RtpHead()
      seen.read(data)
      sent.push({ sequence: seen.sequence, timestamp: seen.timestamp, payloadType: seen.payloadType, ssrc: seen.ssrc })
      return true
    })
    return { source, push, sent, outlet }
  }

  it('waits for the first keyframe', () => {
    const { source, push, sent, outlet } = joined()
    push(1, 0, [0x41], 0)
    expect(outlet.begin(source, 0)).toBe(true)
    push(2, 3000, [0x41], 33)
    expect(sent).toHaveLength(0)
    push(3, 6000, opens, 66)
    push(4, 6000, key, 66)
    expect(sent).toHaveLength(2)
    expect(sent[0]).toMatchObject({ payloadType: 120, ssrc: 99 })
  })

  it('that joins late gets what is kept since the keyframe, its timestamps pushed together, and then what comes', () => {
    const { source, push, sent, outlet } = joined()
    push(10, 0, opens, 0)
    push(11, 0, key, 0)
    for (let i = 1; i <= 20; i++) push(11 + i, i * 3000, [0x41], i * 33)
    expect(outlet.begin(source, 700)).toBe(false)
    push(32, 21 * 3000, [0x41], 701)
    expect(sent).toHaveLength(0)
    expect(outlet.catchUp(705)).toBe(false)
    push(33, 22 * 3000, [0x41], 734)
    expect(sent).toHaveLength(24)
    const first = sent[0] as (typeof sent)[0]
    expect(sent.map((each) => (each.sequence - first.sequence) & 0xffff)).toEqual(sent.map((_, i) => i))
    const times = sent.map((each) => (each.timestamp - first.timestamp) >>> 0)
    expect(times.slice(-3)).toEqual([20 * 90, 20 * 90 + 3000, 20 * 90 + 6000])
    outlet.again((first.sequence + 5) & 0xffff)
    expect(sent.at(-1)).toEqual(sent[5])
  })

  it('goes over to another encoding with its keyframe, and numbers go on', () => {
    const high = joined()
    const low = new Source({ name: 'h264', clockRate: 90_000 }, 'l')
    const pushLow = (sequence: number, payload: readonly number[], nowMs: number): void => {
      const data = packet(sequence, 500_000 + nowMs * 90, payload)
      head.read(data)
      low.push(data, head, nowMs)
    }
    high.outlet.begin(high.source, 0)
    high.push(1, 0, opens, 0)
    high.outlet.want(low)
    pushLow(700, [0x41], 10)
    high.push(2, 3000, [0x41], 33)
    pushLow(701, opens, 66)
    high.push(3, 6000, [0x41], 70)
    const { sent } = high
    expect(sent).toHaveLength(3)
    const first = sent[0] as (typeof sent)[0]
    expect(sent.map((each) => (each.sequence - first.sequence) & 0xffff)).toEqual([0, 1, 2])
    expect(((sent[2]?.timestamp ?? 0) - (sent[1]?.timestamp ?? 0)) >>> 0).toBe(33 * 90)
  })
})

describe('the endpoints of WebRTC', () => {
  it('read ICE servers and write them as links', () => {
    const servers = readIceServers('stun:a.example:3478, turn:ann:p%40ss@b.example:3478?transport=udp')
    expect(servers[1]).toEqual({ urls: 'turn:b.example:3478?transport=udp', username: 'ann', credential: 'p@ss' })
    expect(iceLinks(servers)[0]).toBe('<stun:a.example:3478>; rel="ice-server"')
    expect(() => readIceServers('turn:b.example')).toThrow(/USER:PASSWORD/)
    expect(() => readIceServers('http://b.example')).toThrow(/neither/)
  })

  it('read trickled credentials and bound how many offers an IP address makes', () => {
    expect(readTrickle('a=ice-ufrag:abcd\r\na=mid:1\r\na=candidate:1 1 udp 1 1.2.3.4 5 typ host\r\nnoise')).toEqual({
      ufrag: 'abcd',
      pwd: undefined,
    })
    let now = 0
    const limit = new OfferLimit(() => now)
    const waits = Array.from({ length: 61 }, () => limit.take('a'))
    expect([waits[59], waits[60], limit.take('b')]).toEqual([0, 1, 0])
    now = 1000
    expect(limit.take('a')).toBe(0)
    // A subscriber of IPv6 has a whole network.
    const many = Array.from({ length: 61 }, (_, index) => limit.take(`2001:db8:1:2::${index.toString(16)}`))
    expect([many[60], limit.take('2001:db8:1:3::1')]).toEqual([1, 0])
  })
})
