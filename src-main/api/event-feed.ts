import { mayReceive } from '../platform/events/event-topics.ts'
import type { AppEvent, EventBus } from '../platform/events/events.ts'
import type { Principal } from '../platform/routes/principal.ts'

/** One client of the event socket, whatever carries it. */
export interface FeedClient {
  readonly principal: Principal
  /** Topic prefixes; empty for all. */
  readonly topics: readonly string[]
  /** Gets each message as JSON, with its sequence number. */
  readonly send: (text: string, seq: number) => void
  /** Its sign-in is no longer valid: it must get no more and be closed. */
  readonly end: () => void
}

export interface FeedStart {
  /** Resume after this number… */
  readonly since?: number
  /** …of this run. */
  readonly run?: string
}

export interface EventFeed {
  readonly run: string
  /** Says hello (or reset), replays what was missed, and goes on live. Returns the way to stop. */
  attach(client: FeedClient, start: FeedStart): () => void
  clients(): number
  stop(): void
}

const mayRead = (client: FeedClient, event: AppEvent, sampled: boolean): boolean =>
  mayReceive(client.principal, event.topic) &&
  (sampled
    ? client.topics.includes(event.topic)
    : client.topics.length === 0 || client.topics.some((prefix) => event.topic.startsWith(prefix)))

/**
 * Turns each event into JSON once, however many clients read it.
 *
 * @param stands whether a principal's sign-in is still valid: asked before every event, so that a client that is signed out gets none after
 * it
 */
export function createEventFeed(events: EventBus, stands: (principal: Principal) => boolean): EventFeed {
  const clients = new Set<FeedClient>()
  const unsubscribe = events.subscribe((event) => {
    let text: string | undefined
    const sampled = events.isSampled(event.topic)
    for (const client of clients) {
      if (!stands(client.principal)) {
        clients.delete(client)
        client.end()
        continue
      }
      if (!mayRead(client, event, sampled)) continue
      text ??= JSON.stringify(event)
      client.send(text, event.seq)
    }
  })
  return {
    run: events.run,
    attach(client, { since, run }) {
      const missed = since === undefined ? [] : run !== undefined && run !== events.run ? undefined : events.since(since)
      client.send(JSON.stringify({ type: 'hello', seq: events.seq, run: events.run }), events.seq)
      if (!missed) client.send(JSON.stringify({ type: 'reset', seq: events.seq, run: events.run }), events.seq)
      for (const event of missed ?? []) {
        if (mayRead(client, event, false)) client.send(JSON.stringify(event), event.seq)
      }
      clients.add(client)
      const release = events.want(client.topics.filter((topic) => mayReceive(client.principal, topic)))
      return () => {
        clients.delete(client)
        release()
      }
    },
    clients: () => clients.size,
    stop() {
      unsubscribe()
      clients.clear()
    },
  }
}

/** Reads `?since=&run=&topics=` and, for SSE, `Last-Event-ID: RUN:SEQ`. */
export function readFeedQuery(query: URLSearchParams, lastEventId?: string): { topics: readonly string[]; start: FeedStart } {
  const topics = (query.get('topics') ?? '')
    .split(',')
    .map((topic) => topic.trim())
    .filter((topic) => topic !== '')
    .slice(0, 50)
  const mark = lastEventId?.lastIndexOf(':') ?? -1
  const run = lastEventId && mark > 0 ? lastEventId.slice(0, mark) : query.get('run')
  const since = lastEventId && mark > 0 ? lastEventId.slice(mark + 1) : query.get('since')
  const seq = since !== null && /^\d{1,15}$/.test(since) ? Number(since) : undefined
  return { topics, start: { ...(seq === undefined ? {} : { since: seq }), ...(run === null ? {} : { run }) } }
}
