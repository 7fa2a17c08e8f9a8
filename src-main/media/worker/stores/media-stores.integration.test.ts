import { afterEach, describe, expect, test } from 'vitest'
import { loadAddon } from '../../../platform/load-addon.ts'
import type { FrameStore, FrameToWrite, MediaStores } from './media-stores.ts'
import { chromaOf, type Planar, planarOf, psnr, rgbOf, testRgba, yuvOf } from './testing/reference-frames.ts'

const native = process.platform === 'linux' ? loadAddon<MediaStores>('compositor') : undefined

describe.skipIf(native === undefined)('stores that two mappings share', () => {
  const open: { close(): void }[] = []
  const kept = <T extends { close(): void }>(store: T): T => {
    open.push(store)
    return store
  }
  afterEach(() => {
    for (const store of open.splice(0)) store.close()
  })
  const frames = (): [FrameStore, FrameStore] => {
    const writer = kept(native!.createFrameStore())
    return [writer, kept(native!.openFrameStore(writer.address))]
  }
  const rgba = (width: number, height: number, pixels: Uint8Array, more: Partial<FrameToWrite> = {}): FrameToWrite => {
    return { layout: 'rgba', width, height, planes: [pixels], strides: [width * 4], timeUs: 5, ...more }
  }
  const swapped = (pixels: Uint8Array) => pixels.map((_, i) => pixels[i % 4 === 0 ? i + 2 : i % 4 === 2 ? i - 2 : i]!)
  const expectNear = (store: FrameStore, wanted: Planar, decibels: number) => {
    const got = store.read()!
    expect([got.width, got.height]).toEqual([wanted.width, wanted.height])
    for (const plane of ['y', 'u', 'v'] as const) expect(psnr(got[plane], wanted[plane]), plane).toBeGreaterThan(decibels)
    if (got.a) expect(got.a).toEqual(wanted.a)
  }

  test('a frame is there for the other side, with its sequence, size and time, until it is taken away', () => {
    const [writer, reader] = frames()
    expect(reader).toMatchObject({ sequence: 0, width: 0, height: 0, timeUs: 0 })
    expect(reader.read()).toBeUndefined()
    for (let turn = 1; turn <= 9; turn++) {
      writer.write(rgba(40 + turn, 30, testRgba(40 + turn, 30, turn), { timeUs: turn * 1000, opaque: true }))
      expect(reader).toMatchObject({ sequence: turn, width: 40 + turn, height: 30, timeUs: turn * 1000, hasAlpha: false })
    }
    writer.clear()
    expect(reader).toMatchObject({ sequence: 0, width: 0 })
    writer.write(rgba(8, 8, testRgba(8, 8)))
    expect(reader.sequence).toBe(10)
  })

  test.each([
    ['rgba', 97, 41],
    ['bgra', 64, 34],
    ['bgra', 1, 1],
  ] as const)('%s of %i x %i becomes BT.709 limited', (layout, width, height) => {
    const [writer, reader] = frames()
    const pixels = testRgba(width, height)
    writer.write(rgba(width, height, layout === 'bgra' ? swapped(pixels) : pixels, { layout, opaque: true }))
    expectNear(reader, planarOf(pixels, width, height), 50)
  })

  test('alpha weighs chroma, straight and premultiplied; alpha that is 255 everywhere counts as none', () => {
    const [writer, reader] = frames()
    const pixels = testRgba(70, 33, 2, true)
    const wanted = planarOf(pixels, 70, 33)
    // Where nothing is to be seen the store may hold any colour.
    const seen = (plane: Uint8Array) => plane.filter((_, i) => wanted.a[i]! > 0)
    writer.write(rgba(70, 33, pixels))
    expect(reader.hasAlpha).toBe(true)
    const straight = reader.read()!
    expect(straight.a).toEqual(wanted.a)
    expect(psnr(seen(straight.y), seen(wanted.y))).toBeGreaterThan(50)
    const multiplied = pixels.map((value, i) => (i % 4 === 3 ? value : Math.round((value * pixels[i | 3]!) / 255)))
    writer.write(rgba(70, 33, multiplied, { premultiplied: true }))
    const back = reader.read()!
    const visible = (plane: Uint8Array) => plane.filter((_, i) => wanted.a[i]! > 100)
    expect(psnr(visible(back.y), visible(wanted.y))).toBeGreaterThan(50)
    const chroma = (plane: Uint8Array) =>
      plane.filter((_, i) => {
        const at = (i % 35) * 2 + Math.floor(i / 35) * 140
        return [wanted.a[at], wanted.a[at + 1], wanted.a[at + 70] ?? 255, wanted.a[at + 71] ?? 255].every((a) => a! > 100)
      })
    for (const plane of ['u', 'v'] as const) {
      expect(psnr(chroma(straight[plane]), chroma(wanted[plane]))).toBeGreaterThan(50)
      expect(psnr(chroma(back[plane]), chroma(wanted[plane]))).toBeGreaterThan(45)
    }
    writer.write(rgba(70, 33, testRgba(70, 33)))
    expect(reader.hasAlpha).toBe(false)
  })

  test.each([
    ['bt601', 'limited'],
    ['bt601', 'full'],
    ['bt709', 'full'],
    ['bt709', 'limited'],
  ] as const)('i420, nv12 and i420a of %s %s become BT.709 limited', (matrix, range) => {
    const [writer, reader] = frames()
    const [width, height] = [46, 31]
    const [halfWidth, halfHeight] = [chromaOf(width), chromaOf(height)]
    const from = { y: new Uint8Array(width * height), u: new Uint8Array(halfWidth * halfHeight), v: new Uint8Array(halfWidth * halfHeight) }
    const wanted = planarOf(testRgba(width, height), width, height)
    // Colours that exist in RGB, flat under each chroma sample but for luma.
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const c = (y >> 1) * halfWidth + (x >> 1)
        const colour = [(x & ~1) * 4 + 20, (y & ~1) * 6 + 20, ((x ^ y) & 62) * 2 + 40].map((value) => value + (x & 1) * 9)
        const [luma, u, v] = yuvOf(colour as [number, number, number], matrix, range)
        from.y[y * width + x] = Math.round(luma)
        if (x % 2 === 0 && y % 2 === 0) {
          from.u[c] = Math.round(u)
          from.v[c] = Math.round(v)
        }
        const exact = yuvOf(rgbOf([from.y[y * width + x]!, from.u[c]!, from.v[c]!], matrix, range))
        wanted.y[y * width + x] = Math.round(exact[0])
        wanted.u[c] = Math.round(exact[1])
        wanted.v[c] = Math.round(exact[2])
      }
    }
    const uv = new Uint8Array(halfWidth * halfHeight * 2).map((_, i) => (i % 2 ? from.v : from.u)[i >> 1]!)
    const alpha = new Uint8Array(width * height).map((_, i) => i)
    const common = { width, height, matrix, range, timeUs: 1 }
    const strides = [width, halfWidth, halfWidth]
    writer.write({ ...common, layout: 'i420', planes: [from.y, from.u, from.v], strides })
    expectNear(reader, wanted, 50)
    writer.write({ ...common, layout: 'nv12', planes: [from.y, uv], strides: [width, halfWidth * 2] })
    expectNear(reader, wanted, 50)
    writer.write({ ...common, layout: 'i420a', planes: [from.y, from.u, from.v, alpha], strides: [...strides, width] })
    expect(reader.hasAlpha).toBe(true)
    expectNear(reader, { ...wanted, a: alpha }, 50)
  })

  test('of changed rows only those are read, and every slot ends up whole', () => {
    const [writer, reader] = frames()
    const [width, height] = [48, 40]
    const shown = testRgba(width, height)
    writer.write(rgba(width, height, shown, { opaque: true }))
    for (let turn = 0; turn < 6; turn++) {
      const row = (turn * 7) % height
      const rows = Math.min(4, height - row)
      const noise = testRgba(width, height, turn + 5)
      shown.set(noise.subarray(row * width * 4, (row + rows) * width * 4), row * width * 4)
      // Rows that are not named hold rubbish; named ones are widened to pairs of rows.
      const given = new Uint8Array(shown.length).fill(99)
      const first = row & ~1
      const end = Math.min(height, (row + rows + 1) & ~1)
      given.set(shown.subarray(first * width * 4, end * width * 4), first * width * 4)
      writer.write(rgba(width, height, given, { opaque: true, changedRows: [[row, rows]] }))
      expectNear(reader, planarOf(shown, width, height), 50)
    }
  })

  test('what is wrong is named, and an invalid memory address is rejected', () => {
    const [writer] = frames()
    const pixels = testRgba(4, 4)
    const wrong = (more: object) => () => writer.write({ ...rgba(4, 4, pixels), ...more } as FrameToWrite)
    expect(wrong({ width: 16_384 })).toThrow(/width is 16384: 1 to 8192/)
    expect(wrong({ height: Number.NaN })).toThrow(/height is nan/)
    expect(wrong({ width: 2.5 })).toThrow(/2.5, not a whole number/)
    expect(wrong({ layout: 'yuv' })).toThrow(/layout is "yuv": one of i420/)
    expect(wrong({ strides: [8] })).toThrow(/stride of plane 0 is 8/)
    expect(wrong({ planes: [pixels.subarray(1)] })).toThrow(/plane 0 holds 63 bytes, 64 are needed/)
    expect(wrong({ timeUs: Number.POSITIVE_INFINITY })).toThrow(/timeUs is inf/)
    expect(() => writer.write(undefined as never)).toThrow(TypeError)
    expect(() => native!.openFrameStore('frames-1-1')).toThrow(/no memory address of frames/)
    expect(() => native!.openFrameStore(writer.address.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')))).toThrow(/maker is gone/)
    expect(() => native!.openAudioStore(writer.address)).toThrow(/no memory address of audio/)
    expect(() => native!.createAudioStore(1)).toThrow(/sampleRate is 1/)
  })

  test('audio is read on the other side with the time of each frame, over seams and over its end', () => {
    const writer = kept(native!.createAudioStore(48_000))
    const reader = kept(native!.openAudioStore(writer.address))
    const block = (start: number) => Float32Array.from({ length: 960 }, (_, i) => start + (i >> 1))
    // A device that is slow by 0.1 %: no seam, the times tell.
    for (let i = 0; i < 20; i++) writer.write(block(i * 480), 1_000_000 + i * 10_010)
    expect(reader).toMatchObject({ written: 9600, endTimeUs: 1_000_000 + 19 * 10_010 + 10_000, sampleRate: 48_000 })
    const into = new Float32Array(2000)
    expect(reader.read(4900, into)).toEqual({ from: 4900, frames: 1000, timeUs: 1_000_000 + 10 * 10_010 + 2083 })
    expect([into[0], into[1], into[1999]]).toEqual([4900, 4900, 5899])
    writer.write(block(9600), 2_000_000)
    expect(reader.read(9500, into)).toMatchObject({ from: 9500, frames: 100 })
    expect(reader.read(9600, into)).toEqual({ from: 9600, frames: 480, timeUs: 2_000_000 })
    expect(reader.read(10_080, into).frames).toBe(0)
    for (let i = 0; i < 600; i++) writer.write(block(10_080 + i * 480), 2_010_000 + i * 10_000)
    const late = reader.read(0, into)
    expect(late.frames).toBe(1000)
    expect(into[0]).toBe(late.from)
    expect(reader.written - late.from).toBeGreaterThan(2 * 48_000)
    expect(late.timeUs).toBeCloseTo(2_010_000 + ((late.from - 10_080) / 48_000) * 1e6, -1)
    expect(() => writer.write(new Float32Array(3), 0)).toThrow(/odd/)
    expect(() => writer.write(new Float32Array(2), Number.NaN)).toThrow(/timeUs/)
  })
})
