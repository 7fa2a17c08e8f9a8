import { expect, test } from 'vitest'
import type { VideoEncoding } from '../../document/schemas/encoding-schemas.ts'
import { FedEngine } from '../outputs/testing/fed-engine.ts'
import { PreviewFeed, type PreviewFrame, type PreviewListener } from './preview-feed.ts'

const show = {
  frameRate: { numerator: 30, denominator: 1 },
  canvases: [{ id: 'main', width: 1280, height: 720 }],
  scenes: [],
  sources: [],
}
const quick = { codec: 'h264', bFrames: 0, frameDivisor: 1, height: null, rateControl: 'cbr', bitrateKbps: 3000 } as VideoEncoding
const listener = { onTrack() {}, onPacket() {}, onGap() {}, onFault() {} }

class Page implements PreviewListener {
  readonly seen: (PreviewFrame & { readonly late: boolean })[] = []
  readonly configs: boolean[] = []
  problem: string | undefined
  onConfig({ shared }: { readonly shared: boolean }): void {
    this.configs.push(shared)
  }
  onFrame(frame: PreviewFrame, late: boolean): void {
    this.seen.push({ ...frame, late })
  }
  onFault(problem: string): void {
    this.problem = problem
  }
}

function feedOf(engine: FedEngine, of: 'program' | 'preview' = 'program'): PreviewFeed {
  return new PreviewFeed({ canvas: 'main', of, height: 720 }, { engine, show: () => show })
}

function run(engine: FedEngine, seconds: number): void {
  engine.begin()
  engine.feed(seconds)
}

test('encodes for pages where no output does, and tells number and time of each frame', () => {
  const engine = new FedEngine()
  const feed = feedOf(engine)
  const page = new Page()
  feed.subscribe(page)
  run(engine, 0.5)
  expect(page.configs).toEqual([false])
  expect(page.seen.map(({ number }) => number).slice(0, 3)).toEqual([0, 1, 2])
  expect(page.seen[3]?.timeMs).toBeCloseTo(engine.originTimeMs + 100)
  feed.close()
  expect(engine.encodings.size).toBe(0)
})

test('gives a page that joins the frames since the last keyframe at once', () => {
  const engine = new FedEngine()
  const feed = feedOf(engine)
  run(engine, 1.5)
  const page = new Page()
  feed.subscribe(page)
  expect(page.configs).toEqual([false])
  expect(page.seen[0]).toMatchObject({ number: 30, key: true, late: true })
  expect(page.seen).toHaveLength(15)
  expect([...engine.encodings][0]?.keyframesAsked).toBe(0)
})

test('asks for a keyframe where none is kept', () => {
  const engine = new FedEngine()
  const feed = feedOf(engine)
  run(engine, 1)
  engine.die(0.5)
  feed.subscribe(new Page())
  expect([...engine.encodings][0]?.keyframesAsked).toBe(1)
})

test.each([
  ['of another canvas', { canvas: 'vertical', encoding: quick }],
  ['of the preview', { canvas: 'main', of: 'preview' as const, encoding: quick }],
  ['with B-frames', { canvas: 'main', encoding: { ...quick, bFrames: 2 } }],
  ['of another codec', { canvas: 'main', encoding: { ...quick, codec: 'hevc' } as unknown as VideoEncoding }],
  ['too small', { canvas: 'main', encoding: { ...quick, height: 360 } }],
  ['too much for pages', { canvas: 'main', encoding: { ...quick, bitrateKbps: 50_000 } }],
])('encodes for pages where what is encoded anyway is %s', (_, request) => {
  const engine = new FedEngine()
  engine.encodeVideo(request, listener)
  feedOf(engine)
  expect(engine.encodings.size).toBe(2)
})

test('follows an output that starts, at a keyframe, and ends its own encoding', async () => {
  const engine = new FedEngine()
  const feed = feedOf(engine)
  const page = new Page()
  feed.subscribe(page)
  run(engine, 0.5)
  const request = { canvas: 'main', encoding: quick }
  const output = engine.encodeVideo(request, listener)
  await Promise.resolve()
  expect([...engine.encodings].filter((each) => each.request === request)).toHaveLength(2)
  run(engine, 0.4)
  expect(page.configs.at(-1)).toBe(false)
  run(engine, 0.5)
  expect(page.configs.at(-1)).toBe(true)
  await Promise.resolve()
  expect([...engine.encodings].every((each) => each.request === request)).toBe(true)

  // None is left out where both encodings have the same keyframes; the one at which the other takes over may come of both.
  const numbers = page.seen.map(({ number }) => number)
  expect([...new Set(numbers)]).toEqual(Array.from({ length: 42 }, (_, index) => index))

  output.close()
  await Promise.resolve()
  run(engine, 1.1)
  await Promise.resolve()
  expect(page.configs.at(-1)).toBe(false)
  expect(engine.encodings.size).toBe(1)
  expect([...engine.encodings][0]?.request).not.toBe(request)
})

test('encodes for pages again where the encoder of an output fails', async () => {
  const engine = new FedEngine()
  const request = { canvas: 'main', encoding: quick }
  const reported: string[] = []
  engine.encodeVideo(request, { ...listener, onFault: (problem) => reported.push(problem) })
  const feed = feedOf(engine)
  const page = new Page()
  feed.subscribe(page)
  engine.fail('no device')
  await Promise.resolve()
  run(engine, 0.2)
  expect(page.configs).toEqual([false])
  expect(page.seen.length).toBeGreaterThan(0)
  expect(page.problem).toBeUndefined()
})

test('tells a page, one that joins later too, why nothing comes', () => {
  const engine = new FedEngine()
  const feed = feedOf(engine, 'preview')
  const [early, later] = [new Page(), new Page()]
  feed.subscribe(early)
  engine.fail('no encoder')
  feed.subscribe(later)
  expect([early.problem, later.problem]).toEqual(['no encoder', 'no encoder'])
})
