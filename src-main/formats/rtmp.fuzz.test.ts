import { expect, it } from 'vitest'
import { readAmf0Values } from './amf0.ts'
import { readAudioTag } from './flv-audio-tag.ts'
import { readVideoTag } from './flv-video-tag.ts'
import { ChunkReader } from './rtmp-chunk-reader.ts'
import { encodeMessage } from './rtmp-chunk-writer.ts'

const runs = 2000 * Number(process.env.FUZZ_RUNS ?? 1)
const seed = Number(process.env.FUZZ_SEED ?? 1)

/** Small, seeded and good enough to wander (mulberry32). */
function randomSource(start: number): (below: number) => number {
  let state = start
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

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
  const random = randomSource(seed)
  for (let run = 0; run < runs / 4; run += 1) {
    const bytes = session(random)
    expect(summary(bytes, () => 1 + random(50))).toBe(summary(bytes, () => bytes.length))
  }
})

it('mutated chunk streams never throw, and their cuts make no difference either', () => {
  const random = randomSource(seed + 1)
  for (let run = 0; run < runs / 4; run += 1) {
    const bytes = session(random)
    for (let count = random(8); count > 0; count -= 1) bytes[random(bytes.length)] = random(256)
    expect(summary(bytes, () => 1 + random(50))).toBe(summary(bytes, () => bytes.length))
  }
})

it('random AMF never throws and never unfolds beyond its limits', () => {
  const random = randomSource(seed + 2)
  for (let run = 0; run < runs; run += 1) {
    const bytes = bytesOf(random, random(200))
    // Small numbers are the markers: most of the ways lead on.
    for (let at = 0; at < bytes.length; at += 1) if (random(3) > 0) bytes[at] = random(18)
    expect(() => readAmf0Values(bytes)).not.toThrow()
  }
})

it('random FLV tags never throw, and every range lies inside its tag', () => {
  const random = randomSource(seed + 3)
  const firsts = [0x17, 0x27, 0x90, 0x91, 0x93, 0x95, 0x96, 0x97, 0xaf, 0x2f]
  for (let run = 0; run < runs; run += 1) {
    const tag = bytesOf(random, random(60))
    if (tag.length > 0) tag[0] = firsts[random(firsts.length)]!
    const names = ['avc1', 'hvc1', 'av01', 'Opus', 'mp4a']
    if (tag.length > 8) tag.write(names[random(names.length)]!, 1 + random(3), 'latin1')
    const inside = (view: Buffer) => {
      if (view.byteOffset < tag.byteOffset || view.byteOffset + view.length > tag.byteOffset + tag.length) throw new Error('outside')
    }
    readVideoTag(tag, {
      videoConfig: (_track, _codec, config) => inside(config),
      videoFrame: (_track, _codec, _key, _composition, _nano, data) => inside(data),
      videoMetadata: inside,
    })
    readAudioTag(tag, {
      audioConfig: (_track, _codec, config) => inside(config),
      audioFrame: (_track, _codec, _nano, data) => inside(data),
    })
  }
})
