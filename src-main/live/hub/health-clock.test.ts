import { beforeEach, expect, it } from 'vitest'
import type { EventBus } from '../../platform/events/events.ts'
import { HealthClock } from './health-clock.ts'
import type { ManagedStream } from './managed-stream.ts'

let published: unknown[]
let streams: ManagedStream[]
let clock: HealthClock

beforeEach(() => {
  published = []
  streams = []
  clock = new HealthClock({
    streams: () => streams,
    viewers: () => 7,
    events: { publish: (...event: unknown[]) => void published.push(event) } as unknown as EventBus,
    now: () => 5000,
    monotonic: () => 100,
  })
})

/** A stream whose sample is what it was asked with. */
function stream(id: string, phase: string, warnings: { code: string }[] = [], standby?: object): ManagedStream {
  return { id, phase, meter: { sample: (...asked: unknown[]) => asked, warnings }, standby } as unknown as ManagedStream
}
const topics = () => published.map((event) => (event as [string])[0])

it('publishes the second of each stream that is live or waits for its encoder, and of no other', () => {
  let standby = 0
  const meter = { sample: () => standby++ }
  streams = [
    stream('a', 'active', [], { publication: { meter } }),
    stream('b', 'reconnecting'),
    stream('c', 'ended'),
    { id: 'd', phase: 'active', meter: undefined } as unknown as ManagedStream,
  ]
  clock.tick()
  expect(published).toEqual([
    ['stream.health', { sample: [100, 5000, 7, false], warnings: [] }, { stream: 'a', volatile: true }],
    ['stream.health', { sample: [100, 5000, 7, true], warnings: [] }, { stream: 'b', volatile: true }],
  ])
  expect(standby, 'the backup encoder is measured, too').toBe(1)
})

it('announces warnings when they change, and again for the next broadcast of the stream', () => {
  const slow = { code: 'slow' }
  const rounds: [ManagedStream, string[]][] = [
    [stream('a', 'active', [slow]), ['stream.health', 'stream.warnings']],
    [stream('a', 'active', [slow]), ['stream.health']],
    [stream('a', 'active', []), ['stream.health', 'stream.warnings']],
    [stream('a', 'active', [slow]), ['stream.health', 'stream.warnings']],
    [stream('a', 'ended', [slow]), []],
    [stream('a', 'active', [slow]), ['stream.health', 'stream.warnings']],
  ]
  for (const [each, expected] of rounds) {
    published = []
    streams = [each]
    clock.tick()
    expect(topics()).toEqual(expected)
  }
})
