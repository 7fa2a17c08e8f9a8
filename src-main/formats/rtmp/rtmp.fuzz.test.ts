import { expect, it } from 'vitest'
import { isFault } from '../fault.ts'
import { readAudioTag } from '../flv/flv-audio-tag.ts'
import { readVideoTag } from '../flv/flv-video-tag.ts'
import { integersFrom } from '../testing/random.ts'
import type { AmfValue } from './amf-value.ts'
import { readAmf0Values } from './amf0.ts'
import { ChunkReader } from './rtmp-chunk-reader.ts'
import { encodeMessage } from './rtmp-chunk-writer.ts'

const runs = 2000 * Number(process.env.FUZZ_RUNS ?? 1)
const seed = Number(process.env.FUZZ_SEED ?? 1)

function bytesOf(random: (below: number) => number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; at += 1) bytes[at] = random(256)
  return bytes
}

const limits = () => ({ mediaBytes: 100_000, commandBytes: 65_536, partialBytes: 200_000, chunkStreams: 64 })

function session(random: (below: number) => number): Buffer {
  const pieces: Buffer[] = []
  for (let count = 1 + random(6); count > 0; count -= 1) {
    const timestamp = random(4) === 0 ? 0x1000000 + random(1 << 20) : random(1 << 20)
    pieces.push(encodeMessage(128, 2 + random(60), [8, 9, 18, 20][random(4)]!, random(3), timestamp, bytesOf(random, random(400))))
  }
  return Buffer.concat(pieces)
}

function summary(bytes: Buffer, cut: () => number): string {
  const messages: string[] = []
  const reader = new ChunkReader(limits(), (type, id, ms, body) => messages.push(`${type} ${id} ${ms} ${body.toString('base64')}`))
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + cut())
    const broken = reader.push(bytes, at, end)
    if (broken) return `${messages.join('\n')}\nfault`
    at = end
  }
  return messages.join('\n')
}

it('random cuts of a chunk stream give identical messages', () => {
  const random = integersFrom(seed)
  for (let run = 0; run < runs / 4; run += 1) {
    const bytes = session(random)
    expect(summary(bytes, () => 1 + random(50))).toBe(summary(bytes, () => bytes.length))
  }
})

it('mutated chunk streams never throw, and their cuts make no difference either', () => {
  const random = integersFrom(seed + 1)
  for (let run = 0; run < runs / 4; run += 1) {
    const bytes = session(random)
    for (let count = random(8); count > 0; count -= 1) bytes[random(bytes.length)] = random(256)
    expect(summary(bytes, () => 1 + random(50))).toBe(summary(bytes, () => bytes.length))
  }
})

/** Counts what values unfolded to; what AMF3 refers to again counts once. */
function sizeOf(values: readonly AmfValue[]): { count: number; depth: number; stringBytes: number } {
  const size = { count: 0, depth: -1, stringBytes: 0 }
  const seen = new Set<AmfValue>()
  const look = (value: AmfValue, depth: number): void => {
    if (seen.has(value) && typeof value === 'object') return
    seen.add(value)
    size.count += 1
    size.depth = Math.max(size.depth, depth)
    if (typeof value === 'string') size.stringBytes = Math.max(size.stringBytes, Buffer.byteLength(value.replaceAll('\ufffd', '?')))
    if (value instanceof Map || Array.isArray(value)) for (const inner of value.values()) look(inner, depth + 1)
  }
  for (const value of values) look(value, 0)
  return size
}

/** A value in AMF0, sometimes one that goes on in AMF3, in up to five others. */
function amf(random: (below: number) => number, depth = 0, isAmf3 = false): Buffer {
  const text = () => Buffer.alloc(random(13), 'a')
  const many = () => Array.from({ length: depth < 5 ? random(3) : 0 }, () => amf(random, depth + 1, isAmf3))
  const properties = () =>
    Buffer.concat([...many().flatMap((value) => [Buffer.from([0, 1, 97 + random(26)]), value]), Buffer.from([0, 0, 9])])
  const form = (head: readonly number[], body: Uint8Array = Buffer.alloc(0)) => Buffer.concat([Buffer.from(head), body])
  const after = (head: (length: number) => readonly number[], body: Buffer) => form(head(body.length), body)
  const listed = (head: (count: number) => readonly number[], values: readonly Buffer[]) => form(head(values.length), Buffer.concat(values))
  const forms = isAmf3
    ? [
        () => form([4, random(128)]),
        () => after((length) => [6, length * 2 + 1], text()),
        () => listed((count) => [9, count * 2 + 1, 1], many()),
      ]
    : [
        () => form([1, random(2)]),
        () => after((length) => [2, 0, length], text()),
        () => form([3], properties()),
        () => form([8, 0, 0, 0, random(3)], properties()),
        () => listed((count) => [10, 0, 0, 0, count], many()),
        () => form([17], amf(random, depth, true)),
      ]
  return forms[random(forms.length)]!()
}

it('random AMF never throws and never unfolds beyond its limits', () => {
  const random = integersFrom(seed + 2)
  const limits = { depth: 3, values: 8, stringBytes: 9 }
  const largest = { count: 0, depth: 0, stringBytes: 0 }
  for (let run = 0; run < runs; run += 1) {
    const bytes = Buffer.concat(Array.from({ length: 1 + random(4) }, () => amf(random)))
    // Small numbers are the markers: most of the ways lead on.
    for (let count = random(4); count > 0; count -= 1) bytes[random(bytes.length)] = random(18)
    const values = readAmf0Values(bytes, 0, bytes.length, limits)
    if (isFault(values)) continue
    const size = sizeOf(values)
    for (const name of ['count', 'depth', 'stringBytes'] as const) largest[name] = Math.max(largest[name], size[name])
  }
  expect(largest).toEqual({ count: 8, depth: 3, stringBytes: 9 })
})

it('random FLV tags never throw, and every range lies inside its tag', () => {
  const random = integersFrom(seed + 3)
  const read = new Map<string, number>()
  const firsts = [0x17, 0x27, 0x90, 0x91, 0x93, 0x94, 0x95, 0x96, 0x97, 0xaf, 0x2f]
  for (let run = 0; run < runs; run += 1) {
    const tag = bytesOf(random, random(60))
    if (tag.length > 0) tag[0] = firsts[random(firsts.length)]!
    const names = ['avc1', 'hvc1', 'av01', 'Opus', 'mp4a']
    if (tag.length > 8) tag.write(names[random(names.length)]!, 1 + random(3), 'latin1')
    const inside = (what: string, view: Buffer) => {
      read.set(what, (read.get(what) ?? 0) + 1)
      if (view.byteOffset < tag.byteOffset || view.byteOffset + view.length > tag.byteOffset + tag.length) throw new Error('outside')
    }
    readVideoTag(tag, {
      videoConfig: (_track, _codec, config) => inside('video configuration', config),
      videoFrame: (_track, _codec, _key, _composition, _nano, data) => inside('video frame', data),
      videoMetadata: (data) => inside('metadata', data),
    })
    readAudioTag(tag, {
      audioConfig: (_track, _codec, config) => inside('audio configuration', config),
      audioFrame: (_track, _codec, _nano, data) => inside('audio frame', data),
    })
  }
  // Otherwise no range would have been looked at.
  expect([...read.keys()].toSorted()).toEqual(['audio configuration', 'audio frame', 'metadata', 'video configuration', 'video frame'])
})
