import type { LiveStream, StreamState } from '../../media/live-stream.ts'

/** What is known of a stream's name. */
export interface StreamStatus {
  readonly state: StreamState
  /** ms since 1970. */
  readonly endedAtMs?: number
  readonly title?: string
  /** Active, but nothing comes: the publisher is away and no slate is shown. */
  readonly reconnecting?: boolean
}

/** Where playback and play sessions find streams. */
export interface StreamDirectory {
  /** The stream of that name that is active now. */
  find(name: string): LiveStream | undefined
  /**
   * Starts the source of a stream that is fetched on demand, for a player whose stream was not found: resolves with the stream
   * once it is active, or with undefined when it does not come in time. Undefined at once where nothing can be started.
   */
  startOnDemand?(name: string): Promise<LiveStream | undefined> | undefined
  /** What is known of the name, for the page of a stream that is not live: undefined = never existed. */
  status(name: string): StreamStatus | undefined
  /** Calls back when a stream becomes active; returns the way to stop listening. */
  onActive(listener: (stream: LiveStream) => void): () => void
}
