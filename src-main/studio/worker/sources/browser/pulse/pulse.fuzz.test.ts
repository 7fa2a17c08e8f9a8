import { describe, expect, it } from 'vitest'
import { PlaybackStream, sampleFormats } from './playback-stream.ts'
import { frameOf } from './pulse-frames.ts'
import { PulseSession } from './pulse-session.ts'
import { TagReader, TagWriter } from './pulse-tags.ts'

/** A session that has been greeted, and what it answers: command and the rest of each frame. */
function session() {
  const answers: TagReader[] = []
  const made = new PulseSession((bytes) => void answers.push(new TagReader(bytes.subarray(20))))
  const ask = (command: number, write: (out: TagWriter) => TagWriter = (out) => out): boolean =>
    made.push(frameOf(write(new TagWriter().u32(command).u32(77)).bytes()))
  const take = (): [number, TagReader] => {
    const reader = answers.shift()!
    const command = reader.u32()
    reader.u32()
    return [command, reader]
  }
  return { made, ask, take, answers }
}

const createStream = (out: TagWriter, more: { format?: number; rate?: number } = {}): TagWriter =>
  out
    .text('tone')
    .spec({ format: more.format ?? sampleFormats.float32le, channels: 2, rate: more.rate ?? 48_000 })
    .map(Uint8Array.of(1, 2))
    .u32(0xffffffff)
    .text('')
    .u32(0xffffffff)
    .bool(false)
    .u32(0xffffffff)
    .u32(0xffffffff)
    .u32(0xffffffff)
    .u32(0)
    .volume([0x10000, 0x10000])

const audio = (channel: number, samples: number[]): Buffer => {
  const frame = Buffer.alloc(20 + samples.length * 4)
  frame.writeUInt32BE(samples.length * 4)
  frame.writeUInt32BE(channel, 4)
  for (const [index, value] of samples.entries()) frame.writeFloatLE(value, 20 + index * 4)
  return frame
}

describe('the audio server of a page', () => {
  it('speaks to a program from its greeting to its audio', () => {
    const { made, ask, take, answers } = session()
    ask(8, (out) => out.u32(0x80000023))
    expect(take()[1].u32()).toBe(12)
    ask(20)
    const [, server] = take()
    expect([server.text(), server.text(), server.text(), server.text(), server.spec()]).toContainEqual({
      format: 5,
      channels: 2,
      rate: 48_000,
    })
    ask(3, createStream)
    const [command, reply] = take()
    const [channel, , wanted] = [reply.u32(), reply.u32(), reply.u32()]
    expect([command, channel, wanted]).toEqual([2, 0, (48_000 / 20) * 8])
    const stream = made.streams.get(0)!
    made.push(
      audio(
        0,
        Array.from({ length: wanted / 4 }, (_, index) => index / 10_000),
      ),
    )
    expect(stream.playing).toBe(true)
    const block = new Float32Array(960)
    expect(stream.mixInto(block)).toBe(true)
    expect(block[959]).toBeCloseTo(0.0959)
    made.ask(new Set())
    const request = answers.shift()!
    expect([request.u32(), request.u32(), request.u32(), request.u32()]).toEqual([61, 0xffffffff, 0, 480 * 8])
    ask(41, (out) => out.u32(0).bool(true))
    expect(stream.playing).toBe(false)
    ask(4, (out) => out.u32(0))
    expect(made.streams.size).toBe(0)
  })

  it('rejects what it cannot play or does not know, and goes on', () => {
    const { made, ask, take } = session()
    ask(3, (out) => createStream(out, { rate: 44_100 }))
    expect(take()[0]).toBe(0)
    ask(3, (out) => createStream(out, { format: 1 }))
    expect(take()[0]).toBe(0)
    ask(51)
    expect(take()[0]).toBe(0)
    expect(made.streams.size).toBe(0)
    expect(ask(20)).toBe(true)
  })

  it('keeps silent rather than repeat where a program is late, and starts again when enough has come', () => {
    const spec = { format: sampleFormats.s16le, channels: 1, rate: 48_000 }
    const stream = new PlaybackStream({ channel: 0, spec, corked: false, targetBytes: 1000, prebufBytes: 400, gain: 0.5 })
    const block = new Float32Array(200)
    stream.write(Buffer.alloc(300, 0x40))
    expect(stream.playing).toBe(false)
    stream.write(Buffer.alloc(101, 0x40))
    expect(stream.playing).toBe(true)
    expect(stream.mixInto(block)).toBe(true)
    expect(block[0]).toBeCloseTo((0x4040 / 32_768) * 0.5)
    expect(stream.mixInto(block)).toBe(true)
    expect(stream.mixInto(block.fill(0))).toBe(false)
    expect(stream.playing).toBe(false)
    expect(stream.ask()).toBeGreaterThan(0)
  })

  it('survives any bytes', () => {
    let seed = 7
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed % below
    }
    for (let round = 0; round < 400; round++) {
      const { made, ask } = session()
      ask(8, (out) => out.u32(12))
      const good = frameOf(createStream(new TagWriter().u32(random(90)).u32(1)).bytes())
      const bytes = Buffer.from(good)
      for (let flip = random(6); flip >= 0; flip--) bytes[random(bytes.length)] = random(256)
      const cut = random(bytes.length)
      for (const part of [bytes.subarray(0, cut), bytes.subarray(cut), audio(random(3), [1, 2, 3])]) {
        if (!made.push(part)) break
      }
      for (const stream of made.streams.values()) stream.mixInto(new Float32Array(960))
      expect(made.streams.size).toBeLessThanOrEqual(1)
    }
  })
})
