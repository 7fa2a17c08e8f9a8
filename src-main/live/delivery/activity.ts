import type { Audience, ViewerRequest } from '../audience/viewer-book.ts'
import type { PlaybackMetrics, PlaybackRequestKind } from '../protocols/hls/playback.ts'
import type { DeliveryReport } from './messages.ts'

interface Seen {
  readonly name: string
  readonly epoch: string
  readonly request: { -readonly [Key in keyof ViewerRequest]: ViewerRequest[Key] }
}

/** Entries of one report at most; what is beyond them is sent but not counted. */
const maxEntries = 100_000

/** Collects what this process's players did until it is reported to the host. */
export class Activity implements PlaybackMetrics {
  #requests: Partial<Record<PlaybackRequestKind, number>> = {}
  #bytes = 0
  #waiting = 0
  #seen = new Map<string, Seen>()

  request(kind: PlaybackRequestKind): void {
    this.#requests[kind] = (this.#requests[kind] ?? 0) + 1
  }

  waiting(delta: number): void {
    this.#waiting += delta
  }

  bytes(count: number): void {
    this.#bytes += count
  }

  /** What the players of one run fetch. */
  audience({ name, epoch }: { readonly name: string; readonly epoch: string }): Audience {
    return {
      seen: (request) => {
        const { remoteAddress, userAgent, hint, rendition, cmcd } = request
        const session = cmcd?.sid ?? request.session
        const key = `${epoch} ${session ?? ''} ${hint ?? ''} ${rendition ?? ''} ${remoteAddress} ${userAgent}`
        const known = this.#seen.get(key)
        if (known !== undefined) {
          known.request.bytes += request.bytes
          // the newest figures, and every stall
          if (cmcd !== undefined) known.request.cmcd = { ...known.request.cmcd, ...cmcd }
        } else if (this.#seen.size < maxEntries) this.#seen.set(key, { name, epoch, request: { ...request } })
      },
    }
  }

  /** What happened since the last report; undefined: nothing. */
  report(): DeliveryReport | undefined {
    const requests = this.#requests
    if (this.#seen.size === 0 && this.#bytes === 0 && Object.keys(requests).length === 0) return undefined
    const report = { requests, bytes: this.#bytes, waiting: this.#waiting, seen: [...this.#seen.values()] }
    this.#requests = {}
    this.#bytes = 0
    this.#seen = new Map()
    return report
  }
}
