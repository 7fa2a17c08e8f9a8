import type { AnyRequest, AnyResponse } from '../live-part.ts'
import type { LiveStream } from '../streams/stream.ts'

/** How long a request waits for a source that begins, ms: players give up later than this. */
const waitMs = 9000
const lookMs = 100
/** Requests that may wait at once. */
const mostWaiting = 1000

/** What of a stream begins a source on demand when it is asked for: manifests, HTTP-FLV, WHEP. */
const asks = /^\/live\/([a-z0-9][a-z0-9_-]{0,63})(?:\/(?:index\.m3u8|hls\.m3u8|manifest\.mpd|about\.json|whep)|\.flv)$/

export interface OnDemandNeeds {
  /** Begins the source of a stream, where it has one on demand. */
  readonly want: (stream: string) => boolean
  /** True while the stream can be played over HTTP. */
  readonly playable: (stream: string) => boolean
  readonly find: (stream: string) => LiveStream | undefined
}

/** Holds requests for a stream until its source has begun, then lets them go on to `next`. */
export function createOnDemand({ want, playable, find }: OnDemandNeeds) {
  const waiting = new Set<NodeJS.Timeout>()

  /** Calls back once `ready`, or when it was waited for long enough. */
  function wait(ready: () => boolean, then: () => void): void {
    const untilMs = performance.now() + waitMs
    const look = (): void => {
      const timer = setTimeout(() => {
        waiting.delete(timer)
        if (ready() || performance.now() >= untilMs) then()
        else look()
      }, lookMs)
      waiting.add(timer)
    }
    look()
  }

  return {
    guard(request: AnyRequest, response: AnyResponse, next: () => boolean): boolean {
      const url = request.url ?? ''
      const mark = url.indexOf('?')
      const stream = asks.exec(mark < 0 ? url : url.slice(0, mark))?.[1]
      if (stream === undefined || playable(stream) || !want(stream) || url.includes('/about.json') || waiting.size >= mostWaiting)
        return next()
      wait(
        () => response.destroyed || playable(stream),
        () => {
          if (!response.destroyed) next()
        },
      )
      return true
    },
    /** The stream of a source on demand, for players of other protocols: see StreamDirectory. */
    summon(stream: string): Promise<LiveStream | undefined> | undefined {
      if (waiting.size >= mostWaiting || !want(stream)) return undefined
      return new Promise((resolve) => {
        wait(
          () => (find(stream)?.tracks.length ?? 0) > 0,
          () => resolve(find(stream)),
        )
      })
    },
    stop(): void {
      for (const timer of waiting) clearTimeout(timer)
      waiting.clear()
    },
  }
}
