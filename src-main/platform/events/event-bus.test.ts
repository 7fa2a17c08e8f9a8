import { expect, it } from 'vitest'
import { silentLogger } from '../telemetry/logger.ts'
import { createEventBus } from './event-bus.ts'

it('the bus replays what was missed, without what is volatile', () => {
  const bus = createEventBus(silentLogger)
  bus.publish('settings.updated', 1)
  bus.publish('stream.health', 2, { volatile: true })
  bus.publish('stream.state', 3, { stream: 's' })
  expect(bus.since(1)).toMatchObject([{ seq: 3, topic: 'stream.state', stream: 's', data: 3 }])
  expect(bus.since(3)).toEqual([])
})

it('the bus says when it no longer has what was missed', () => {
  const bus = createEventBus(silentLogger, 3)
  for (let index = 0; index < 5; index += 1) bus.publish('settings.updated', index)
  expect(bus.since(1)).toBeUndefined()
  expect(bus.since(2)?.map((event) => event.seq)).toEqual([3, 4, 5])
  expect(bus.since(9)).toBeUndefined()
})

it('a listener that fails does not keep the others from hearing', () => {
  const bus = createEventBus(silentLogger)
  const heard: number[] = []
  bus.subscribe(() => {
    throw new Error('no')
  })
  const leave = bus.subscribe((event) => heard.push(event.seq))
  bus.publish('settings.updated', 1)
  leave()
  bus.publish('settings.updated', 2)
  expect(heard).toEqual([1])
})

it('samples are asked for when the first client names their topic, and no longer when the last has left', () => {
  const bus = createEventBus(silentLogger)
  const early = bus.want(['studio.meters', 'stream.'])
  const reported: boolean[] = []
  const samples = bus.offerSamples('studio.meters', (wanted) => reported.push(wanted))
  const second = bus.want(['studio.meters', 'studio.meters'])
  early()
  early()
  second()
  bus.want(['lev'])
  expect(reported).toEqual([true, false])
  expect(bus.isSampled('studio.meters')).toBe(true)
  samples.publish(1)
  expect(bus.since(0)).toEqual([])
  samples.stop()
  expect(bus.isSampled('studio.meters')).toBe(false)
})

it('the bus keeps fewer events where they are large', () => {
  const bus = createEventBus(silentLogger, 100, 1000)
  bus.publish('settings.updated', 1)
  bus.publish('obs.mirror', 2, { bytes: 600 })
  bus.publish('obs.mirror', 3, { bytes: 300 })
  expect(bus.since(0)?.map((event) => event.seq)).toEqual([1, 2, 3])
  bus.publish('obs.mirror', 4, { bytes: 200 })
  expect(bus.since(1)).toBeUndefined()
  expect(bus.since(2)?.map((event) => event.seq)).toEqual([3, 4])
  bus.publish('obs.mirror', 5, { bytes: 5000 })
  expect(bus.since(3)).toBeUndefined()
  expect(bus.since(4)?.map((event) => event.seq)).toEqual([5])
})
