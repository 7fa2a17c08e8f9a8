import { describe, expect, it } from 'vitest'
import { createEventBus } from '../platform/events/event-bus.ts'
import { type EventTopic, eventTopics } from '../platform/events/event-topics.ts'
import type { Role } from '../platform/routes/principal.ts'
import { silentLogger } from '../platform/telemetry/logger.ts'
import { createEventFeed } from './event-feed.ts'

const roles: readonly (Role | 'none')[] = ['none', 'viewer', 'editor', 'admin']
const topics = Object.keys(eventTopics) as EventTopic[]

/** What a role receives live, and what it receives when it resumes. */
function received(role: Role | 'none', asked: readonly string[], publish: (bus: ReturnType<typeof createEventBus>) => void) {
  const bus = createEventBus(silentLogger)
  const feed = createEventFeed(bus, () => true)
  const listen = (start: { since?: number }): string[] => {
    const heard: string[] = []
    feed.attach(
      {
        principal: { id: 'one', role },
        topics: asked,
        send: (text) => heard.push((JSON.parse(text) as { topic?: string }).topic ?? ''),
        end: () => undefined,
      },
      start,
    )
    return heard
  }
  const live = listen({})
  publish(bus)
  return { live: live.filter(Boolean), replayed: listen({ since: 0 }).filter(Boolean) }
}

describe('the event feed', () => {
  it.each(roles)('gives %s the topics of its role alone, live and replayed', (role) => {
    const { live, replayed } = received(role, [], (bus) => {
      for (const topic of topics) bus.publish(topic, {})
    })
    const due = topics.filter((topic) => roles.indexOf(eventTopics[topic].role) <= roles.indexOf(role))
    expect(live).toEqual(due)
    expect(replayed).toEqual(due)
  })

  it('keeps what contains secrets from viewers, also where they ask for it by name', () => {
    const asked = ['hook.', 'playback-key.', 'alert-channel.', 'key.created', 'browser-session.', 'settings.']
    const named = topics.filter((topic) => asked.some((prefix) => topic.startsWith(prefix)))
    const { live, replayed } = received('viewer', asked, (bus) => {
      for (const topic of named) bus.publish(topic, {})
    })
    expect(named.length).toBeGreaterThan(5)
    expect([live, replayed]).toEqual([['settings.updated'], ['settings.updated']])
  })

  it('gives a topic that is not listed to nobody', () => {
    for (const role of roles) {
      const heard = received(role, [], (bus) => {
        bus.publish('hook.renamed' as EventTopic, {})
        bus.publish('constructor' as EventTopic, {})
      })
      expect(heard).toEqual({ live: [], replayed: [] })
    }
  })

  it('does not start samples for a client that may not receive them', () => {
    const bus = createEventBus(silentLogger)
    const wanted: boolean[] = []
    bus.offerSamples('studio.meters', (now) => wanted.push(now))
    const feed = createEventFeed(bus, () => true)
    feed.attach({ principal: { id: 'one', role: 'none' }, topics: ['studio.meters'], send: () => undefined, end: () => undefined }, {})
    expect(wanted).toEqual([])
    feed.attach({ principal: { id: 'two', role: 'viewer' }, topics: ['studio.meters'], send: () => undefined, end: () => undefined }, {})
    expect(wanted).toEqual([true])
  })

  it('gives nothing more to a client that was signed out, and ends it', () => {
    const bus = createEventBus(silentLogger)
    let stands = true
    const feed = createEventFeed(bus, () => stands)
    const heard: string[] = []
    const end = (): void => void heard.push('end')
    feed.attach(
      { principal: { id: 'one', role: 'admin' }, topics: [], send: (text) => heard.push(JSON.parse(text).topic ?? 'hello'), end },
      {},
    )
    bus.publish('settings.updated', {})
    stands = false
    bus.publish('hook.created', {})
    bus.publish('hook.removed', {})
    expect(heard).toEqual(['hello', 'settings.updated', 'end'])
  })
})
