import { randomUUID } from 'node:crypto'
import type { Logger } from '../logger.ts'
import type { EventTopic } from './event-topics.ts'
import type { AppEvent, EventBus, PublishOptions, SampledTopic } from './events.ts'

/** Sum of what publishers say of the size of events that are kept. */
const usualMaxBytes = 32 * 1024 * 1024

/**
 * Makes the one event bus of a host's run. It keeps the newest `capacity` events that may be replayed, fewer where those that are large
 * exceed `maxBytes`; volatile ones take a sequence number but are not kept.
 */
export function createEventBus(logger: Logger, capacity = 10_000, maxBytes = usualMaxBytes): EventBus {
  /** A ring: `count` entries from `first` on. */
  const kept: ({ readonly event: AppEvent; readonly bytes: number } | undefined)[] = []
  let first = 0
  let count = 0
  let bytes = 0
  let seq = 0
  let lostThrough = 0
  const listeners = new Set<(event: AppEvent) => void>()
  const sampled = new Map<string, (wanted: boolean) => void>()
  /** How many clients name a topic. */
  const wanted = new Map<string, number>()

  const dropOldest = (): void => {
    const oldest = kept[first]
    if (oldest === undefined) return
    lostThrough = oldest.event.seq
    bytes -= oldest.bytes
    kept[first] = undefined
    first = (first + 1) % capacity
    count -= 1
  }
  const keep = (event: AppEvent, size: number): void => {
    while (count > 0 && (count >= capacity || bytes + size > maxBytes)) dropOldest()
    kept[(first + count) % capacity] = { event, bytes: size }
    count += 1
    bytes += size
  }
  const publish = (topic: EventTopic, data: unknown, options: PublishOptions = {}): void => {
    seq += 1
    const event: AppEvent = { seq, time: new Date().toISOString(), topic, ...(options.stream ? { stream: options.stream } : {}), data }
    if (!options.volatile) keep(event, options.bytes ?? 0)
    for (const listener of listeners) {
      try {
        listener(event)
      } catch (error) {
        logger.error({ err: error, topic }, 'an event listener failed')
      }
    }
  }
  const countWanted = (topics: readonly string[], change: 1 | -1): void => {
    for (const topic of topics) {
      const before = wanted.get(topic) ?? 0
      if (before + change === 0) wanted.delete(topic)
      else wanted.set(topic, before + change)
      if (before === 0 || before + change === 0) sampled.get(topic)?.(before === 0)
    }
  }

  return {
    run: randomUUID(),
    get seq() {
      return seq
    },
    publish,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    since(after) {
      if (after < lostThrough || after > seq) return undefined
      const missed: AppEvent[] = []
      for (let index = 0; index < count; index += 1) {
        const event = kept[(first + index) % capacity]?.event
        if (event !== undefined && event.seq > after) missed.push(event)
      }
      return missed
    },
    offerSamples(topic, onWanted): SampledTopic {
      sampled.set(topic, onWanted)
      if (wanted.has(topic)) onWanted(true)
      return {
        publish: (data) => publish(topic, data, { volatile: true }),
        stop: () => sampled.delete(topic),
      }
    },
    isSampled: (topic) => sampled.has(topic),
    want(topics) {
      const named = [...new Set(topics)]
      countWanted(named, 1)
      return () => countWanted(named.splice(0), -1)
    },
  }
}
