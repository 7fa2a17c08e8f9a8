import { randomUUID } from 'node:crypto'
import type { EventTopic } from './event-topics.ts'
import type { AppEvent, EventBus, PublishOptions, SampledTopic } from './events.ts'
import type { Logger } from './logger.ts'

/**
 * Makes the one event bus of a host's run. It keeps the newest `capacity` events that may be replayed;
 * volatile ones take a sequence number but are not kept.
 */
export function createEventBus(logger: Logger, capacity = 10_000): EventBus {
  const kept: AppEvent[] = []
  let first = 0
  let seq = 0
  let lostThrough = 0
  const listeners = new Set<(event: AppEvent) => void>()
  const sampled = new Map<string, (wanted: boolean) => void>()
  /** How many clients name a topic. */
  const wanted = new Map<string, number>()

  const publish = (topic: EventTopic, data: unknown, options: PublishOptions = {}): void => {
    seq += 1
    const event: AppEvent = { seq, time: new Date().toISOString(), topic, ...(options.stream ? { stream: options.stream } : {}), data }
    if (!options.volatile) {
      if (kept.length < capacity) {
        kept.push(event)
      } else {
        lostThrough = (kept[first] as AppEvent).seq
        kept[first] = event
        first = (first + 1) % capacity
      }
    }
    for (const listener of listeners) {
      try {
        listener(event)
      } catch (error) {
        logger.error({ err: error, topic }, 'an event listener failed')
      }
    }
  }
  const count = (topics: readonly string[], change: 1 | -1): void => {
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
      for (let index = 0; index < kept.length; index += 1) {
        const event = kept[(first + index) % kept.length] as AppEvent
        if (event.seq > after) missed.push(event)
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
      count(named, 1)
      return () => count(named.splice(0), -1)
    },
  }
}
