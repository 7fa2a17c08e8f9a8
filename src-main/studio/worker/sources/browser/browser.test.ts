import { runInNewContext } from 'node:vm'
import { crc32, deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { findPage, mayLoad } from './find-page.ts'
import { readInput } from './page-input.ts'
import { pageScript } from './page-script.ts'
import { ScreencastImage } from './screencast-png.ts'

/** A PNG whose rows are filtered as said. */
function png(width: number, height: number, channels: 3 | 4, pixels: Uint8Array, filterOf: (row: number) => number): Buffer {
  const stride = width * channels
  const raw = Buffer.alloc((stride + 1) * height)
  for (let y = 0; y < height; y++) {
    const filter = filterOf(y)
    raw[y * (stride + 1)] = filter
    for (let at = 0; at < stride; at++) {
      const left = at >= channels ? pixels[y * stride + at - channels]! : 0
      const up = y > 0 ? pixels[(y - 1) * stride + at]! : 0
      const corner = y > 0 && at >= channels ? pixels[(y - 1) * stride + at - channels]! : 0
      const near = [left, up, corner].map((value) => Math.abs(left + up - corner - value))
      const paeth = near[0]! <= near[1]! && near[0]! <= near[2]! ? left : near[1]! <= near[2]! ? up : corner
      raw[y * (stride + 1) + 1 + at] = pixels[y * stride + at]! - [0, left, up, (left + up) >> 1, paeth][filter]!
    }
  }
  const chunk = (name: string, data: Buffer): Buffer => {
    const out = Buffer.alloc(data.length + 12)
    out.writeUInt32BE(data.length)
    out.write(name, 4)
    out.set(data, 8)
    out.writeUInt32BE(crc32(out.subarray(4, data.length + 8)), data.length + 8)
    return out
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  header.set([8, channels === 4 ? 6 : 2], 8)
  const data = deflateSync(raw)
  const cut = data.length >> 1
  const parts = [
    chunk('IHDR', header),
    chunk('IDAT', data.subarray(0, cut)),
    chunk('IDAT', data.subarray(cut)),
    chunk('IEND', Buffer.alloc(0)),
  ]
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...parts])
}

const noise = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 7919 * (seed + 1) + (index >> 3) * 31) & 255)

describe('images of a screencast', () => {
  it.each([3, 4] as const)('of %i channels are decoded with every filter', async (channels) => {
    const image = new ScreencastImage()
    const pixels = noise(13 * 10 * channels, channels)
    await image.decode(png(13, 10, channels, pixels, (row) => row % 5))
    const expected = Array.from({ length: 130 }, (_, at) => [
      ...pixels.subarray(at * channels, at * channels + 3),
      channels === 4 ? pixels[at * 4 + 3] : 255,
    ])
    expect([...image.pixels]).toEqual(expected.flat())
  })

  it('tell which rows changed', async () => {
    const image = new ScreencastImage()
    const pixels = noise(8 * 6 * 4, 2)
    const up = () => 2
    expect(await image.decode(png(8, 6, 4, pixels, up))).toEqual([[0, 6]])
    expect(await image.decode(png(8, 6, 4, pixels, up))).toEqual([])
    for (const row of [1, 2, 5]) pixels[row * 32 + 7]! ^= 1
    expect(await image.decode(png(8, 6, 4, pixels, up))).toEqual([
      [1, 2],
      [5, 1],
    ])
    expect(await image.decode(png(4, 4, 4, pixels.subarray(0, 64), up))).toEqual([[0, 4]])
  })

  it('that are invalid are rejected', async () => {
    const image = new ScreencastImage()
    const good = png(8, 6, 4, noise(192, 1), () => 2)
    await expect(image.decode(good.subarray(0, good.length - 20))).rejects.toThrow()
    await expect(image.decode(Buffer.alloc(100))).rejects.toThrow('no image')
    const wrong = Buffer.from(good)
    wrong.writeUInt32BE(60, 20)
    await expect(image.decode(wrong)).rejects.toThrow()
  })
})

describe('where a page may be and go', () => {
  it('is the web, or a file that is given by its path', async () => {
    expect(await findPage({ url: 'https://example.org/a b', file: '' }, async (path) => path)).toEqual({
      url: 'https://example.org/a%20b',
      folder: undefined,
    })
    expect(await findPage({ url: '', file: import.meta.filename }, async (path) => path)).toMatchObject({ folder: import.meta.dirname })
    const own = { origin: 'http://127.0.0.1:8080', secret: 's' }
    expect(await findPage({ url: '/overlay/abcdef', file: '' }, async (path) => path, own)).toMatchObject({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:8080\/overlay\/abcdef\?token=[\w-]{43}$/),
    })
    for (const url of ['/overlay/../api/v1/studio', '/api/v1/studio', '//evil.example/overlay/abcdef', '/overlay/abcdef?x']) {
      expect(await findPage({ url, file: '' }, async (path) => path, own), url).toMatchObject({ state: 'failed' })
    }
    expect(await findPage({ url: 'file:///etc/passwd', file: '' }, async (path) => path)).toMatchObject({ state: 'failed' })
    expect(await findPage({ url: '', file: '' }, async (path) => path)).toMatchObject({ state: 'waiting' })
    expect(await findPage({ url: '', file: import.meta.dirname }, async (path) => path)).toMatchObject({
      state: 'waiting',
      problem: /not a regular file/,
    })
  })

  it.each([
    ['https://example.org/', undefined, true],
    ['data:text/html,x', undefined, true],
    ['file:///show/page.html', undefined, false],
    ['file:///show/page.html', '/show', true],
    ['file:///show/%2e%2e/other.html', '/show', false],
    ['file:///showroom/page.html', '/show', false],
    ['file://server/show/page.html', '/show', false],
    ['chrome://gpu', '/show', false],
    ['about:blank', undefined, true],
    ['about:version', undefined, false],
    ['no address', undefined, false],
  ])('%s with the folder %s: %s', (address, folder, allowed) => {
    expect(mayLoad(address, folder)).toBe(allowed)
  })
})

describe('what is done to a page', () => {
  it('is read from commands, and what does not fit is named', () => {
    expect(readInput('click', { x: 1, y: 2 })).toEqual({ do: 'click', x: 1, y: 2, button: 'left', count: 1 })
    expect(readInput('press', { key: 'Control++' })).toEqual({ do: 'press', key: 'Control++' })
    expect(readInput('reload', {})).toEqual({ do: 'reload' })
    expect(() => readInput('click', { x: 1 })).toThrow('y is a number')
    expect(() => readInput('type', { text: 'x'.repeat(5000) })).toThrow('at most 4096')
    for (const key of ['', 'ab', 'Hyper+a', 'Enter ']) expect(() => readInput('press', { key })).toThrow('key is one character')
  })
})

describe('the script that pages start with', () => {
  /** A page whose frames come when they are called. */
  function world() {
    const frames: ((time: number) => void)[] = []
    const page = {
      requestAnimationFrame: (callback: (time: number) => void) => frames.push(callback),
      cancelAnimationFrame: (_: number) => undefined,
      CSSStyleSheet: class {
        text = ''
        replaceSync(text: string) {
          this.text = text
        }
      },
      document: { adoptedStyleSheets: [] as { text: string }[] },
      setTimeout: () => 0,
    }
    const tick = (time: number): void => {
      for (const frame of frames.splice(0)) frame(time)
    }
    return { page, tick }
  }

  it('adds rules, and keeps animations at the pace of the source', () => {
    const { page, tick } = world()
    runInNewContext(pageScript('b { color: red }', 30), page)
    expect(page.document.adoptedStyleSheets.map((sheet) => sheet.text)).toEqual(['b { color: red }'])
    const times: number[] = []
    const step = (time: number): void => {
      times.push(Math.round(time))
      page.requestAnimationFrame(step)
    }
    page.requestAnimationFrame(step)
    const cancelled = page.requestAnimationFrame(() => times.push(-1))
    page.cancelAnimationFrame(cancelled)
    for (let frame = 0; frame < 12; frame++) tick((frame * 1000) / 60)
    expect(times).toEqual([0, 33, 67, 100, 133, 167])
  })

  it('leaves 60 frames a second alone', () => {
    const { page } = world()
    const own = page.requestAnimationFrame
    runInNewContext(pageScript('', 60), page)
    expect(page.requestAnimationFrame).toBe(own)
    expect(page.document.adoptedStyleSheets).toEqual([])
  })
})
