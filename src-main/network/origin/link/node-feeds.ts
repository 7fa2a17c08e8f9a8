import type { RecordSink, StreamFeed } from '../../../media/edge-delivery.ts'
import { feedKey, writeRecord } from './link-messages.ts'
import { SendWindow } from './send-window.ts'

/** Streams that one node may have reported. */
const maxStreams = 1000

/** What a node has reported to it: packaged media of a stream, or its packets. */
export interface WantedFeed {
  readonly stream: string
  readonly form?: 'packets' | undefined
}

/** The streams that one node is sent over one connection, no faster than it takes them. */
export class NodeFeeds {
  readonly #feeds = new Map<string, { readonly wanted: WantedFeed; readonly feed: StreamFeed }>()
  readonly #window = new SendWindow()
  readonly #sink: RecordSink
  #isStopped = false

  /** @param send one binary message */
  constructor(send: (message: Buffer) => void) {
    this.#sink = {
      write: (json, data) => {
        if (this.#isStopped) return
        const message = writeRecord(json, data)
        this.#window.add(message.length)
        send(message)
      },
      hasSpace: () => this.#window.hasSpace,
    }
  }

  get count(): number {
    return this.#feeds.size
  }

  get sentBytes(): number {
    return this.#window.sentBytes
  }

  get wanted(): readonly WantedFeed[] {
    return [...this.#feeds.values()].map(({ wanted }) => wanted)
  }

  /** Nothing happens where it is sent already, or as many are as may be. */
  watch({ stream, form }: WantedFeed, start: (sink: RecordSink) => StreamFeed): void {
    const key = feedKey({ stream, form })
    if (this.#feeds.has(key) || this.#feeds.size >= maxStreams) return
    this.#feeds.set(key, { wanted: { stream, form }, feed: start(this.#sink) })
  }

  leave(wanted: WantedFeed): void {
    const key = feedKey(wanted)
    this.#feeds.get(key)?.feed.stop()
    this.#feeds.delete(key)
  }

  /** The node has taken so many bytes in all. Whoever waits for space goes on, another stream first each time. */
  receipt(bytes: number): void {
    const waited = !this.#window.hasSpace
    this.#window.receipt(bytes, performance.now())
    if (!waited || !this.#window.hasSpace) return
    for (const [key, each] of [...this.#feeds]) {
      each.feed.resume()
      if (!this.#window.hasSpace) return
      this.#feeds.delete(key)
      this.#feeds.set(key, each)
    }
  }

  /** Nothing is sent any more. */
  stop(): void {
    this.#isStopped = true
    for (const { feed } of this.#feeds.values()) feed.stop()
    this.#feeds.clear()
  }
}
