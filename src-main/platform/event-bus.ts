import { randomUUID } from 'node:crypto'
import type { AppEvent, EventBus, PublishOptions } from './events.ts'
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

  return {
    run: randomUUID(),
    get seq() {
      return seq
    },
    publish(topic: string, data: unknown, options: PublishOptions = {}) {
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
    },
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
  }
}
