import type { ResourceOf } from '../../http/live-url.ts'
import { header, sendProblem } from '../../http/response.ts'
import type { PackagedStream } from '../../packaging/packaged-stream.ts'
import type { Delivery, Exchange } from './delivery.ts'
import { maxAhead, reached, type StreamView } from './stream-view.ts'
import type { MuxedRendition } from './ts-view.ts'

export interface PlaylistOptions {
  /** Prefix of every URL in playlists; empty for relative URLs. Read again each time. */
  cdnPrefix(): string
  readonly container?: 'fmp4' | 'mpegts'
}

/** Share of hls.js's time limit for a blocked reload after which it is answered while there is no publisher. */
const awayShare = 0.6

/**
 * Answers requests for media playlists: at once, or a blocked reload (`_HLS_msn`, `_HLS_part`, RFC 8216bis section 6.2.5.2) when the playlist
 * has what it asks for.
 */
export class PlaylistRequests {
  readonly #delivery: Delivery
  readonly #options: PlaylistOptions

  constructor(delivery: Delivery, options: PlaylistOptions) {
    this.#delivery = delivery
    this.#options = options
  }

  answer(exchange: Exchange, view: StreamView, target: ResourceOf<'playlist'>): void {
    const muxed = this.#options.container === 'mpegts' ? view.transport.find(target.rendition) : undefined
    if (muxed) {
      this.#muxed(exchange, view, muxed, target)
      return
    }
    const { stream } = view
    const { query } = exchange
    const rendition = view.rendition(target.rendition)
    if (!rendition) {
      sendProblem(exchange.response, 'request.not_found')
      return
    }
    if (query.malformed) {
      sendProblem(exchange.response, 'request.invalid', { detail: 'A delivery directive is malformed' })
      return
    }
    const { sequence, part } = query
    const blocking = !target.plain && sequence !== undefined
    if (blocking && !stream.ended) {
      const partsAhead = rendition.edge.sequence === sequence && part !== undefined ? part - rendition.edge.parts : 0
      if (sequence > rendition.edge.sequence + maxAhead || partsAhead > advancePartLimit(stream.partTargetMs)) {
        sendProblem(exchange.response, 'request.invalid', { detail: 'The media sequence number or part is too far ahead' })
        return
      }
    }
    const ready = (): boolean => {
      const current = view.rendition(target.rendition)
      if (stream.ended || !current || current.away) return true
      if (blocking) return reached(current, sequence, part)
      // Players that do not support parts use this URL too, and give up on a playlist without a whole segment: the very
      // first requests of a run wait for one.
      return current.segments[0]?.complete === true
    }
    const answer = (caching: string): void => {
      const current = view.rendition(target.rendition)
      // A player that is denied a quality takes another at once, where it would wait for one that does not move.
      if (!current || (current.away && !stream.ended && stream.renditions.some((other) => !other.away))) {
        sendProblem(exchange.response, 'request.not_found')
        return
      }
      const text = view.mediaPlaylist(current, { plain: target.plain, skip: query.skip, cdnPrefix: this.#options.cdnPrefix() })
      const sent = this.#delivery.sendText(exchange, text, caching)
      this.#delivery.seen(view, exchange, target.plain ? 'hls' : blocking ? 'll-hls' : undefined, undefined, sent)
    }
    // While a publisher is away nothing new comes for longer than a reload may block. The 503 that section 6.2.5.2 allows
    // makes common players give up within the reconnect window; the playlist as it is makes them ask again, before they report a
    // time-out. AVPlayer has no such limit, and takes a playlist without what it asked for badly: it waits on. And where a first
    // segment takes long (a long GOP), players that know parts need not wait for it longer than a segment should last.
    const something = blocking ? rendition.segments.some((segment) => segment.parts.length > 0) : !target.plain
    const withinMs = 1000 * stream.targetDurationS + 500
    const waitsOn = header(exchange.request, 'user-agent').includes('AppleCoreMedia')
    const limits = blocking ? (waitsOn ? {} : { awayMs: awayReloadMs(stream) }) : { withinMs }
    const late = { answer: () => answer('no-store'), ...limits }
    this.#delivery.when(exchange, view, ready, () => answer(playlistCaching(stream, blocking)), something ? late : undefined)
  }

  /** MPEG-TS is plain HLS alone. */
  #muxed(exchange: Exchange, view: StreamView, muxed: MuxedRendition, target: ResourceOf<'playlist'>): void {
    const { stream, transport } = view
    if (!target.plain) {
      sendProblem(exchange.response, 'request.not_found')
      return
    }
    const ready = (): boolean => stream.ended || transport.ready(muxed)
    this.#delivery.when(exchange, view, ready, () => {
      const text = view.muxedPlaylist(muxed, this.#options.cdnPrefix())
      this.#delivery.seen(view, exchange, 'hls', undefined, this.#delivery.sendText(exchange, text, playlistCaching(stream, false)))
    })
  }
}

/** How many parts ahead a client may ask for (RFC 8216bis section 6.2.5.2). */
function advancePartLimit(partTargetMs: number): number {
  return partTargetMs >= 1000 ? 3 : Math.ceil(3000 / partTargetMs)
}

/**
 * How long a blocked reload waits while nobody publishes, ms. hls.js gives up after three parts or 0.8 target durations,
 * whichever is longer, and reports an error: it is answered well before, the way there and a busy machine included.
 */
export function awayReloadMs({ partTargetMs, targetDurationS }: Pick<PackagedStream, 'partTargetMs' | 'targetDurationS'>): number {
  return Math.max(3 * partTargetMs, 800 * targetDurationS) * awayShare
}

/**
 * A live playlist is stale after one part, which is less than the second that `max-age` counts in: browsers must ask
 * again each time. A blocking request's directives are part of its URL and its answer never becomes outdated, so shared
 * caches may hold it for six target durations (RFC 8216bis appendix B.1), which lets a CDN join a crowd's requests.
 * An ended playlist never changes.
 */
function playlistCaching(stream: PackagedStream, blocking: boolean): string {
  if (stream.ended) return 'public, max-age=600'
  return blocking ? `public, max-age=0, s-maxage=${6 * stream.targetDurationS}` : 'max-age=0, must-revalidate'
}
