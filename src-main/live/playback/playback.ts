import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { Logger } from '../../platform/logger.ts'
import type { PackagedStream } from '../packager/packaged-stream.ts'
import type { StreamState } from '../streams/stream.ts'
import type { ViewerRegistry } from '../streams/viewer-sessions.ts'
import { guardAgainstStuckClient, immutable, segmentPieces, sendMedia } from './media-response.ts'
import { multivariantText } from './playlist-view.ts'
import { type PlaybackTarget, parsePlaybackPath } from './request-path.ts'
import { type PlaybackQuery, parsePlaybackQuery } from './request-query.ts'
import {
  answerHeaders,
  asPlaybackResponse,
  header,
  type PlaybackRequest,
  type PlaybackResponse,
  sendMethodRefused,
  sendPreflight,
  sendProblem,
} from './response.ts'
import { SharedText } from './shared-text.ts'
import { playlistType, reached, StreamView } from './stream-view.ts'
import { type MuxedRendition, muxedMultivariantText, muxedRenditions } from './ts-view.ts'
import type { Waiter } from './waiters.ts'

export type PlaybackRequestKind = PlaybackTarget['kind']

/** Counters that playback feeds; telemetry gives them names. */
export interface PlaybackMetrics {
  request(kind: PlaybackRequestKind): void
  /** Requests that began (+1) or ceased (-1) to wait for media. */
  waiting(delta: number): void
  /** Bytes of answers' bodies. */
  bytes(count: number): void
}

export interface PlaybackOptions {
  /** Stands before every address in playlists, e.g. `https://cdn.example.com`; empty for relative addresses. Read anew each time. */
  cdnPrefix(): string
  /** What plain HLS lists: `fmp4` (default), or `mpegts` for streams whose codecs it can carry. */
  readonly container?: 'fmp4' | 'mpegts'
  /** How long a request may wait for media that is about to be made; default: three target durations. */
  readonly blockTimeoutMs?: number
  /** Requests that may wait at one stream at once. */
  readonly maxWaitersPerStream?: number
  /** How long the first playlist of a stream that is just starting is waited for. */
  readonly startTimeoutMs?: number
  /** Address of the clock that MPDs name. */
  readonly clockUrl?: string
}

export interface PlaybackNeeds {
  /** The newest run of that name that can be played, or the run of that epoch while it is kept. */
  find(name: string, epoch?: string): PackagedStream | undefined
  /** What is known of the name when it cannot be played; undefined: it never existed. */
  status(name: string): { state: StreamState; endedAtMs?: number; title?: string } | undefined
  /** One-frame MP4 of the newest keyframe. */
  keyframe(name: string): Uint8Array | undefined
  readonly viewers: ViewerRegistry
  readonly options: PlaybackOptions
  readonly log: Logger
  readonly metrics?: PlaybackMetrics
}

export interface Playback {
  /** True where the address is playback's and the request has been taken over. */
  handle(request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse): boolean
  /** Answers all who wait and lets go of every stream. */
  stop(): void
}

/** One request on its way through. */
interface Exchange {
  readonly request: PlaybackRequest
  readonly response: PlaybackResponse
  readonly query: PlaybackQuery
}

type MediaTarget = Extract<PlaybackTarget, { epoch: string }>

const defaultMaxWaiters = 20_000
const defaultStartTimeoutMs = 2000
const defaultClockUrl = '/api/v1/time?format=iso'
const startPollMs = 50
/** A view that nobody has asked for in this time is let go. */
const idleViewMs = 60_000
/** Media sequence numbers further beyond the edge than this are refused (RFC 8216bis section 6.2.5.2). */
const mostAhead = 2

/** Delivers packaged streams over HTTP: LL-HLS, HLS and DASH on the same bytes. */
export function createPlayback(needs: PlaybackNeeds): Playback {
  return new PlaybackServer(needs)
}

class PlaybackServer implements Playback {
  readonly #needs: PlaybackNeeds
  readonly #views = new Map<PackagedStream, StreamView>()
  readonly #starting = new Set<NodeJS.Timeout>()
  readonly #sweep: NodeJS.Timeout
  #stopped = false

  constructor(needs: PlaybackNeeds) {
    this.#needs = needs
    this.#sweep = setInterval(() => this.#dropIdleViews(performance.now()), 10_000).unref()
  }

  handle(request: IncomingMessage | Http2ServerRequest, rawResponse: ServerResponse | Http2ServerResponse): boolean {
    const url = request.url ?? ''
    const mark = url.indexOf('?')
    const target = parsePlaybackPath(mark < 0 ? url : url.slice(0, mark))
    if (!target) return false
    const response = asPlaybackResponse(rawResponse)
    this.#needs.metrics?.request(target.kind)
    const { method } = request
    if (method === 'GET' || method === 'HEAD') {
      const exchange: Exchange = { request, response, query: parsePlaybackQuery(url, mark < 0 ? url.length : mark + 1) }
      try {
        this.#answer(exchange, target)
      } catch (error) {
        this.#needs.log.error({ err: error, url }, 'playback request failed')
        response.destroy()
      }
    } else if (method === 'OPTIONS') sendPreflight(response)
    else sendMethodRefused(response)
    return true
  }

  stop(): void {
    this.#stopped = true
    clearInterval(this.#sweep)
    for (const timer of this.#starting) clearTimeout(timer)
    this.#starting.clear()
    for (const view of this.#views.values()) view.stop()
    this.#views.clear()
  }

  #answer(exchange: Exchange, target: PlaybackTarget): void {
    switch (target.kind) {
      case 'unknown':
        sendProblem(exchange.response, 'request.not_found')
        return
      case 'keyframe':
        this.#keyframe(exchange, target.name)
        return
      case 'about':
        this.#about(exchange, target.name)
        return
      case 'multivariant':
      case 'mpd':
        this.#whenReady(exchange, target.name, this.#startDeadline(), (stream) => {
          if (target.kind === 'mpd') this.#manifest(exchange, stream)
          else this.#multivariant(exchange, stream, target.plain)
        })
        return
      default:
        this.#media(exchange, target)
        return
    }
  }

  /** Goes on at once where the stream is ready; while it is active but has not a part of everything yet, looks again until the deadline. */
  #whenReady(exchange: Exchange, name: string, deadlineMs: number, then: (stream: PackagedStream) => void): void {
    const stream = this.#needs.find(name)
    if (stream?.ready) {
      then(stream)
      return
    }
    const starting = stream ? !stream.ended : this.#needs.status(name)?.state === 'active'
    if (!starting || this.#stopped || performance.now() >= deadlineMs) {
      this.#notLive(exchange.response, name)
      return
    }
    const timer = setTimeout(() => {
      this.#starting.delete(timer)
      if (!exchange.response.destroyed) this.#whenReady(exchange, name, deadlineMs, then)
    }, startPollMs)
    this.#starting.add(timer)
  }

  #notLive(response: PlaybackResponse, name: string): void {
    const status = this.#needs.status(name)
    if (!status) {
      sendProblem(response, 'stream.not_found', { more: { stream: name } })
      return
    }
    sendProblem(response, 'play.not_live', {
      more: {
        stream: name,
        state: status.state,
        ...(status.title === undefined ? undefined : { streamTitle: status.title }),
        ...(status.endedAtMs === undefined ? undefined : { endedAt: new Date(status.endedAtMs).toISOString() }),
      },
    })
  }

  /** What a player's page says of a name. Always 200: a page that waits for a stream asks for nothing that is missing. */
  #about(exchange: Exchange, name: string): void {
    const status = this.#needs.status(name)
    const body = Buffer.from(JSON.stringify({ name, title: status?.title ?? '', state: status ? status.state : 'missing' }))
    exchange.response.writeHead(200, answerHeaders('application/json', 'no-store', body.length))
    this.#end(exchange, body)
  }

  #keyframe(exchange: Exchange, name: string): void {
    const picture = this.#needs.keyframe(name)
    if (!picture) {
      this.#notLive(exchange.response, name)
      return
    }
    exchange.response.writeHead(200, answerHeaders('video/mp4', 'no-cache', picture.length))
    this.#end(exchange, picture)
  }

  #multivariant(exchange: Exchange, stream: PackagedStream, plain: boolean): void {
    const { session } = exchange.query
    const { options } = this.#needs
    const cdnPrefix = options.cdnPrefix()
    const muxed = plain && options.container === 'mpegts' ? muxedRenditions(stream) : undefined
    const text = muxed
      ? muxedMultivariantText(stream, muxed, { cdnPrefix, session })
      : multivariantText(stream, { plain, cdnPrefix, session })
    const sent = this.#sendText(exchange, new SharedText(text, playlistType), 'public, max-age=60')
    this.#seen(this.#view(stream), exchange, plain ? 'hls' : undefined, undefined, sent)
  }

  #manifest(exchange: Exchange, stream: PackagedStream): void {
    const view = this.#view(stream)
    const { options } = this.#needs
    const text = view.manifest({
      title: this.#needs.status(stream.name)?.title ?? stream.name,
      cdnPrefix: options.cdnPrefix(),
      clockUrl: options.clockUrl ?? defaultClockUrl,
      nowMs: Date.now(),
    })
    // The address outlives the run, so even a static manifest is kept only for as long as a multivariant playlist.
    const sent = this.#sendText(exchange, text, stream.ended ? 'public, max-age=60' : 'max-age=0, must-revalidate')
    this.#seen(view, exchange, 'dash', undefined, sent)
  }

  #media(exchange: Exchange, target: MediaTarget): void {
    const stream = this.#needs.find(target.name, target.epoch)
    if (!stream || stream.epoch !== target.epoch) {
      this.#notLive(exchange.response, target.name)
      return
    }
    const view = this.#view(stream)
    const muxed = this.#needs.options.container === 'mpegts' ? view.transport.find(target.rendition) : undefined
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

  #playlist(exchange: Exchange, view: StreamView, target: Extract<PlaybackTarget, { kind: 'playlist' }>): void {
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
      if (sequence > rendition.edge.sequence + mostAhead || partsAhead > advancePartLimit(stream.partTargetMs)) {
        sendProblem(exchange.response, 'request.invalid', { detail: 'The media sequence number or part is too far ahead' })
        return
      }
    }
    const ready = (): boolean => {
      const current = view.rendition(target.rendition)
      if (stream.ended || !current) return true
      if (blocking) return reached(current, sequence, part)
      // Players that know nothing of parts use this address too, and give up on a playlist without a whole segment: the very
      // first requests of a run wait for one.
      return current.segments[0]?.complete === true
    }
    const answer = (caching: string): void => {
      const current = view.rendition(target.rendition)
      if (!current) {
        sendProblem(exchange.response, 'request.not_found')
        return
      }
      const text = view.mediaPlaylist(current, { plain: target.plain, skip: query.skip, cdnPrefix: this.#needs.options.cdnPrefix() })
      const sent = this.#sendText(exchange, text, caching)
      this.#seen(view, exchange, target.plain ? 'hls' : blocking ? 'll-hls' : undefined, undefined, sent)
    }
    // While a publisher is away nothing new comes for longer than a reload may block. The 503 that section 6.2.5.2 allows
    // makes common players give up within the reconnect window; the playlist as it stands makes them ask again.
    const late = blocking && rendition.segments.some((segment) => segment.parts.length > 0) ? () => answer('no-store') : undefined
    this.#when(exchange, view, ready, () => answer(playlistCaching(stream, blocking)), late)
  }

  /** MPEG-TS is plain HLS alone: a playlist, and segments once they are complete. */
  #muxed(exchange: Exchange, view: StreamView, muxed: MuxedRendition, target: MediaTarget): void {
    const { stream, transport } = view
    if (target.kind === 'playlist' && target.plain) {
      const ready = (): boolean => stream.ended || transport.ready(muxed)
      this.#when(exchange, view, ready, () => {
        const text = view.muxedPlaylist(muxed, this.#needs.options.cdnPrefix())
        this.#seen(view, exchange, 'hls', undefined, this.#sendText(exchange, text, playlistCaching(stream, false)))
      })
      return
    }
    const bytes = target.kind === 'ts-segment' ? transport.segment(muxed, target.sequence) : undefined
    if (!bytes || target.kind !== 'ts-segment') {
      sendProblem(exchange.response, 'request.not_found')
      return
    }
    const etag = `"${target.epoch}-${target.rendition}-s${target.sequence}"`
    const sent = this.#sendMedia(exchange, { pieces: [bytes], byteLength: bytes.length, contentType: 'video/mp2t', etag })
    this.#seen(view, exchange, 'hls', muxed.video?.id ?? muxed.audio?.id, sent)
  }

  #init(exchange: Exchange, view: StreamView, target: Extract<PlaybackTarget, { kind: 'init' }>): void {
    const rendition = view.rendition(target.rendition)
    const init = rendition?.inits.get(target.init)
    if (!rendition || !init) {
      sendProblem(exchange.response, 'request.not_found')
      return
    }
    const etag = `"${target.epoch}-${target.rendition}-i${target.init}"`
    const sent = this.#sendMedia(exchange, {
      pieces: [init.data],
      byteLength: init.data.length,
      contentType: `${rendition.track.kind}/mp4`,
      etag,
    })
    this.#seen(view, exchange, undefined, target.rendition, sent)
  }

  #segment(exchange: Exchange, view: StreamView, target: Extract<PlaybackTarget, { kind: 'segment' }>): void {
    const find = () => view.segment(target.rendition, target.sequence)
    const ready = (): boolean => {
      const edge = view.rendition(target.rendition)?.edge.sequence ?? 0
      return view.stream.ended || target.sequence !== edge || (find()?.parts.length ?? 0) > 0
    }
    this.#when(exchange, view, ready, () => {
      const segment = find()
      const contentType = `${view.rendition(target.rendition)?.track.kind ?? 'video'}/mp4`
      if (!segment || segment.parts.length === 0) {
        sendProblem(exchange.response, 'request.not_found')
        return
      }
      if (!segment.complete && !view.stream.ended) {
        this.#growingSegment(exchange, view, target, contentType)
        return
      }
      const etag = `"${target.epoch}-${target.rendition}-s${target.sequence}"`
      const sent = this.#sendMedia(exchange, { pieces: segmentPieces(segment), byteLength: segment.byteLength, contentType, etag })
      this.#seen(view, exchange, undefined, target.rendition, sent)
    })
  }

  /** A segment that is still being made: its parts as they come (chunked transfer), until it is complete. */
  #growingSegment(exchange: Exchange, view: StreamView, target: Extract<PlaybackTarget, { kind: 'segment' }>, contentType: string): void {
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
        waiter.deadlineMs = this.#deadline(view.stream)
        this.#needs.metrics?.bytes(bytes)
        this.#seen(view, exchange, undefined, target.rendition, bytes)
      }
      if (segment && !segment.complete && !view.stream.ended) return false
      // Without its segment the rest can never follow: a broken transfer tells so, where a clean end would lie to caches.
      if (segment) response.end()
      else response.destroy()
      return true
    }
    const waiter = { deadlineMs: this.#deadline(view.stream), poll: advance, expire: () => void response.destroy() }
    if (!advance()) this.#wait(exchange, view, waiter)
  }

  #part(exchange: Exchange, view: StreamView, target: Extract<PlaybackTarget, { kind: 'part' }>): void {
    const find = () => view.segment(target.rendition, target.sequence)?.parts[target.part]
    // Only the part that the playlist hints at is waited for (section 6.2.6); it may turn out that the segment ends without it.
    const ready = (): boolean => {
      const edge = view.rendition(target.rendition)?.edge
      return view.stream.ended || edge === undefined || edge.sequence !== target.sequence || edge.parts !== target.part
    }
    this.#when(exchange, view, ready, () => {
      const part = find()
      if (!part) {
        sendProblem(exchange.response, 'request.not_found')
        return
      }
      const contentType = `${view.rendition(target.rendition)?.track.kind ?? 'video'}/mp4`
      const etag = `"${target.epoch}-${target.rendition}-p${target.sequence}.${target.part}"`
      const sent = this.#sendMedia(exchange, { pieces: [part.data], byteLength: part.data.length, contentType, etag })
      this.#seen(view, exchange, 'll-hls', target.rendition, sent)
    })
  }

  /** Answers now or as soon as `ready` says so; by `late`, else with 503, when it takes too long or too many wait. */
  #when(exchange: Exchange, view: StreamView, ready: () => boolean, answer: () => void, late?: () => void): void {
    if (ready()) {
      answer()
      return
    }
    const { response } = exchange
    this.#wait(exchange, view, {
      deadlineMs: this.#deadline(view.stream),
      poll: () => {
        if (response.destroyed) return true
        if (!ready()) return false
        try {
          answer()
        } catch (error) {
          this.#needs.log.error({ err: error, stream: view.stream.streamId }, 'playback answer failed')
          response.destroy()
        }
        return true
      },
      expire:
        late ??
        (() => sendProblem(response, 'play.not_live', { status: 503, detail: 'Nothing new was published in time', retryAfterS: 1 })),
    })
  }

  #wait(exchange: Exchange, view: StreamView, waiter: Waiter): void {
    const { response } = exchange
    if (!view.waiters.add(waiter)) {
      waiter.expire()
      return
    }
    response.once('close', () => view.waiters.remove(waiter))
  }

  #startDeadline(): number {
    return performance.now() + (this.#needs.options.startTimeoutMs ?? defaultStartTimeoutMs)
  }

  #deadline(stream: PackagedStream): number {
    return performance.now() + (this.#needs.options.blockTimeoutMs ?? 3000 * stream.targetDurationS)
  }

  #sendText(exchange: Exchange, text: SharedText, cacheControl: string): number {
    const bytes = text.bytes(header(exchange.request, 'accept-encoding').includes('gzip'))
    exchange.response.writeHead(200, text.headers(bytes, cacheControl))
    return this.#end(exchange, bytes)
  }

  #sendMedia(exchange: Exchange, media: { pieces: readonly Uint8Array[]; byteLength: number; contentType: string; etag: string }): number {
    const sent = sendMedia(exchange.request, exchange.response, { ...media, cacheControl: immutable })
    this.#needs.metrics?.bytes(sent)
    return sent
  }

  #end(exchange: Exchange, bytes: Uint8Array): number {
    if (exchange.request.method === 'HEAD') {
      exchange.response.end()
      return 0
    }
    guardAgainstStuckClient(exchange.response)
    exchange.response.end(bytes)
    this.#needs.metrics?.bytes(bytes.length)
    return bytes.length
  }

  #seen(
    view: StreamView,
    exchange: Exchange,
    hint: 'll-hls' | 'hls' | 'dash' | undefined,
    rendition: string | undefined,
    bytes: number,
  ): void {
    const { request, query } = exchange
    const remoteAddress = request.socket?.remoteAddress ?? ''
    view.viewers.seen(
      { remoteAddress, userAgent: header(request, 'user-agent'), session: query.session, hint, rendition, bytes },
      performance.now(),
    )
  }

  #view(stream: PackagedStream): StreamView {
    let view = this.#views.get(stream)
    if (!view) {
      view = new StreamView({
        stream,
        viewers: this.#needs.viewers,
        maxWaiters: this.#needs.options.maxWaitersPerStream ?? defaultMaxWaiters,
        onWaiting: (delta) => this.#needs.metrics?.waiting(delta),
      })
      this.#views.set(stream, view)
    }
    view.usedMs = performance.now()
    return view
  }

  #dropIdleViews(nowMs: number): void {
    for (const [stream, view] of this.#views) {
      if (view.waiters.size > 0 || nowMs - view.usedMs < idleViewMs) continue
      view.stop()
      this.#views.delete(stream)
    }
  }
}

/** How many parts ahead a client may ask for (RFC 8216bis section 6.2.5.2). */
function advancePartLimit(partTargetMs: number): number {
  return partTargetMs >= 1000 ? 3 : Math.ceil(3000 / partTargetMs)
}

/**
 * A live playlist is stale after one part, which is less than the second that `max-age` counts in: browsers must ask
 * again each time. A blocking request's directives are part of its address and its answer never becomes wrong, so shared
 * caches may hold it for six target durations (RFC 8216bis appendix B.1), which lets a CDN join a crowd's requests.
 * An ended playlist never changes.
 */
function playlistCaching(stream: PackagedStream, blocking: boolean): string {
  if (stream.ended) return 'public, max-age=600'
  return blocking ? `public, max-age=0, s-maxage=${6 * stream.targetDurationS}` : 'max-age=0, must-revalidate'
}
