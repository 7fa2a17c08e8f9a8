import { nodeForViewer, type ViewerNode } from '../../../media/viewer-nodes.ts'
import type { AppError } from '../../../platform/errors.ts'
import { clientOf, nodeHeader } from '../../../platform/http/client.ts'
import type { ClientLimits } from '../../../platform/http/client-limits.ts'
import type { Logger } from '../../../platform/logger.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import { monotonicMs } from '../../../platform/timing/steady-clock.ts'
import { streamNotice } from '../../audience/stream-notice.ts'
import type { MayWatch, WhileRequestAllowed } from '../../audience/viewer-admission.ts'
import type { Audience, ViewerRequest } from '../../audience/viewer-book.ts'
import type { LiveRequest } from '../../http/live-request.ts'
import type { ResourceHandlers } from '../../http/resources.ts'
import {
  answerHeaders,
  onVerdict,
  type PlaybackResponse,
  sendMethodRejected,
  sendPreflight,
  sendProblem,
  userAgentOf,
} from '../../http/response.ts'
import type { StreamStatus } from '../../hub/stream.ts'
import type { PackagedStream } from '../../packaging/packaged-stream.ts'
import { startOffsetS } from '../../packaging/rewind/start-point.ts'
import { Delivery, type Exchange, type PlaybackMetrics, type PlaybackResource } from './delivery.ts'
import { MediaRequests } from './media-requests.ts'
import { PlaylistRequests } from './playlist-requests.ts'
import { multivariantText } from './playlist-view.ts'
import { parsePlaybackQuery } from './request-query.ts'
import { SharedText } from './shared-text.ts'
import { playlistType, StreamView } from './stream-view.ts'
import { muxedMultivariantText, muxedRenditions } from './ts-view.ts'

export type { PlaybackMetrics, PlaybackRequestKind } from './delivery.ts'

export interface PlaybackOptions {
  /** Prefix of every URL in playlists, e.g. `https://cdn.example.com`; empty for relative URLs. Read again each time. */
  cdnPrefix(): string
  /** Nodes that viewers are sent to, where no CDN is named; read again each time. */
  viewerNodes?(): readonly ViewerNode[]
  /** What plain HLS lists: `fmp4` (default), or `mpegts` for streams whose codecs it can carry. */
  readonly container?: 'fmp4' | 'mpegts'
  /** How long a request may wait for media that is about to be made; default: three target durations. */
  readonly blockTimeoutMs?: number
  /** Requests that may wait at one stream at once. */
  readonly maxWaitersPerStream?: number
  /** How long the first playlist of a stream that is just starting is waited for. */
  readonly startTimeoutMs?: number
  /** URL of the clock that MPDs name. */
  readonly clockUrl?: string
}

export interface PlaybackDependencies {
  /** The newest run of that name that can be played, or the run of that epoch while it is kept. */
  find(name: string, epoch?: string): PackagedStream | undefined
  /** What is known of the name when it cannot be played; undefined: it never existed. */
  status(name: string): StreamStatus | undefined
  /** One-frame MP4 of the newest keyframe. */
  keyframe(name: string): Uint8Array | undefined
  /** Who is notified of the players of a stream. */
  audience(stream: PackagedStream): Audience
  /** Whether a player may start. */
  readonly mayWatch?: MayWatch
  /** Somebody may start to watch a stream at a node. */
  readonly onAdmitted?: (stream: string, node: string) => void
  /** Ends a request that waits, or is answered bit by bit, where the rules do not allow it any more. */
  readonly whileAllowed?: WhileRequestAllowed
  readonly options: PlaybackOptions
  readonly log: Logger
  readonly metrics?: PlaybackMetrics
  readonly clients?: ClientLimits
}

export interface Playback {
  readonly resources: ResourceHandlers
  /** Counts what another process sent to a player of ours. */
  seenElsewhere(stream: PackagedStream, request: ViewerRequest): void
  /** Answers all waiting requests and drops every stream. */
  stop(): void
}

const defaultMaxWaiters = 20_000
const defaultStartTimeoutMs = 2000
const defaultClockUrl = '/api/v1/time?format=iso'
const startPollMs = 50
/** A view that was not requested for this time is dropped. */
const idleViewMs = 60_000

/** Delivers packaged streams over HTTP: LL-HLS, HLS and DASH on the same bytes. */
export function createPlayback(dependencies: PlaybackDependencies): Playback {
  return new PlaybackServer(dependencies)
}

class PlaybackServer implements Playback {
  readonly #dependencies: PlaybackDependencies
  readonly #delivery: Delivery
  readonly #playlists: PlaylistRequests
  readonly #media: MediaRequests
  readonly #views = new Map<PackagedStream, StreamView>()
  readonly #starting = new Set<NodeJS.Timeout>()
  readonly resources: ResourceHandlers
  readonly #sweep: NodeJS.Timeout
  #stopped = false

  constructor(dependencies: PlaybackDependencies) {
    this.#dependencies = dependencies
    this.#delivery = new Delivery(dependencies)
    this.#playlists = new PlaylistRequests(this.#delivery, dependencies.options)
    this.#media = new MediaRequests(this.#delivery, dependencies.options)
    const take = (live: LiveRequest, resource: PlaybackResource): void => this.#take(live, resource)
    this.resources = {
      'multivariant': take,
      'mpd': take,
      'keyframe': take,
      'about': take,
      'playlist': take,
      'init': take,
      'segment': take,
      'ts-segment': take,
      'part': take,
    }
    this.#sweep = repeat(10_000, () => this.#dropIdleViews(performance.now()))
  }

  #take(live: LiveRequest, resource: PlaybackResource): void {
    const { request, response, url } = live
    this.#dependencies.metrics?.request(resource.kind)
    const { method } = request
    if (method === 'GET' || method === 'HEAD') {
      const exchange: Exchange = { request, response, url, query: parsePlaybackQuery(url.query) }
      this.#guarded(exchange, () => this.#answer(exchange, resource))
    } else if (method === 'OPTIONS') sendPreflight(response)
    else sendMethodRejected(response)
  }

  seenElsewhere(stream: PackagedStream, request: ViewerRequest): void {
    this.#view(stream).audience.seen(request, performance.now())
  }

  stop(): void {
    this.#stopped = true
    clearInterval(this.#sweep)
    for (const timer of this.#starting) clearTimeout(timer)
    this.#starting.clear()
    for (const view of this.#views.values()) view.stop()
    this.#views.clear()
  }

  /** What fails breaks this response alone. */
  #guarded({ response, url }: Exchange, work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#dependencies.log.error({ err: error, stream: url.stream, ...url.resource }, 'playback request failed')
      response.destroy()
    }
  }

  #answer(exchange: Exchange, resource: PlaybackResource): void {
    const name = exchange.url.stream
    switch (resource.kind) {
      case 'keyframe':
        // a page sends its request as soon as it is notified of the first keyframe, which is a part's length before there is a part of it
        this.#whenReady(exchange, this.#startDeadline(), () => this.#keyframe(exchange, name))
        return
      case 'about':
        this.#about(exchange, name)
        return
      case 'multivariant':
      case 'mpd':
        this.#whenReady(exchange, this.#startDeadline(), (stream) => {
          this.#whenAdmitted(exchange, stream, resource.kind === 'mpd' ? 'dash' : 'hls', () => {
            if (resource.kind === 'mpd') this.#manifest(exchange, stream)
            else this.#multivariant(exchange, stream, resource.plain)
          })
        })
        return
      default:
        this.#ofRun(exchange, resource)
        return
    }
  }

  /** Goes on at once where the stream is ready; while it is active but has not a part of everything yet, looks again until the deadline. */
  #whenReady(exchange: Exchange, deadlineMs: number, then: (stream: PackagedStream) => void): void {
    const name = exchange.url.stream
    const stream = this.#dependencies.find(name)
    if (stream?.ready) {
      then(stream)
      return
    }
    const starting = stream ? !stream.ended : this.#dependencies.status(name)?.state === 'active'
    if (!starting || this.#stopped || performance.now() >= deadlineMs) {
      this.#notLive(exchange.response, name)
      return
    }
    const timer = setTimeout(() => {
      this.#starting.delete(timer)
      if (!exchange.response.destroyed) this.#guarded(exchange, () => this.#whenReady(exchange, deadlineMs, then))
    }, startPollMs)
    this.#starting.add(timer)
  }

  /** Goes on where the player may start, and rejects it else. */
  #whenAdmitted({ request, response, query }: Exchange, stream: PackagedStream, protocol: 'hls' | 'dash', then: () => void): void {
    const verdict = this.#dependencies.mayWatch?.(
      { id: stream.streamId, name: stream.name },
      {
        protocol,
        sessionKey: query.session,
        remoteAddress: clientOf(request).remoteAddress,
        userAgent: userAgentOf(request),
      },
    )
    const settle = (rejection: AppError | undefined): void => {
      if (rejection === undefined) {
        const { node } = clientOf(request)
        if (node !== undefined) this.#dependencies.onAdmitted?.(stream.name, node)
        then()
      } else sendProblem(response, rejection.code, { detail: rejection.message, more: { stream: stream.name } })
    }
    onVerdict(verdict, response, this.#dependencies.log, settle)
  }

  #notLive(response: PlaybackResponse, name: string): void {
    const status = this.#dependencies.status(name)
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

  /** The state of a stream for the player's page. Always 200: a page that waits for a stream causes no 404. */
  #about(exchange: Exchange, name: string): void {
    const status = this.#dependencies.status(name)
    const body = Buffer.from(JSON.stringify(streamNotice(name, status)))
    exchange.response.writeHead(200, answerHeaders('application/json', 'no-store', body.length))
    this.#delivery.end(exchange, body)
  }

  #keyframe(exchange: Exchange, name: string): void {
    const keyframe = this.#dependencies.keyframe(name)
    if (!keyframe) {
      this.#notLive(exchange.response, name)
      return
    }
    exchange.response.writeHead(200, answerHeaders('video/mp4', 'no-cache', keyframe.length))
    this.#delivery.end(exchange, keyframe)
  }

  #multivariant(exchange: Exchange, stream: PackagedStream, plain: boolean): void {
    const { session, start, malformed } = exchange.query
    if (malformed) {
      sendProblem(exchange.response, 'request.invalid', { detail: 'A parameter is malformed: start is seconds or an ISO 8601 time' })
      return
    }
    const { options } = this.#dependencies
    const node = this.#nodeFor(exchange)
    const cdnPrefix = node ?? options.cdnPrefix()
    const token = node === undefined ? undefined : exchange.url.token
    // what a time means depends on when it is asked for; the node is one viewer's
    const caching = node !== undefined ? 'private, no-cache' : start === undefined ? 'public, max-age=60' : 'no-cache'
    const muxed = plain && options.container === 'mpegts' ? muxedRenditions(stream) : undefined
    const text = muxed
      ? muxedMultivariantText(stream, muxed, { cdnPrefix, session, token })
      : multivariantText(stream, { plain, cdnPrefix, session, token, startOffsetS: start && startOffsetS(stream, start) })
    const sent = this.#delivery.sendText(exchange, new SharedText(text, playlistType), caching)
    this.#delivery.seen(this.#view(stream), exchange, plain ? 'hls' : undefined, undefined, sent)
  }

  /** Base URL of the node that a viewer is sent to; undefined where it stays here. Who comes by a node, or chose it by themselves, stays. */
  #nodeFor({ request, query }: Exchange): string | undefined {
    const { cdnPrefix, viewerNodes } = this.#dependencies.options
    if (viewerNodes === undefined || query.isChosen || nodeHeader in request.headers || cdnPrefix() !== '') return undefined
    const nodes = viewerNodes()
    return nodes.length === 0 ? undefined : nodeForViewer(nodes, query.session ?? clientOf(request).remoteAddress)?.url
  }

  #manifest(exchange: Exchange, stream: PackagedStream): void {
    const view = this.#view(stream)
    const { options } = this.#dependencies
    const text = view.manifest({
      title: this.#dependencies.status(stream.name)?.title ?? stream.name,
      cdnPrefix: options.cdnPrefix(),
      clockUrl: options.clockUrl ?? defaultClockUrl,
      nowMs: monotonicMs() + stream.clockOffsetMs,
    })
    // The URL outlives the run, so even a static manifest is kept only for as long as a multivariant playlist.
    const sent = this.#delivery.sendText(exchange, text, stream.ended ? 'public, max-age=60' : 'max-age=0, must-revalidate')
    this.#delivery.seen(view, exchange, 'dash', undefined, sent)
  }

  /** What is below a run of a stream. */
  #ofRun(exchange: Exchange, resource: Extract<PlaybackResource, { epoch: string }>): void {
    const name = exchange.url.stream
    const stream = this.#dependencies.find(name, resource.epoch)
    if (!stream || stream.epoch !== resource.epoch) {
      this.#notLive(exchange.response, name)
      return
    }
    if (resource.kind === 'playlist') this.#playlists.answer(exchange, this.#view(stream), resource)
    else this.#media.answer(exchange, this.#view(stream), resource)
  }

  #startDeadline(): number {
    return performance.now() + (this.#dependencies.options.startTimeoutMs ?? defaultStartTimeoutMs)
  }

  #view(stream: PackagedStream): StreamView {
    let view = this.#views.get(stream)
    if (!view) {
      view = new StreamView({
        stream,
        audience: this.#dependencies.audience(stream),
        maxWaiters: this.#dependencies.options.maxWaitersPerStream ?? defaultMaxWaiters,
        onWaiting: (delta) => this.#dependencies.metrics?.waiting(delta),
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
