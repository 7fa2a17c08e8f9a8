import { headers } from '../../src-main/formats/testing/header-samples.ts'
import { amf, greeting, message, publishRequest } from '../helpers/rtmp-client.ts'
import { type FuzzCase, type Fuzzer, keyPlaceholder } from './fuzz-case.ts'
import type { Random } from './random.ts'

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

const names = [
  'connect',
  'createStream',
  'releaseStream',
  'FCPublish',
  'FCUnpublish',
  'publish',
  'play',
  'play2',
  'pause',
  'seek',
  'deleteStream',
  'closeStream',
  'receiveAudio',
  'receiveVideo',
  'getStreamLength',
  '@setDataFrame',
  'call',
  '',
  '__proto__',
]
const streamNames = [keyPlaceholder, 'steady', 'nobody', '', '../..', 'steady?key=x', `${keyPlaceholder}?x=%`, 'x'.repeat(600), '\0']

function command(random: Random): Buffer {
  const name = random.pick(names)
  const fields = {
    app: random.pick(['live', '', 'x'.repeat(300), 'live/../x']),
    tcUrl: random.pick(['rtmp://127.0.0.1/live', 'rtmp://[', '', 'x']),
    fourCcList: random.pick(['', 'hvc1', 'x']),
    capsEx: random.oddNumber(),
    objectEncoding: random.pick([0, 3, -1]),
  }
  const values = [
    name,
    random.pick([0, 1, -1, 1e308, random.int(9)]),
    ...(name === 'connect' ? [fields] : [null, random.pick(streamNames), random.pick(['live', 'record', 'append', '', -2])]),
  ]
  const body = amf(...values.slice(0, 1 + random.int(values.length + 1)))
  return random.once(4) ? random.mutate(body) : body
}

function anyMessage(random: Random): Buffer {
  const chunkStream = random.pick([2, 3, 4, 6, 63])
  const time = random.pick([0, 1, 40, 0xffffff, 0x1000000, 0xffffffff, random.int(100_000)])
  const streamId = random.pick([0, 1, 1, 1, 2, 0xffffff])
  const put = (type: number, body: Buffer): Buffer => message(type, time, body, streamId, chunkStream, random.pick([128, 65_536, 65_536]))
  switch (random.int(8)) {
    case 0:
      return put(1, uint32(random.pick([0, 1, 128, 65_536, 0x7fffffff, 0xffffffff])))
    case 1:
      return put(random.pick([2, 3, 5]), uint32(random.oddNumber()))
    case 2:
      return put(4, Buffer.concat([Buffer.from([0, random.int(40)]), random.bytes(random.int(12))]))
    case 3:
      return put(6, Buffer.concat([uint32(random.oddNumber()), random.bytes(random.int(3))]))
    case 4:
      return put(random.pick([8, 9, 18, 22, 15, 16, 17, 19]), random.bytes(random.int(300)))
    case 5:
      // A header alone: a message that never comes, a continuation of nothing.
      return Buffer.concat([Buffer.from([(random.int(4) << 6) | random.int(64)]), random.bytes(random.int(16))])
    default:
      return random.once(6) ? put(17, Buffer.concat([Buffer.from([0]), command(random)])) : put(20, command(random))
  }
}

const ending = (random: Random): 'reset' | 'end' | 'wait' => random.pick(['reset', 'end', 'wait'])
const endpoint = (random: Random): { port: 'rtmp' | 'rtmps'; tls?: 'http/1.1' } =>
  random.once(8) ? { port: 'rtmps', tls: 'http/1.1' } : { port: 'rtmp' }

/** Handshake, chunks and commands of RTMP in any order, with malformed AMF. */
export const rtmp: Fuzzer = {
  name: 'rtmp',
  make(random): FuzzCase {
    const start = random.once(12) ? random.bytes(random.int(4000)) : random.once(2) ? greeting() : publishRequest(keyPlaceholder)
    const bytes = Buffer.concat([start, ...Array.from({ length: random.int(10) }, () => anyMessage(random))])
    return {
      transport: 'tcp',
      ...endpoint(random),
      pieces: random.cut(random.once(4) ? random.mutate(bytes) : bytes),
      ending: ending(random),
    }
  },
}

const text = (letters: string): Buffer => Buffer.from(letters, 'latin1')
const tag = (...parts: readonly (Uint8Array | readonly number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (part instanceof Uint8Array ? part : Buffer.from(part))))

/** Legacy FLV tags first, then those of Enhanced RTMP: configurations, frames, ends. */
const templates: readonly (readonly [type: number, body: Buffer])[] = [
  [9, tag([0x17, 0, 0, 0, 0], headers.avcB)],
  [9, tag([0x17, 1, 0, 0, 0, 0, 0, 0, 6, 0x65, 0x88, 0x84, 0, 0x33, 0xff])],
  [9, tag([0x27, 1, 0, 0, 40, 0, 0, 0, 5, 0x41, 0x9a, 0x24, 0x6c, 0x41])],
  [9, tag([0x17, 2, 0, 0, 0])],
  [8, tag([0xaf, 0], headers.aacLc)],
  [8, tag([0xaf, 1, 0x21, 0x10, 4, 0x60, 0x8c, 0x1c])],
  [8, tag([0x2f], headers.mp3Frame)],
  [9, tag([0x90], text('hvc1'), headers.hevc)],
  [9, tag([0x91], text('hvc1'), [0, 0, 0, 0, 0, 0, 4, 0x26, 1, 0xaf, 8])],
  [9, tag([0x90], text('av01'), headers.av1)],
  [9, tag([0x91], text('av01'), headers.av1.subarray(4))],
  [9, tag([0x90], text('vp09'), headers.vp9)],
  [9, tag([0x91], text('vp09'), headers.vp9Frame)],
  [9, tag([0x96, 0x01], text('avc1'), [0, 0, 0, 0, 6, 0x65, 0x88, 0x84, 0, 0x33, 0xff])],
  [9, tag([0x96, 0x21], text('avc1'), [1, 0, 0, 3, 1, 2, 3])],
  [9, tag([0x97], uint32(0x10), text('avc1'))],
  [9, tag([0x94], text('hvc1'), amf('colorInfo', { colorConfig: { bitDepth: 10 } }))],
  [8, tag([0x90], text('Opus'), headers.opusHead)],
  [8, tag([0x91], text('Opus'), [0xfc, 0xff, 0xfe])],
  [8, tag([0x90], text('fLaC'), headers.flac)],
  [8, tag([0x91], text('ac-3'), headers.ac3Frame)],
  [8, tag([0x91], text('ec-3'), headers.eac3Frame)],
  [18, amf('@setDataFrame', 'onMetaData', { width: 64, height: 64, videocodecid: 7, audiocodecid: 10, framerate: 25 })],
  [18, amf('onTextData', { text: 'x' })],
  [22, tag([9, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0x17, 2, 0, 0, 0], uint32(16))],
]

/** A publisher whose FLV tags are changed, out of order, at times that jump. */
export const flv: Fuzzer = {
  name: 'flv',
  make(random): FuzzCase {
    const first = random.int(4)
    const tags: Buffer[] = []
    let time = random.pick([0, 0, 5000, 0xfffff0, 0xffffff00])
    for (let count = 4 + random.int(30); count > 0; count--) {
      const [type, body] = first < 3 && count % 3 !== 0 ? templates[random.int(6)]! : random.pick(templates)
      time = random.once(15) ? random.pick([0, 1, 0xffffffff, random.int(2 ** 31)]) : (time + random.int(60)) % 2 ** 32
      const changed = random.once(3) ? random.mutate(body) : random.once(6) ? Buffer.concat([body, random.bytes(random.int(2000))]) : body
      tags.push(message(random.once(30) ? random.int(23) : type, time, changed, 1, type === 9 ? 6 : 4))
    }
    return { transport: 'tcp', ...endpoint(random), pieces: [publishRequest(keyPlaceholder), ...tags], ending: ending(random) }
  },
}
