import { type Fuzzer, keyPlaceholder, streamPlaceholder } from './fuzz-case.ts'
import type { Random } from './random.ts'

const lines = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1 2',
  'a=msid-semantic: WMS',
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99 45',
  'c=IN IP4 0.0.0.0',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuvwx',
  `a=fingerprint:sha-256 ${'AB:'.repeat(31)}AB`,
  'a=setup:actpass',
  'a=mid:0',
  'a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid',
  'a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
  'a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  'a=sendrecv',
  'a=rtcp-mux',
  'a=rtcp-rsize',
  'a=rtpmap:96 H264/90000',
  'a=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  'a=rtcp-fb:96 nack',
  'a=rtcp-fb:96 nack pli',
  'a=rtcp-fb:96 transport-cc',
  'a=rtpmap:97 rtx/90000',
  'a=fmtp:97 apt=96',
  'a=rtpmap:98 VP9/90000',
  'a=fmtp:98 profile-id=0',
  'a=rtpmap:99 rtx/90000',
  'a=fmtp:99 apt=98',
  'a=rtpmap:45 AV1/90000',
  'a=rid:h send',
  'a=rid:l send',
  'a=simulcast:send h;l',
  'a=ssrc-group:FID 1 2',
  'a=ssrc:1 cname:x',
  'a=ssrc:2 cname:x',
  'a=msid:a b',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'c=IN IP4 0.0.0.0',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuvwx',
  `a=fingerprint:sha-256 ${'AB:'.repeat(31)}AB`,
  'a=setup:actpass',
  'a=mid:1',
  'a=sendrecv',
  'a=rtcp-mux',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'c=IN IP4 0.0.0.0',
  'a=mid:2',
  'a=sctp-port:5000',
  'a=max-message-size:262144',
]
const odd = ['-1', '4294967296', '1e9', '', ' ', '\0', '__proto__', 'x'.repeat(300), ';', ':', '/', '%', '\u20ac', '0', '127', '99999']

/** An offer that can be answered. */
export const plainOffer = `${lines.join('\r\n')}\r\n`

/** An offer (RFC 8866, RFC 9429) with up to six changed, missing, doubled and moved lines. */
export function offer(random: Random): string {
  const direction = random.pick(['sendrecv', 'sendonly', 'recvonly', 'inactive'])
  const made = lines.map((line) => line.replace('sendrecv', direction))
  for (let count = random.int(7); count > 0; count--) {
    const at = random.int(made.length)
    const line = made[at] ?? ''
    switch (random.int(7)) {
      case 0:
        made.splice(at, 1)
        break
      case 1:
        made.splice(at, 0, random.pick(made))
        break
      case 2:
        made[at] = line.replace(/\d+/, random.pick(odd))
        break
      case 3:
        made[at] = line.replace(/[:= ][^:= ]*$/, `${random.pick([':', '=', ' '])}${random.pick(odd)}`)
        break
      case 4:
        made[at] = random.mutate(Buffer.from(line)).toString('latin1')
        break
      case 5:
        made.splice(at, 0, ...Array.from({ length: random.int(300) }, () => line))
        break
      default:
        made.splice(at)
    }
  }
  return `${made.join(random.once(30) ? '\n' : '\r\n')}\r\n`
}

/** Offers to WHIP and WHEP, and what is sent to sessions: PATCH with candidates, DELETE. */
export const sdp: Fuzzer = {
  name: 'sdp',
  make(random) {
    const publishes = random.once(2)
    const patches = random.once(8)
    const path = `${publishes ? `/live/${streamPlaceholder}/whip` : '/live/steady/whep'}${patches ? `/${random.pick(['x', '%00', '..', 'a'.repeat(24)])}` : ''}`
    const fragment = `a=ice-ufrag:abcd\r\na=mid:0\r\na=candidate:1 1 UDP 1 ${random.pick(['127.0.0.1', '::', 'x'])} ${random.pick(odd)} typ host\r\n`
    const body = random.once(12) ? random.bytes(random.int(4000)) : Buffer.from(patches ? fragment : offer(random), 'latin1')
    const head = [
      `${patches ? random.pick(['PATCH', 'DELETE']) : 'POST'} ${path} HTTP/1.1`,
      'Host: 127.0.0.1',
      `Content-Type: ${random.once(12) ? 'text/plain' : patches ? 'application/trickle-ice-sdpfrag' : 'application/sdp'}`,
      `Content-Length: ${body.length}`,
      ...(publishes && !random.once(8) ? [`Authorization: Bearer ${keyPlaceholder}`] : []),
    ]
    return {
      transport: 'tcp',
      port: 'http',
      pieces: random.cut(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), random.once(10) ? random.mutate(body) : body])),
      ending: random.pick(['reset', 'end', 'wait', 'wait', 'wait']),
    }
  },
}
