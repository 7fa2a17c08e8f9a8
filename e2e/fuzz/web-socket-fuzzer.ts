import { type Fuzzer, keyPlaceholder, tokenPlaceholder } from './fuzz-case.ts'
import type { Random } from './random.ts'
import { offer } from './sdp-fuzzer.ts'

/** A frame (RFC 6455 section 5.2), masked as clients must, unless chance will not have it so. */
function frame(random: Random, opcode: number, payload: Buffer): Buffer {
  const first = (random.once(12) ? 0 : 0x80) | (random.once(20) ? random.int(8) << 4 : 0) | opcode
  const masked = random.once(20) ? 0 : 0x80
  const claimed = random.once(15) ? random.pick([0, 125, 126, 127, 65_536, 2 ** 31]) : payload.length
  const head =
    claimed < 126
      ? Buffer.from([first, masked | claimed])
      : claimed < 65_536
        ? Buffer.from([first, masked | 126, claimed >> 8, claimed & 255])
        : Buffer.concat([Buffer.from([first, masked | 127, random.once(10) ? 0xff : 0, 0, 0, 0]), Buffer.from(hex(claimed), 'hex')])
  if (masked === 0) return Buffer.concat([head, payload])
  const mask = random.bytes(4)
  return Buffer.concat([head, mask, payload.map((byte, at) => byte ^ mask[at & 3]!)])
}

const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0')

const strange: readonly unknown[] = [null, 1, [], {}, '', true, { type: null }, { type: 'constructor' }, { type: '__proto__' }]

function message(random: Random): string {
  const value = (): unknown =>
    random.pick<unknown>([null, 0, -1, '', 'x', {}, [], true, random.oddNumber(), 'x'.repeat(random.int(3000)), '\ud800', keyPlaceholder])
  switch (random.int(8)) {
    case 0:
      return JSON.stringify(random.pick(strange))
    case 1:
      return random.mutate(Buffer.from('{"type":"stats"}')).toString('latin1')
    case 2:
      return '['.repeat(1 + random.int(3000))
    case 3:
    case 4:
      return JSON.stringify({
        type: 'offer',
        sdp: random.once(4) ? value() : offer(random),
        role: random.pick<unknown>(['play', 'publish', 'publish', undefined, value()]),
        key: random.once(2) ? keyPlaceholder : value(),
      })
    case 5:
      return JSON.stringify({
        type: 'candidate',
        candidate: random.pick<unknown>(['candidate:1 1 UDP 2130706431 127.0.0.1 9 typ host', 'candidate:', value()]),
        sdpMid: random.pick<unknown>(['0', '1', '99', value()]),
      })
    case 6:
      return JSON.stringify({ type: 'layer', rid: value() })
    default:
      return JSON.stringify({ type: random.pick(['stats', 'data', 'x']), data: value() })
  }
}

/** Sockets of events and of WebRTC signalling: frames and messages that break RFC 6455 or mean nothing. */
export const webSocket: Fuzzer = {
  name: 'websocket',
  make(random) {
    const path = random.once(3) ? `/api/v1/events?topics=stream.&since=${random.int(9)}&run=x` : '/live/steady/signal'
    const request = [
      `GET ${path} HTTP/1.1`,
      'Host: 127.0.0.1',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      `Authorization: Bearer ${tokenPlaceholder}`,
    ]
    const frames = Array.from({ length: 1 + random.int(8) }, () => {
      switch (random.int(10)) {
        case 0:
          return frame(random, 8, random.once(2) ? random.bytes(random.int(4)) : Buffer.from([3, random.int(256), 0xff, 0xfe]))
        case 1:
          return frame(random, random.pick([9, 10]), random.bytes(random.int(130)))
        case 2:
          return frame(random, random.int(16), random.bytes(random.int(60)))
        case 3:
          return frame(random, 2, random.bytes(random.int(2000)))
        case 4:
          return random.bytes(random.int(40))
        default:
          return frame(random, 1, Buffer.from(message(random)))
      }
    })
    return {
      transport: 'tcp',
      port: 'http',
      pieces: [Buffer.from(`${request.join('\r\n')}\r\n\r\n`), ...frames],
      ending: random.pick(['reset', 'end', 'wait']),
    }
  },
}
