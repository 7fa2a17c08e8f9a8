/** What the host says of a stream over `/live/NAME/events`. */
export interface StreamNotice {
  readonly title: string
  readonly state: string
  /** The publisher is away. */
  readonly reconnecting: boolean
}

/** Until it is asked again what was rejected, ms. */
const againMs = 5000

/** Hears what becomes of a stream, while the page is seen: browsers open few connections to one host. Returns the way to stop. */
export function followNotices(address: () => string, onNotice: (notice: StreamNotice) => void): () => void {
  const stop = new AbortController()
  let source: EventSource | undefined
  let again: ReturnType<typeof setTimeout> | undefined
  const follow = () => {
    if (document.visibilityState === 'hidden') {
      source?.close()
      source = undefined
      return
    }
    if (source !== undefined || stop.signal.aborted) return
    clearTimeout(again)
    const opened = new EventSource(address())
    source = opened
    // The browser comes back by itself, but not after an answer that is no stream of events: that of a proxy while the host is away.
    source.addEventListener('error', () => {
      if (opened.readyState !== EventSource.CLOSED || source !== opened) return
      source = undefined
      again = setTimeout(follow, againMs)
    })
    source.addEventListener('notice', (event) => {
      try {
        const { title, state, reconnecting } = JSON.parse((event as MessageEvent<string>).data) as Partial<StreamNotice>
        if (typeof state === 'string') onNotice({ title: title ?? '', state, reconnecting: reconnecting === true })
      } catch {
        // A proxy may answer for the host: the page goes on by what it asks itself.
      }
    })
  }
  document.addEventListener('visibilitychange', follow, { signal: stop.signal })
  follow()
  return () => {
    stop.abort()
    clearTimeout(again)
    source?.close()
  }
}
