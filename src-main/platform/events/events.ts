import type { EventTopic } from './event-topics.ts'

/** One change in the product, as the event socket sends it. */
export interface AppEvent {
  /** Grows by one with every event of a run of the host. */
  readonly seq: number
  /** ISO 8601. */
  readonly time: string
  readonly topic: EventTopic
  /** Stream id where it concerns one. */
  readonly stream?: string
  readonly data: unknown
}

export interface PublishOptions {
  readonly stream?: string
  /** Sent live but never replayed to a client that resumes (samples that are out of date a second later). */
  readonly volatile?: boolean
  /** About how many bytes the data takes, where it may be large: the sum of what is kept for clients that resume is bounded. */
  readonly bytes?: number
}

export interface EventBus {
  /** Random id of this run of the host: sequence numbers of two runs never mix. */
  readonly run: string
  /** Sequence number of the newest event. */
  readonly seq: number
  publish(topic: EventTopic, data: unknown, options?: PublishOptions): void
  /** Calls back for each event, in order, synchronously. Returns the way to stop. A listener that throws is logged, not propagated. */
  subscribe(listener: (event: AppEvent) => void): () => void
  /** Kept events after `seq`, oldest first; undefined when some of them are no longer kept. Volatile events are left out. */
  since(seq: number): readonly AppEvent[] | undefined
  /**
   * Offers a topic of samples, many a second: sent live, never replayed, and to those clients alone who name the topic in full.
   * `onWanted` is called when the first such client comes and when the last has left.
   */
  offerSamples(topic: EventTopic, onWanted: (wanted: boolean) => void): SampledTopic
  /** True for topics that `offerSamples` made. */
  isSampled(topic: string): boolean
  /** A client reads these topics, until the answer is called. */
  want(topics: readonly string[]): () => void
}

export interface SampledTopic {
  publish(data: unknown): void
  /** Withdraws the offer. */
  stop(): void
}
