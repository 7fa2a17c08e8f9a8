import { expect, test, vi } from 'vitest'
import { FedEngine } from '../outputs/testing/fed-engine.ts'
import { type FeedUse, PreviewFeedStore } from './feed-store.ts'
import { previewHeights } from './preview-encoding.ts'
import type { PreviewAim, PreviewListener } from './preview-feed.ts'

const canvases = ['main', 'vertical', 'third'].map((id) => ({ id, width: 1920, height: 1080 }))
const show = { frameRate: { numerator: 30, denominator: 1 }, canvases, scenes: [], sources: [] }
const page: PreviewListener = { onConfig() {}, onFrame() {}, onFault() {} }
const program = (height: PreviewAim['height'], canvas = 'main'): PreviewAim => ({ canvas, of: 'program', height })

function opened() {
  const engine = new FedEngine()
  const store = new PreviewFeedStore({ engine, show: () => show })
  /** Somebody who looks, until what is answered is called. */
  const look = (aim: PreviewAim, mayStart: boolean) => {
    const use: FeedUse = store.take(aim, mayStart)
    const leave = use.feed.subscribe({ ...page })
    return () => {
      leave()
      use.release()
    }
  }
  const heights = () => [...engine.encodings].map(({ request }) => ('canvas' in request ? request.encoding.height : null))
  return { store, look, heights }
}

test('starts every size that editors look at', () => {
  const { look, heights } = opened()
  for (const height of previewHeights) look(program(height), true)
  expect(heights()).toEqual([...previewHeights])
})

test('gives viewers what is encoded already, whatever size they ask for', () => {
  const { look, heights } = opened()
  look(program(720), true)
  look(program(360), true)
  for (const height of previewHeights) look(program(height), false)
  expect(heights()).toEqual([720, 360])
})

test('starts one encoding of a canvas for any number of viewers, and further ones as small as can be', () => {
  const { look, heights } = opened()
  for (const { id } of canvases) {
    for (const role of ['program', 'preview'] as const)
      for (const height of [720, 540, 360] as const) look({ canvas: id, of: role, height }, false)
  }
  expect(heights()).toEqual([720, 720, 180, 180, 180, 180])
})

test('starts the size that a viewer changes to, in place of the one that nobody looks at any more', () => {
  const { look, heights } = opened()
  const leave = look(program(360), false)
  leave()
  look(program(720), false)
  expect(heights()).toEqual([720])
})

test('ends an encoding a moment after the last page has left, and not while another looks', () => {
  vi.useFakeTimers()
  try {
    const { look, heights } = opened()
    const [first, second] = [look(program(720), true), look(program(360), false)]
    first()
    vi.advanceTimersByTime(10_000)
    expect(heights()).toEqual([720])
    second()
    expect(heights()).toEqual([720])
    vi.advanceTimersByTime(10_000)
    expect(heights()).toEqual([])
  } finally {
    vi.useRealTimers()
  }
})

test('encodes few scenes and sources by themselves, whoever asks, and puts those aside that nobody looks at any more', () => {
  const { store, look, heights } = opened()
  const scene = (id: number): PreviewAim => ({ canvas: 'main', of: `scene:scene-${id}`, height: 720 })
  const leaves = [0, 1, 2, 3, 4, 5].map((id) => look(scene(id), true))
  expect(() => look(scene(6), true)).toThrow('6 scenes and sources')
  expect(() => look(scene(5), true), 'one that runs is shared').not.toThrow()
  expect(() => look(program(720), true), 'canvases are not counted').not.toThrow()
  leaves[0]!()
  look(scene(6), true)
  expect(heights()).toHaveLength(7)
  store.close()
})
