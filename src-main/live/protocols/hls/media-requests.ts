import type { ResourceOf } from '../../http/live-url.ts'
import { answerHeaders, header, sendProblem } from '../../http/response.ts'
import type { PackagedStream } from '../../packaging/packaged-stream.ts'
import type { Delivery, Exchange, PlaybackResource } from './delivery.ts'
import { guardAgainstStuckClient, immutable, segmentPieces } from './media-response.ts'
import { partOf, reached, type StreamView } from './stream-view.ts'
import type { MuxedRendition } from './ts-view.ts'

/** What is below a run of a stream: media playlists and media. */
export type MediaResource = Extract<PlaybackResource, { epoch: string }>

export interface MediaOptions {
  cdnPrefix(): string
  readonly container?: 'fmp4' | 'mpegts'
}

/** Media sequence numbers further beyond the edge than this are rejected (RFC 8216bis section 6.2.5.2). */
const maxAhead = 2

/** Share of hls.js's time limit for a blocked reload after which it is answered while there is no publisher. */
const awayShare = 0.6

/** Answers requests for media playlists, initialization segments, segments and parts. */
export class MediaRequests {
  readonly #delivery: Delivery
  readonly #options: MediaOptions

  constructor(delivery: Delivery, options: MediaOptions) {
    this.#delivery = delivery
    this.#options = options
  }

  answer(exchange: Exchange, view: StreamView, target: MediaResource): void {
    const muxed = this.#options.container === 'mpegts' ? view.transport.find(target.rendition) : undefined
    if (muxed) {
      this.#muxed(exchange, view, muxed, target)
      return
    }
    if (!view.rendition(target.rendition)) {
      sendProblem(exchange.response, 'request.not_found')
      return
    }
    switch (target.kind) {
      case 'playlist':
        this.#playlist(exchange, view, target)
        return
      case 'ts-segment':
        sendProblem(exchange.response, 'request.not_found')
        return
      case 'init':
        this.#init(exchange, view, target)
        return
      case 'segment':
        this.#segment(exchange, view, target)
        return
      case 'part':
        this.#part(exchange, view, target)
        return
    }
  }

  #playlist(exchange: Exchange, view: StreamView, target: ResourceOf<'playlist'>): void {
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

  /** MPEG-TS is plain HLS alone: a playlist, and segments once they are complete. */
  #muxed(exchange: Exchange, view: StreamView, muxed: MuxedRendition, target: MediaResource): void {
    const { stream, transport } = view
    if (target.kind === 'playlist' && target.plain) {
      const ready = (): boolean => stream.ended || transport.ready(muxed)
      this.#delivery.when(exchange, view, ready, () => {
        const text = view.muxedPlaylist(muxed, this.#options.cdnPrefix())
        this.#delivery.seen(view, exchange, 'hls', undefined, this.#delivery.sendText(exchange, text, playlistCaching(stream, false)))
      })
      return
    }
    const bytes = target.kind === 'ts-segment' ? transport.segment(muxed, target.sequence) : undefined
    if (!bytes || target.kind !== 'ts-segment') {
      sendProblem(exchange.response, 'request.not_found')
      return
    }
    const etag = `"${target.epoch}-${target.rendition}-s${target.sequence}"`
    const sent = this.#delivery.sendMedia(exchange, { pieces: [bytes], byteLength: bytes.length, contentType: 'video/mp2t', etag })
    this.#delivery.seen(view, exchange, 'hls', muxed.video?.id ?? muxed.audio?.id, sent)
  }

  #init(exchange: Exchange, view: StreamView, target: ResourceOf<'init'>): void {
    const rendition = view.rendition(target.rendition)
    const init = rendition?.inits.get(target.init)
    if (!rendition || !init) {
      sendProblem(exchange.response, 'request.not_found')
      return
    }
    const etag = `"${target.epoch}-${target.rendition}-i${target.init}"`
    const sent = this.#delivery.sendMedia(exchange, {
      pieces: [init.data],
      byteLength: init.data.length,
      contentType: `${rendition.track.kind}/mp4`,
      etag,
    })
    this.#delivery.seen(view, exchange, undefined, target.rendition, sent)
  }

  #segment(exchange: Exchange, view: StreamView, target: ResourceOf<'segment'>): void {
    const find = () => view.segment(target.rendition, target.sequence)
    const ready = (): boolean => {
      const edge = view.rendition(target.rendition)?.edge.sequence ?? 0
      // a manifest lists what a rendition that runs behind has not started
      const isExpected = target.sequence >= edge && target.sequence <= edge + maxAhead
      return view.stream.ended || !isExpected || (find()?.byteLength ?? 0) > 0
    }
    this.#delivery.when(exchange, view, ready, () => {
      const segment = find()
      const contentType = `${view.rendition(target.rendition)?.track.kind ?? 'video'}/mp4`
      if (!segment || segment.byteLength === 0) {
        sendProblem(exchange.response, 'request.not_found')
        return
      }
      if (!segment.complete && !view.stream.ended) {
        this.#growingSegment(exchange, view, target, contentType)
        return
      }
      const etag = `"${target.epoch}-${target.rendition}-s${target.sequence}"`
      const { stored, byteLength } = segment
      if (stored) {
        const onSent = (bytes: number): void => this.#delivery.seen(view, exchange, undefined, target.rendition, bytes)
        this.#delivery.sendStored(exchange, { stored, byteLength, contentType, etag, onSent })
        return
      }
      const sent = this.#delivery.sendMedia(exchange, { pieces: segmentPieces(segment), byteLength, contentType, etag })
      this.#delivery.seen(view, exchange, undefined, target.rendition, sent)
    })
  }

  /** A segment that is still being made: its parts as they come (chunked transfer), until it is complete. */
  #growingSegment(exchange: Exchange, view: StreamView, target: ResourceOf<'segment'>, contentType: string): void {
    const { response } = exchange
    response.writeHead(200, answerHeaders(contentType, immutable, undefined))
    if (exchange.request.method === 'HEAD') {
      response.end()
      return
    }
    guardAgainstStuckClient(response)
    let written = 0
    const advance = (): boolean => {
      if (response.destroyed) return true
      const segment = view.segment(target.rendition, target.sequence)
      let bytes = 0
      for (; segment && written < segment.parts.length; written++) {
        const data = segment.parts[written]?.data
        if (!data) break
        response.write(data)
        bytes += data.length
      }
      if (bytes > 0) {
        waiter.deadlineMs = this.#delivery.deadline(view.stream)
        this.#delivery.sent(bytes)
        this.#delivery.seen(view, exchange, undefined, target.rendition, bytes)
      }
      if (segment && !segment.complete && !view.stream.ended) return false
      // Without its segment the rest can never follow: a broken transfer shows that; with a clean end caches would keep the incomplete
      // response.
      if (segment) response.end()
      else response.destroy()
      return true
    }
    const waiter = { deadlineMs: this.#delivery.deadline(view.stream), poll: advance, expire: () => void response.destroy() }
    if (!advance()) this.#delivery.wait(exchange, view, waiter)
  }

  #part(exchange: Exchange, view: StreamView, target: ResourceOf<'part'>): void {
    // Only the part that the playlist hints at is waited for (section 6.2.6).
    const ready = (): boolean => view.stream.ended || view.rendition(target.rendition)?.edge.serial !== target.serial
    this.#delivery.when(exchange, view, ready, () => {
      const rendition = view.rendition(target.rendition)
      const part = rendition && partOf(rendition, target.serial)
      if (!part) {
        sendProblem(exchange.response, 'request.not_found')
        return
      }
      const contentType = `${rendition.track.kind}/mp4`
      const etag = `"${target.epoch}-${target.rendition}-p${target.serial}"`
      const sent = this.#delivery.sendMedia(exchange, { pieces: [part.data], byteLength: part.data.length, contentType, etag })
      this.#delivery.seen(view, exchange, 'll-hls', target.rendition, sent)
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
