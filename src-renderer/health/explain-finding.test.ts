import { expect, it } from 'vitest'
import { explainFinding } from './explain-finding.ts'
import type { Finding } from './finding-store.ts'

const overload = (renderMs: number) =>
  explainFinding({ code: 'render.overload', params: { lost: 18, renderMs, frameMs: 33.3, source: '', percent: 0 } } as unknown as Finding)

it('says of frames that are lost whether drawing them takes too long or the processor was busy with other work', () => {
  expect(overload(32).cause).toContain('Drawing a frame takes 32 ms of 33.3 ms')
  expect(overload(32).remedy).toContain('smaller canvas')
  expect(overload(0.4).cause).toContain('only 0.4 ms of 33.3 ms, yet 18 frames were lost')
  expect(overload(0.4).remedy).toContain('Close other programs')
})
