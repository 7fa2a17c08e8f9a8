import { expect, test, vi } from 'vitest'
import type { Principal } from '../../../../platform/routes/principal.ts'
import type { EngineEvent, TileImage } from '../../engine/studio-engine.ts'
import { MultiviewFeed, maxTiles } from './multiview-feed.ts'
import { MultiviewViewer } from './multiview-viewer.ts'

function opened() {
  const asked: (readonly string[])[] = []
  const heights: number[] = []
  let notify: (event: EngineEvent) => void = () => undefined
  const feed = new MultiviewFeed({
    engine: {
      setTiles(tiles, height) {
        asked.push(tiles)
        heights.push(height)
      },
      onEvent(listener) {
        notify = listener
        return () => undefined
      },
    },
  })
  const made = (...tiles: TileImage[]) => notify({ kind: 'tiles', tiles })
  const client = () => {
    const sent: Uint8Array[] = []
    return {
      principal: {} as Principal,
      waitingBytes: 0,
      sent,
      closed: 0,
      send: (data: string | Uint8Array) => void sent.push(data as Uint8Array),
      close(code: number) {
        this.closed = code
      },
      terminate() {},
    }
  }
  const look = (tiles: readonly string[], isEditor = true, height?: number) => {
    const at = client()
    const viewer = new MultiviewViewer(at, feed, isEditor)
    viewer.onMessage(JSON.stringify({ type: 'tiles', tiles, height }))
    return { at, viewer }
  }
  return { asked, heights, made, look }
}

const jpeg = (byte: number) => Uint8Array.of(0xff, 0xd8, byte)
const idsIn = (sent: readonly Uint8Array[]) => sent.map((bytes) => Buffer.from(bytes.subarray(1, 1 + bytes[0]!)).toString())

test('makes tiles as large as the page draws them that draws them largest', () => {
  const { heights, look } = opened()
  look(['scene:a'], true, 90)
  expect(heights.at(-1)).toBe(90)
  const other = look(['scene:a'], true, 135)
  expect(heights.at(-1)).toBe(135)
  look(['scene:b'])
  expect(heights.at(-1)).toBe(180)
  other.viewer.onClose()
  expect(heights.at(-1)).toBe(180)
})

test('makes what anybody looks at, once, and nothing when nobody looks', () => {
  vi.useFakeTimers()
  try {
    const { asked, look } = opened()
    const one = look(['scene:a', 'source:b'])
    const other = look(['scene:a', 'scene:c'])
    expect(asked.at(-1)).toEqual(['scene:a', 'source:b', 'scene:c'])
    one.viewer.onClose()
    expect(asked.at(-1)).toEqual(['scene:a', 'scene:c'])
    other.viewer.onClose()
    vi.advanceTimersByTime(5000)
    expect(asked.at(-1)).toEqual([])
  } finally {
    vi.useRealTimers()
  }
})

test('shows who comes later what is known of tiles that do not move', () => {
  const { made, look } = opened()
  look(['scene:a'])
  made({ id: 'scene:a', jpeg: jpeg(1) }, { id: 'scene:gone', jpeg: jpeg(2) })
  const { at } = look(['scene:a', 'scene:gone'])
  expect(idsIn(at.sent)).toEqual(['scene:a'])
  made({ id: 'scene:a', jpeg: null })
  expect(at.sent.at(-1)).toHaveLength(1 + 'scene:a'.length)
})

test('sends a slow client the newest image of each tile when it is ready, and keeps no more', () => {
  vi.useFakeTimers()
  try {
    const { made, look } = opened()
    const { at } = look(['scene:a', 'scene:b'])
    at.waitingBytes = 1_000_000
    for (let byte = 0; byte < 9; byte++) made({ id: 'scene:a', jpeg: jpeg(byte) }, { id: 'scene:b', jpeg: jpeg(byte) })
    vi.advanceTimersByTime(3000)
    expect(at.sent).toEqual([])
    at.waitingBytes = 0
    vi.advanceTimersByTime(1000)
    expect(idsIn(at.sent)).toEqual(['scene:a', 'scene:b'])
    expect(at.sent.map((bytes) => bytes.at(-1))).toEqual([8, 8])
  } finally {
    vi.useRealTimers()
  }
})

test('bounds what is made for all, and lets viewers not take the place of editors', () => {
  const { asked, look } = opened()
  const many = (name: string) => Array.from({ length: 16 }, (_, index) => `scene:${name}${index}`)
  look(many('x'), false)
  look(many('y'), false)
  look(many('mine'))
  expect(asked.at(-1)).toHaveLength(maxTiles)
  expect(asked.at(-1)).toEqual(expect.arrayContaining(many('mine')))
})

test.each([
  ['no JSON', 'tiles'],
  ['another type', '{"type":"shown","tiles":[]}'],
  ['another size', JSON.stringify({ type: 'tiles', tiles: ['scene:a'], height: 100 })],
  ['too many tiles', JSON.stringify({ type: 'tiles', tiles: Array.from({ length: 17 }, (_, index) => `scene:s${index}`) })],
  ['an id of nothing known', '{"type":"tiles","tiles":["file:/etc/passwd"]}'],
  ['an id that is no text', '{"type":"tiles","tiles":[7]}'],
  ['null', 'null'],
])('ends a connection that sends %s', (_, text) => {
  const { asked, look } = opened()
  const { at, viewer } = look([])
  viewer.onMessage(text)
  expect(at.closed).toBe(1008)
  expect(asked).toEqual([])
})
