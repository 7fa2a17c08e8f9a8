import { expect, it } from 'vitest'
import { isFault } from '../fault.ts'
import { FlvReader } from '../flv/flv-reader.ts'
import { integersFrom } from '../testing/random.ts'
import { extension, parametersContent, readExtensions, readHandshake, textContent, writeHandshake } from './srt-handshake.ts'
import { readKeyMaterial, writeKeyMaterial } from './srt-key-material.ts'
import { readLossRanges, writeLossRange } from './srt-packet.ts'
import { readSrtStreamId } from './srt-stream-id.ts'

const runs = 4000 * Number(process.env.FUZZ_RUNS ?? 1)
const random = integersFrom(Number(process.env.FUZZ_SEED ?? 13))

function broken(sample: Uint8Array): Buffer {
  const data = Buffer.from(sample)
  for (let count = random(6); count > 0; count--) data[random(data.length)] = random(3) === 0 ? 255 : random(256)
  return random(3) === 0 ? data.subarray(0, random(data.length)) : data
}

const hello = {
  version: 5,
  encryption: 2,
  extensionField: 7,
  sequence: 5,
  mtu: 1500,
  flowWindow: 8192,
  type: 0xffffffff,
  socketId: 7,
  cookie: 9,
}
const keyMaterial = writeKeyMaterial({ keys: 3, keyBytes: 16, salt: new Uint8Array(16), wrapped: new Uint8Array(40) })
const conclusion = writeHandshake(hello, '127.0.0.1', [
  extension(1, parametersContent({ version: 0x010500, flags: 0xbf, receiveLatencyMs: 120, sendLatencyMs: 120 })),
  extension(3, keyMaterial),
  extension(5, textContent('#!::r=name,m=publish,u=key')),
])

it('no bytes make a reader of SRT throw, hang or tell more than they hold', () => {
  const losses = Buffer.alloc(24)
  writeLossRange(losses, 0, 5, 9)
  writeLossRange(losses, 8, 20, 2_000_000)
  writeLossRange(losses, 16, 7, 7)
  // Collected: an assertion costs more than what it looks at.
  const wrong: unknown[] = []
  for (let run = 0; run < runs; run++) {
    const body = broken(conclusion)
    const handshake = readHandshake(body)
    if (!isFault(handshake)) {
      const found = readExtensions(body)
      if (!isFault(found)) {
        if ((found.streamId?.length ?? 0) > 512) wrong.push(found)
        if (found.streamId !== undefined) readSrtStreamId(found.streamId)
      }
    }
    const keys = readKeyMaterial(broken(keyMaterial))
    if (!isFault(keys) && ![16, 24, 32].includes(keys.keyBytes)) wrong.push(keys)
    let ranges = 0
    readLossRanges(broken(losses), (first, last) => {
      ranges++
      if (!(first >= 0 && last >= 0 && first < 2 ** 31 && last < 2 ** 31)) wrong.push([first, last])
    })
    if (ranges > 6) wrong.push(ranges)
  }
  expect(wrong).toEqual([])
})

it('no bytes make the FLV reader throw or hold more than one tag', () => {
  const maxBytes = 64
  const maxHeaderBytes = 1024
  const aroundBody = 11 + 4
  const header = Buffer.from('FLV\x01\x05\0\0\0\x09\0\0\0\0', 'latin1')
  const tag = Buffer.concat([Buffer.from([9, 0, 0, 4, 0, 0, 40, 0, 0, 0, 0, 0x17, 1, 0, 0]), Buffer.from([0, 0, 0, 15])])
  const seen = { faults: 0, whole: 0 }
  for (let run = 0; run < runs / 8; run++) {
    const count = 1 + random(120)
    // One tag of a file is broken, and sometimes its header: what is read before and behind it must not pile up.
    const data = Buffer.concat([random(8) === 0 ? broken(header) : header, ...Array.from({ length: count }, () => tag)])
    if (random(4) > 0) broken(tag).copy(data, header.length + random(count) * tag.length)
    let handedOn = 0
    let largest = 0
    const take = (_timestampMs: number, body: Buffer): void => {
      handedOn += body.length + aroundBody
      largest = Math.max(largest, body.length)
    }
    const reader = new FlvReader({ onVideo: take, onAudio: take, onScript: take }, maxBytes)
    let at = 0
    let held = 0
    let found: ReturnType<FlvReader['push']>
    while (at < data.length && found === undefined) {
      const bytes = data.subarray(at, at + 1 + random(200))
      at += bytes.length
      found = reader.push(bytes)
      if (found === undefined) held = Math.max(held, at - handedOn)
    }
    expect(largest).toBeLessThanOrEqual(maxBytes)
    expect(held).toBeLessThan(maxHeaderBytes + aroundBody + maxBytes)
    if (found === undefined) seen.whole++
    else {
      seen.faults++
      expect(found.fault).not.toBe('')
      expect(reader.push(tag)).toBe(found)
    }
  }
  // Otherwise nothing of the above was put to the test.
  expect(Math.min(seen.faults, seen.whole)).toBeGreaterThan(runs / 80)
})
