import { describe, expect, it } from 'vitest'
import { type ChunkLimits, ChunkReader } from './rtmp-chunk-reader.ts'
import { encodeMessage } from './rtmp-chunk-writer.ts'
import { MessageType, uint32Body } from './rtmp-messages.ts'

type Message = [type: number, streamId: number, timestampMs: number, body: string]

const roomy: ChunkLimits = { mediaBytes: 1 << 20, commandBytes: 65_536, partialBytes: 1 << 21, chunkStreams: 64 }

function read(bytes: Buffer, step = bytes.length, limits: Partial<ChunkLimits> = {}) {
  const messages: Message[] = []
  const reader = new ChunkReader({ ...roomy, ...limits }, (type, streamId, ms, body) =>
    messages.push([type, streamId, ms, body.toString('latin1')]),
  )
  let broken: ReturnType<ChunkReader['push']>
  for (let at = 0; at < bytes.length; at += step) broken = reader.push(bytes, at, Math.min(bytes.length, at + step))
  return { messages, broken, reader }
}

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex')

describe('the chunk reader', () => {
  it.each([
    ['type 0', '04 000010 000002 08 01000000 6162', [[8, 1, 16, 'ab']]],
    [
      'type 1 adds a delta',
      '04 000010 000001 08 01000000 61  44 000005 000002 09 6263',
      [
        [8, 1, 16, 'a'],
        [9, 1, 21, 'bc'],
      ],
    ],
    [
      'type 2 keeps the length',
      '04 000010 000001 08 01000000 61  84 000005 62',
      [
        [8, 1, 16, 'a'],
        [8, 1, 21, 'b'],
      ],
    ],
    [
      'type 3 repeats the delta',
      '04 000000 000001 08 01000000 61  84 000005 62 c4 63',
      [
        [8, 1, 0, 'a'],
        [8, 1, 5, 'b'],
        [8, 1, 10, 'c'],
      ],
    ],
    [
      'type 3 after type 0 takes its time as delta',
      '04 000017 000001 08 01000000 61 c4 62',
      [
        [8, 1, 23, 'a'],
        [8, 1, 46, 'b'],
      ],
    ],
    [
      'a chunk stream id of two bytes',
      '00 10 000001 000001 08 01000000 61  c0 10 62',
      [
        [8, 1, 1, 'a'],
        [8, 1, 2, 'b'],
      ],
    ],
    ['a chunk stream id of three bytes', '01 10 02 000001 000001 08 01000000 61', [[8, 1, 1, 'a']]],
    ['an extended timestamp', '04 ffffff 000001 08 01000000 01000000 61', [[8, 1, 0x1000000, 'a']]],
    [
      'an empty message',
      '04 000001 000000 08 01000000  04 000002 000001 08 01000000 61',
      [
        [8, 1, 1, ''],
        [8, 1, 2, 'a'],
      ],
    ],
    [
      'a delta that wraps at 32 bits',
      '04 ffffff 000001 08 01000000 ffffffff 61 84 000002 62',
      [
        [8, 1, 0xffffffff, 'a'],
        [8, 1, 1, 'b'],
      ],
    ],
  ] as [string, string, Message[]][])('reads %s, whole and byte by byte', (_name, text, expected) => {
    expect(read(hex(text)).messages).toEqual(expected)
    expect(read(hex(text), 1).messages).toEqual(expected)
  })

  it('reads continuations that repeat the extended timestamp and those that leave it out', () => {
    const body = Buffer.alloc(300, 0x61)
    const repeating = encodeMessage(128, 4, 9, 1, 0x1234567, body)
    expect(read(repeating, 1).messages).toEqual([[9, 1, 0x1234567, body.toString()]])
    const pieces = [
      repeating.subarray(0, 16 + 128 + 1),
      repeating.subarray(16 + 128 + 5, 16 + 128 + 5 + 128 + 1),
      repeating.subarray(16 + 2 * 133),
    ]
    expect(read(Buffer.concat(pieces)).messages).toEqual([[9, 1, 0x1234567, body.toString()]])
  })

  it('reassembles messages whose chunks are interleaved', () => {
    const audio = encodeMessage(128, 4, 8, 1, 7, Buffer.alloc(200, 0x62))
    const video = encodeMessage(128, 6, 9, 1, 7, Buffer.alloc(200, 0x63))
    const mixed = Buffer.concat([video.subarray(0, 140), audio.subarray(0, 140), video.subarray(140), audio.subarray(140)])
    expect(read(mixed, 7).messages.map(([type, , , body]) => [type, body.length])).toEqual([
      [9, 200],
      [8, 200],
    ])
  })

  it('carries out Set Chunk Size and Abort', () => {
    const half = encodeMessage(128, 6, 9, 1, 0, Buffer.alloc(200)).subarray(0, 140)
    const bytes = Buffer.concat([
      half,
      encodeMessage(128, 2, MessageType.abort, 0, 0, uint32Body(6)),
      encodeMessage(128, 2, MessageType.setChunkSize, 0, 0, uint32Body(4096)),
      encodeMessage(4096, 6, 9, 1, 5, Buffer.alloc(4000)),
    ])
    const { messages, broken, reader } = read(bytes)
    expect(broken).toBeUndefined()
    expect(messages.map(([type, , ms, body]) => [type, ms, body.length])).toEqual([[9, 5, 4000]])
    expect(reader.chunkSize).toBe(4096)
  })

  it.each([
    ['a chunk size of nothing', encodeMessage(128, 2, 1, 0, 0, uint32Body(0)), undefined],
    ['an absurd chunk size', encodeMessage(128, 2, 1, 0, 0, uint32Body(0x7fffffff)), undefined],
    ['a command over its limit', hex('03 000000 ffffff 14 00000000'), true],
    ['a picture over its limit', hex('03 000000 ffffff 09 00000000'), true],
    ['a continuation of nothing', hex('c4 00'), undefined],
    [
      'a message inside another',
      Buffer.concat([encodeMessage(128, 6, 9, 1, 0, Buffer.alloc(200)).subarray(0, 140), hex('06 000000 000001 09 01000000 61')]),
      undefined,
    ],
  ])('answers a typed fault for %s, and stays with it', (_name, bytes, tooLarge) => {
    const { broken, messages, reader } = read(bytes)
    expect(broken?.tooLarge).toBe(tooLarge)
    expect(broken?.offset).toBeGreaterThanOrEqual(0)
    expect(messages).toEqual([])
    expect(reader.push(Buffer.alloc(4), 0, 4)).toBe(broken)
  })

  it('bounds chunk streams and the sum of unfinished messages', () => {
    const many = Buffer.concat([3, 4, 5].map((id) => encodeMessage(128, id, 8, 1, 0, Buffer.alloc(1))))
    expect(read(many, many.length, { chunkStreams: 2 }).broken?.fault).toContain('too many chunk streams')
    const open = Buffer.concat([3, 4, 5].map((id) => encodeMessage(128, id, 9, 1, 0, Buffer.alloc(1000)).subarray(0, 140)))
    expect(read(open, open.length, { partialBytes: 2500 }).broken?.tooLarge).toBe(true)
  })
})
