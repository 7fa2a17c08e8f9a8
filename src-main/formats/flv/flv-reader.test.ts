import { describe, expect, it } from 'vitest'
import { FlvReader } from './flv-reader.ts'

const header = Buffer.from('464c5601050000000900000000', 'hex')

function tag(type: number, timestampMs: number, body: Buffer): Buffer {
  const bytes = Buffer.alloc(15 + body.length)
  bytes[0] = type
  bytes.writeUIntBE(body.length, 1, 3)
  bytes.writeUIntBE(timestampMs & 0xffffff, 4, 3)
  bytes[7] = timestampMs >>> 24
  body.copy(bytes, 11)
  bytes.writeUInt32BE(body.length + 11, 11 + body.length)
  return bytes
}

function read(bytes: Buffer, pieces: number) {
  const seen: unknown[] = []
  const reader = new FlvReader({
    onVideo: (at, body) => seen.push(['video', at, body.length]),
    onAudio: (at, body) => seen.push(['audio', at, body.length]),
    onScript: (at, body) => seen.push(['script', at, body.length]),
  })
  for (let at = 0; at < bytes.length; at += pieces) {
    const fault = reader.push(Buffer.from(bytes.subarray(at, at + pieces)))
    if (fault) return [...seen, fault]
  }
  return seen
}

describe('an FLV stream', () => {
  const stream = Buffer.concat([header, tag(18, 0, Buffer.alloc(5)), tag(9, 0x1234567, Buffer.alloc(300)), tag(8, 20, Buffer.alloc(0))])

  it('is read the same in pieces of any size', () => {
    const whole = read(stream, stream.length)
    expect(whole).toEqual([
      ['script', 0, 5],
      ['video', 0x1234567, 300],
      ['audio', 20, 0],
    ])
    for (const pieces of [1, 2, 7, 100]) expect(read(stream, pieces)).toEqual(whole)
  })

  it('is rejected where it is invalid, with the place', () => {
    expect(read(Buffer.from('HTTP/1.1 404 Not Found'), 4)).toEqual([{ fault: expect.stringContaining('starts with'), offset: 0 }])
    expect(read(Buffer.concat([header, tag(7, 0, Buffer.alloc(1))]), 50)).toEqual([
      { fault: expect.stringContaining('type 7'), offset: 13 },
    ])
    const long = Buffer.concat([header, tag(9, 0, Buffer.alloc(1))])
    long.writeUIntBE(0xffffff, 14, 3)
    expect(read(Buffer.concat([long, Buffer.alloc(64)]), 80)).toEqual([])
  })
})
