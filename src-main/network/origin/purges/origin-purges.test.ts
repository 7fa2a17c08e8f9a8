import { pino } from 'pino'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { AppError } from '../../../platform/errors.ts'
import { createEventBus } from '../../../platform/events/event-bus.ts'
import type { PurgeSelection } from '../../front/cache/purge-order.ts'
import { OriginPurges } from './origin-purges.ts'

const log = pino({ enabled: false })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function setUp(hasNodes = true) {
  const events = createEventBus(log)
  const purged: [PurgeSelection, boolean][] = []
  let failures = 0
  const purges = new OriginPurges({
    events,
    purges: {
      async purge(selection, hard) {
        if (failures-- > 0) throw new AppError('network.busy')
        purged.push([selection, hard])
        return { number: purged.length, nodes: [] }
      },
    },
    hasNodes: () => hasNodes,
    log,
  })
  return { events, purged, purges, fail: (times: number) => (failures = times) }
}

it('recordings and clips that are deleted, in the trash, withdrawn or replaced are purged together, those that run or are private are not', async () => {
  const { events, purged, purges } = setUp()
  events.publish('recording.removed', { id: 'a' })
  events.publish('recording.updated', { id: 'b', deletedAt: '2026-01-01T00:00:00Z', state: 'complete', published: true })
  events.publish('recording.updated', { id: 'c', deletedAt: null, state: 'complete', published: true })
  events.publish('recording.updated', { id: 'd', deletedAt: null, state: 'recording', published: true })
  events.publish('recording.updated', { id: 'e', deletedAt: null, state: 'complete', published: false })
  events.publish('recording.withdrawn', { id: 'f' })
  events.publish('clip.removed', { id: 'g' })
  events.publish('clip.withdrawn', { id: 'h' })
  events.publish('clip.updated', { id: 'i', deletedAt: '2026-01-01T00:00:00Z', state: 'ready', published: false })
  events.publish('clip.updated', { id: 'j', deletedAt: null, state: 'making', published: false })
  events.publish('clip.updated', { id: 'k', deletedAt: null, state: 'ready', published: false })
  events.publish('stream.removed', { id: 'l' })
  events.publish('recording.removed', { id: 'a' })
  await vi.advanceTimersByTimeAsync(1000)
  expect(purged).toEqual([[{ tags: ['recording-a', 'recording-b', 'recording-c', 'recording-f', 'clip-g', 'clip-h', 'clip-i'] }, true]])
  await purges.stop()
})

it('a purge that was not taken is sent again with what came meanwhile', async () => {
  const { events, purged, purges, fail } = setUp()
  fail(2)
  events.publish('recording.removed', { id: 'a' })
  await vi.advanceTimersByTimeAsync(1000)
  expect(purged).toEqual([[{ tags: ['recording-a'] }, true]])
  await purges.stop()
})

it('nothing is purged while there is no node', async () => {
  const { events, purged, purges } = setUp(false)
  events.publish('recording.removed', { id: 'a' })
  vi.advanceTimersByTime(10_000)
  expect(purged).toEqual([])
  await purges.stop()
})

it('what is gathered when the host stops is purged, with what a purge under way did not', async () => {
  const { events, purged, purges } = setUp()
  events.publish('recording.removed', { id: 'a' })
  const stopped = purges.stop()
  events.publish('recording.removed', { id: 'after' })
  await stopped
  expect(purged).toEqual([[{ tags: ['recording-a'] }, true]])
  const again = setUp()
  again.fail(1)
  again.events.publish('clip.withdrawn', { id: 'b' })
  vi.advanceTimersByTime(250)
  await again.purges.stop()
  expect(again.purged).toEqual([[{ tags: ['clip-b'] }, true]])
  await vi.advanceTimersByTimeAsync(10_000)
  expect([purged.length, again.purged.length, vi.getTimerCount()]).toEqual([1, 1, 0])
})

it('a host stops also where purges are not taken any more', async () => {
  const { events, purged, purges, fail } = setUp()
  fail(Number.POSITIVE_INFINITY)
  events.publish('recording.removed', { id: 'a' })
  await purges.stop()
  expect([purged, vi.getTimerCount()]).toEqual([[], 0])
})
