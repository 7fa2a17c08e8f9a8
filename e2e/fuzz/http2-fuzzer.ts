import { type Fuzzer, keyPlaceholder, tokenPlaceholder } from './fuzz-case.ts'
import type { Random } from './random.ts'

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/** A frame (RFC 9113 section 4.1). */
function frame(type: number, flags: number, stream: number, payload: Buffer, length = payload.length): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(length & 0xffffff, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream >>> 0, 5)
  return Buffer.concat([head, payload])
}

/** A whole number with a 7-bit prefix (RFC 7541 section 5.1). */
function length(value: number): Buffer {
  if (value < 127) return Buffer.from([value])
  const bytes = [127]
  let rest = value - 127
  for (; rest >= 128; rest >>= 7) bytes.push((rest & 127) | 128)
  return Buffer.from([...bytes, rest])
}

/** A header field as a literal that is not indexed (RFC 7541 section 6.2.2). */
function field(name: string, value: string): Buffer {
  const [nameBytes, valueBytes] = [Buffer.from(name, 'latin1'), Buffer.from(value, 'latin1')]
  return Buffer.concat([Buffer.from([0]), length(nameBytes.length), nameBytes, length(valueBytes.length), valueBytes])
}

const paths = [
  '/',
  '/health',
  '/live/steady/index.m3u8',
  '/live/steady/index.m3u8?_HLS_msn=9999',
  '/live/steady.flv',
  '/live/steady/manifest.mpd',
  '/live/steady/whep',
  '/live/steady/signal',
  '/api/v1/events',
  '/api/v1/sessions',
  '/api/v1/openapi.json',
  '//[',
  '*',
  '',
  'x',
  '/%',
]
const extra: readonly (readonly [string, string])[] = [
  ['content-length', '5'],
  ['content-length', '-1'],
  ['transfer-encoding', 'chunked'],
  ['connection', 'upgrade'],
  ['te', 'trailers'],
  ['te', 'gzip'],
  ['host', 'evil.example'],
  ['authorization', `Bearer ${tokenPlaceholder}`],
  ['authorization', `Bearer ${keyPlaceholder}`],
  ['accept', 'text/event-stream'],
  ['accept-encoding', 'br'],
  ['range', 'bytes=0-1'],
  ['expect', '100-continue'],
  ['cookie', 'a=b'],
  ['content-type', 'application/json'],
  ['UPPER', 'x'],
  ['bad name', 'x'],
  ['x', 'a\r\nb'],
  ['x', '\0'],
  [':status', '200'],
  [':unknown', 'x'],
  ['', ''],
]

function headers(random: Random): Buffer {
  const fields: Buffer[] = []
  const put = (name: string, value: string): void => {
    if (random.once(15)) return
    fields.push(field(name, value))
    if (random.once(25)) fields.push(field(name, value))
  }
  const method = random.pick(['GET', 'GET', 'GET', 'POST', 'HEAD', 'CONNECT', 'DELETE', 'OPTIONS', ''])
  put(':method', method)
  put(':scheme', random.once(10) ? 'x' : 'https')
  put(':authority', random.once(10) ? random.pick(['[', '', 'evil.example']) : '127.0.0.1')
  put(':path', random.pick(paths))
  if (method === 'CONNECT' && random.once(2)) put(':protocol', 'websocket')
  for (let count = random.int(4); count > 0; count--) {
    const [name, value] = random.pick(extra)
    fields.push(field(name, value))
  }
  if (random.once(20)) fields.push(field('x', 'y'.repeat(20_000)))
  // Indexed fields of the static table and beyond it, and a resize of the dynamic one.
  if (random.once(10)) fields.push(Buffer.from([random.pick([0x82, 0x84, 0x87, 0x80, 0xff, 0x3f, 0x40])]))
  return Buffer.concat(fields)
}

function settings(random: Random): Buffer {
  const payload = Buffer.alloc(6 * random.int(4))
  for (let at = 0; at < payload.length; at += 6) {
    payload.writeUInt16BE(random.pick([1, 2, 3, 4, 5, 6, 8, 0xffff]), at)
    payload.writeUInt32BE((random.oddNumber() % 2 ** 31) >>> 0, at + 2)
  }
  return frame(4, random.once(8) ? 1 : 0, random.once(15) ? 1 : 0, payload)
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

/** Connections of HTTP/2: frames in any order, on any stream, with header blocks that are cut, doubled and forbidden. */
export const http2: Fuzzer = {
  name: 'http2',
  make(random) {
    const frames: Buffer[] = [preface, settings(random)]
    let next = 1
    const stream = (): number => (random.once(8) ? random.pick([0, 2, next + 100, 0x7fffffff]) : Math.max(1, next - 2 * random.int(3)))
    for (let count = 1 + random.int(12); count > 0; count--) {
      switch (random.int(10)) {
        case 0:
          frames.push(frame(0, random.int(2) | (random.once(6) ? 8 : 0), stream(), random.bytes(random.int(300))))
          break
        case 1:
          frames.push(frame(3, 0, stream(), word(random.pick([0, 1, 2, 5, 7, 8, 11, 0xffffffff]))))
          break
        case 2:
          frames.push(settings(random))
          break
        case 3:
          frames.push(
            frame(random.pick([6, 7, 9]), random.int(256), random.once(3) ? stream() : 0, random.bytes(random.pick([0, 8, 8, 16]))),
          )
          break
        case 4:
          frames.push(frame(8, 0, random.once(2) ? 0 : stream(), word(random.pick([0, 1, 0x7fffffff, 65_535]))))
          break
        case 5:
          frames.push(frame(random.int(20), random.int(256), random.int(8), random.bytes(random.int(60)), random.int(200)))
          break
        default: {
          const block = headers(random)
          const split = random.once(10) ? random.int(block.length + 1) : block.length
          frames.push(frame(1, (split === block.length ? 4 : 0) | (random.once(3) ? 0 : 1), next, block.subarray(0, split)))
          if (split < block.length) frames.push(frame(9, 4, next, block.subarray(split)))
          // Many servers fall over an answer whose stream is gone.
          if (random.once(3)) frames.push(frame(3, 0, next, word(8)))
          next += 2
        }
      }
    }
    const bytes = Buffer.concat(frames)
    return {
      transport: 'tcp',
      port: 'https',
      tls: 'h2',
      pieces: random.cut(random.once(4) ? random.mutate(bytes) : bytes),
      ending: random.pick(['reset', 'end', 'wait', 'wait']),
    }
  },
}
