import { expect, onTestFinished, test } from 'vitest'
import type { PacedSocketClient } from '../../../platform/routes/sockets.ts'
import { FedEngine } from '../outputs/testing/fed-engine.ts'
import { createPreviews, showEndpoint } from './index.ts'
import type { PreviewShow } from './preview-feed.ts'

const principal = { id: 'local', role: 'editor' } as const
const client: PacedSocketClient = {
  principal,
  waitingBytes: 0,
  send() {},
  close() {},
  terminate() {},
  pause() {},
  resume() {},
  ping() {},
}
/** "shared" is a scene of the second canvas, and a source as well. */
const show: PreviewShow = {
  frameRate: { numerator: 30, denominator: 1 },
  canvases: ['main', 'vertical'].map((id) => ({ id, width: 1280, height: 720 })),
  scenes: [
    { id: 'intro', canvas: 'main' },
    { id: 'shared', canvas: 'vertical' },
  ],
  sources: [{ id: 'camera' }, { id: 'shared' }],
}

function opened() {
  const engine = new FedEngine()
  const previews = createPreviews({ engine, show: () => show }, showEndpoint)
  onTestFinished(() => previews.stop())
  /** Opens the endpoint with a query; what the engine encodes for it then. */
  const look = (query: Record<string, unknown>) => {
    const open = previews.sockets[0]?.accept({
      query: { height: 720, ...query },
      principal,
      remoteAddress: '127.0.0.1:1',
      header: () => undefined,
    })
    open?.(client)
    return [...engine.encodings].map(({ request }) => ('canvas' in request ? [request.canvas, request.of ?? 'program'] : [])).at(-1)
  }
  return { previews, look }
}

test.each([
  ['the first canvas by default', { of: 'program' }, ['main', 'program']],
  ['a canvas by its id', { of: 'preview', canvas: 'vertical' }, ['vertical', 'preview']],
  ['a scene on its own canvas', { of: 'scene', scene: 'shared' }, ['vertical', 'scene:shared']],
  [
    'a source on the first canvas, even if a scene of another canvas has its id',
    { of: 'source', source: 'shared' },
    ['main', 'source:shared'],
  ],
])('shows %s', (_, query, encoded) => {
  const { previews, look } = opened()
  expect(look(query)).toEqual(encoded)
  expect(previews.viewers()).toBe(1)
})

test.each([
  ['a canvas', { of: 'program', canvas: 'none' }, 'The collection has no canvas "none"'],
  ['a scene', { of: 'scene', scene: 'none' }, 'The collection has no scene "none"'],
  ['a scene with the id of a source', { of: 'scene', scene: 'camera' }, 'The collection has no scene "camera"'],
  ['a source', { of: 'source', source: 'none' }, 'The collection has no source "none"'],
  ['a source with the id of a scene', { of: 'source', source: 'intro' }, 'The collection has no source "intro"'],
  ['a scene without an id', { of: 'scene' }, 'The collection has no scene ""'],
])('rejects %s that the collection does not have', (_, query, message) => {
  const { previews, look } = opened()
  expect(() => look(query)).toThrow(message)
  expect(previews.viewers()).toBe(0)
})

test('rejects viewers while no collection is open', () => {
  const engine = new FedEngine()
  const previews = createPreviews({ engine, show: () => undefined }, showEndpoint)
  const request = { query: { of: 'program', height: 720 }, principal, remoteAddress: '127.0.0.1:1', header: () => undefined }
  expect(() => previews.sockets[0]?.accept(request)).toThrow(expect.objectContaining({ code: 'studio.no_collection' }))
})
