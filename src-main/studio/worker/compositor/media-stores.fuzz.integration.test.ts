import { closeSync, openSync, writeSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { smoothRgba } from '../../../media/worker/stores/testing/reference-frames.ts'
import type { FrameMemory, Layer } from './compositor.ts'
import { loadCompositor } from './load-compositor.ts'

const native = process.platform === 'linux' ? loadCompositor() : undefined

/** The memory of a store as a source process has it: a file that may be written anywhere. */
function rogueHand(address: string): { write(offset: number, value: bigint, bytes: 4 | 8): void; close(): void } {
  const [, pid, fd] = address.split('-')
  const file = openSync(`/proc/${pid}/fd/${fd}`, 'r+')
  return {
    write: (offset, value, bytes) => {
      const word = Buffer.alloc(8)
      word.writeBigUInt64LE(BigInt.asUintN(64, value))
      writeSync(file, word, 0, bytes, offset)
    },
    close: () => closeSync(file),
  }
}

/** Where numbers are in the header of a frame store: native/media-store/frame-store.h. */
const frames = {
  latest: 16,
  written: 24,
  slot: (index: number) => 32 + index * 40,
  pins: 0,
  pinnedUs: 8,
  width: 16,
  height: 20,
  alpha: 24,
  timeUs: 32,
}
/** The same of an audio store: its numbers, then its marks of three numbers each. */
const blocks = { sampleRate: 16, numbers: [24, 32, 40, 48, 56], marks: 64, markBytes: 24, markCount: 4096 }

describe.skipIf(native === undefined)('stores whose source has gone mad', () => {
  const word = fc.oneof(
    fc.constantFrom(0n, 1n, 2n, 3n, 63n, 64n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n),
    fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    fc.bigInt({ min: 0n, max: 100_000n }),
  )
  const seed = Number(process.env.FUZZ_SEED ?? 4)
  const runs = (count: number) => ({ seed, numRuns: count * Number(process.env.FUZZ_RUNS ?? 1) })
  const open: { close(): void }[] = []
  const kept = <One extends { close(): void }>(one: One): One => {
    open.push(one)
    return one
  }
  afterAll(() => {
    for (const one of open.splice(0)) one.close()
  })

  test('a frame is shown from inside its slot or not at all, whatever the header says', () => {
    const store = kept(native!.createFrameStore())
    const writer = kept(native!.openFrameStore(store.address))
    const rogue = kept(rogueHand(store.address))
    const [width, height] = [40, 24]
    const pixels = smoothRgba(width, height, 2, true)
    const surface = kept(native!.createSurface({ width: 48, height: 32, background: '#102030' }))
    const planes = [48 * 32, 24 * 16, 24 * 16].map((size) => new Uint8Array(size)) as unknown as FrameMemory['planes']
    const into: FrameMemory = { width: 48, height: 32, planes, strides: [48, 24, 24] }
    const transforms: Layer['transform'][] = [
      [1, 0, 0, 1, 0, 0],
      [0.3, 0, 0, 0.3, 3.5, 2],
      [0.2, 0.1, -0.1, 0.2, 9, 4],
      [0.21, 0.1, -0.1, 0.2, 9, 4],
    ]
    const side = fc.constantFrom(-1, 0, 1, 2, 3, 39, 40, 41, 65, 200, 700, 8192, 8193, 0x7fff_ffff)
    const slot = fc.record({ width: side, height: side, alpha: fc.constantFrom(0, 1, 2, 7), timeUs: word, pins: word, pinnedUs: word })
    const numbers = fc.record({
      latest: fc.option(word),
      sequence: fc.constantFrom(0n, 1n, 5n, 5n, 5n),
      index: fc.nat(3),
      slots: fc.array(slot, { maxLength: 4 }),
    })
    let frame = 0
    fc.assert(
      fc.property(numbers, fc.constantFrom(...transforms), fc.boolean(), ({ latest, sequence, index, slots }, transform, writes) => {
        if (writes) writer.write({ layout: 'rgba', width, height, planes: [pixels], strides: [width * 4], timeUs: frame })
        for (const [i, { pins, pinnedUs, timeUs, ...sizes }] of slots.entries()) {
          const at = frames.slot((index + i) % 4)
          for (const name of ['width', 'height', 'alpha'] as const) rogue.write(at + frames[name], BigInt(sizes[name]), 4)
          rogue.write(at + frames.pins, pins, 4)
          rogue.write(at + frames.pinnedUs, pinnedUs, 8)
          rogue.write(at + frames.timeUs, timeUs, 8)
        }
        rogue.write(frames.latest, latest ?? (sequence << 2n) | BigInt(index), 8)
        surface.setLayers([{ content: { store }, transform, opacity: 1, blend: 'normal', sampling: 'smooth' }])
        native!.render(surface, into, ++frame)
        expect(store.width).toBeLessThanOrEqual(8192)
        expect(Math.abs(store.timeUs)).toBeLessThanOrEqual(9e15)
        if (store.width * store.height < 50_000) expect(store.read()?.y.length ?? 0).toBe(store.width * store.height)
      }),
      runs(250),
    )
    writer.clear()
    writer.write({ layout: 'rgba', width, height, planes: [pixels], strides: [width * 4], timeUs: 7 })
    expect(store).toMatchObject({ width, height, timeUs: 7 })
  })

  test('audio is read into the space that there is, with times that can be counted with', () => {
    const store = kept(native!.createAudioStore(48_000))
    const writer = kept(native!.openAudioStore(store.address))
    const rogue = kept(rogueHand(store.address))
    const block = new Float32Array(960).fill(0.5)
    for (let i = 0; i < 10; i++) writer.write(block, i * 10_000)
    const memory = new Float32Array(64 + 1000 + 64).fill(7)
    const into = memory.subarray(64, 1064)
    const near = fc.oneof(word, fc.bigInt({ min: 4000n, max: 5000n }))
    const mark = fc.tuple(fc.nat(blocks.markCount - 1), fc.nat(2), near)
    const position = fc.oneof(fc.nat(6000), fc.constantFrom(0, 9e15))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(4), near), { maxLength: 5 }),
        fc.array(mark, { maxLength: 6 }),
        position,
        (numbers, marks, from) => {
          for (const [at, value] of numbers) rogue.write(blocks.numbers[at]!, value, 8)
          for (const [at, field, value] of marks) rogue.write(blocks.marks + at * blocks.markBytes + field * 8, value, 8)
          rogue.write(blocks.sampleRate, 0n, 4)
          const got = store.read(from, into)
          expect(got.frames).toBeLessThanOrEqual(500)
          expect(Math.abs(got.timeUs)).toBeLessThanOrEqual(9e15)
          expect(Math.abs(store.endTimeUs)).toBeLessThanOrEqual(9e15)
          writer.write(block, from)
        },
      ),
      runs(400),
    )
    expect(store.sampleRate).toBe(48_000)
    expect([...memory.subarray(0, 64), ...memory.subarray(1064)].every((sample) => sample === 7)).toBe(true)
    expect(() => native!.openAudioStore(store.address)).toThrow(/invalid sample rate/)
  })
})
