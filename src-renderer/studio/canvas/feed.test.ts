import { expect, test } from 'vitest'
import { feedHeight, readFrame } from './feed-messages.ts'
import { Latency } from './latency.ts'

test('reads number, time and data of a frame', () => {
  const bytes = new Uint8Array(19)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, 1)
  view.setUint32(4, 70_000)
  view.setFloat64(8, 1_700_000_000_123.5)
  bytes.set([1, 2, 3], 16)
  const frame = readFrame(bytes.buffer)
  expect(frame).toMatchObject({ key: true, number: 70_000, dueMs: 1_700_000_000_123.5 })
  expect([...(frame?.data ?? [])]).toEqual([1, 2, 3])
  expect(readFrame(new ArrayBuffer(16))).toBeUndefined()
})

test('asks for no more lines than are drawn, nearly', () => {
  expect([100, 190, 300, 390, 620, 700, 2000].map(feedHeight)).toEqual([180, 180, 270, 360, 630, 630, 720])
})

test('measures by the host’s clock, and believes the quickest answer', () => {
  const latency = new Latency()
  for (let count = 0; count < 10; count++) latency.takeFrame(1000, 0)
  expect(latency.behind).toBeUndefined()
  // The host is an hour ahead.
  latency.takeTime(100, 110, 3_600_105)
  latency.takeTime(200, 900, 5_000_000)
  for (let count = 0; count < 20; count++) latency.takeFrame(1000 + count, 3_601_000)
  expect(latency.behind).toEqual({ p50: 10, p95: 19 })
})
