import type { EventMessage } from './types.ts'

/** What follows the events of the host. */
export interface EventFollower {
  onEvent(event: EventMessage): void
  /** Events may have been missed: read the state again. */
  onFresh(): void
}

const followers = new Set<EventFollower>()

/** Calls back with every event, and with `onFresh` at once. Returns what ends it. */
export function followEvents(follower: EventFollower): () => void {
  followers.add(follower)
  follower.onFresh()
  return () => void followers.delete(follower)
}

/** Gives an event to all that follow. */
export function deliverEvent(event: EventMessage): void {
  for (const follower of followers) follower.onEvent(event)
}

/** Has all that follow read their state again. */
export function deliverFresh(): void {
  for (const follower of followers) follower.onFresh()
}
