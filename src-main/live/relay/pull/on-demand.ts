import type { LiveStream } from '../../../media/live-stream.ts'
import { clientOf } from '../../../platform/http/client.ts'
import type { ClientLimits } from '../../../platform/http/client-limits.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { RequestGuard } from '../../http/live-front.ts'
import { resourceFacts } from '../../http/resources.ts'

/** How long a request waits for a source that starts, ms: players give up later than this. */
const waitMs = 9000
const lookMs = 100
/** Requests that may wait at once. */
const maxWaiting = 1000

export interface OnDemandDependencies {
  /** Starts the source of a stream, where it has one on demand. */
  readonly want: (stream: string) => boolean
  /** True while the stream can be played over HTTP. */
  readonly playable: (stream: string) => boolean
  readonly find: (stream: string) => LiveStream | undefined
  readonly clients: ClientLimits
  readonly log: Pick<Logger, 'error'>
}

/** Keeps requests for a stream until its source has started, then lets them go on to `next`. */
export function createOnDemand({ want, playable, find, clients, log }: OnDemandDependencies) {
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

  const guard: RequestGuard = ({ request, response, url }, next) => {
    const { startsSource } = resourceFacts[url.resource.kind]
    const { stream } = url
    if (startsSource === 'no' || playable(stream) || !want(stream) || startsSource === 'only' || waiting.size >= maxWaiting) return next()
    const release = clients.take('waitingRequests', clientOf(request).remoteAddress)
    if (release === undefined) return next()
    response.once('close', release)
    wait(
      () => response.destroyed || playable(stream),
      () => {
        if (response.destroyed) return
        try {
          next()
        } catch (error) {
          log.error({ err: error, stream }, 'a request that waited for its source failed')
          response.destroy()
        }
      },
    )
  }

  return {
    guard,
    /** The stream of a source on demand, for players of other protocols: see StreamDirectory. */
    startOnDemand(stream: string): Promise<LiveStream | undefined> | undefined {
      if (waiting.size >= maxWaiting || !want(stream)) return undefined
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
