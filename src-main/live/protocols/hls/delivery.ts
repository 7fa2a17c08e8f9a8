import { clientOf } from '../../../platform/http/client.ts'
import type { ClientLimits } from '../../../platform/http/client-limits.ts'
import type { SharedAnswer } from '../../../platform/http/fast-path/shared-answer.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { WhileRequestAllowed } from '../../audience/viewer-admission.ts'
import type { LiveRequest } from '../../http/live-request.ts'
import type { ResourceOf } from '../../http/live-url.ts'
import { header, sendProblem, userAgentOf } from '../../http/response.ts'
import type { PackagedStream } from '../../packaging/packaged-stream.ts'
import type { StoredMedia } from '../../packaging/segment-archive.ts'
import { guardAgainstStuckClient, immutable, sendMedia, sendStored } from './media-response.ts'
import { readCmcd } from './request-cmcd.ts'
import type { PlaybackQuery } from './request-query.ts'
import type { SharedText } from './shared-text.ts'
import type { StreamView } from './stream-view.ts'
import type { Waiter } from './waiters.ts'

/** What playback answers. */
export type PlaybackResource = ResourceOf<
  'multivariant' | 'mpd' | 'keyframe' | 'about' | 'playlist' | 'init' | 'segment' | 'ts-segment' | 'part'
>
/** What requests are counted by; `unknown` is what no stream has. */
export type PlaybackRequestKind = PlaybackResource['kind'] | 'unknown'

/** Counters that playback feeds; telemetry gives them names. */
export interface PlaybackMetrics {
  request(kind: PlaybackRequestKind): void
  /** Requests that started (+1) or ceased (-1) to wait for media. */
  waiting(delta: number): void
  /** Bytes of answers' bodies. */
  bytes(count: number): void
}

/** One request on its way through. */
export interface Exchange extends LiveRequest {
  readonly query: PlaybackQuery
}

export interface DeliveryDependencies {
  readonly log: Logger
  readonly metrics?: PlaybackMetrics
  readonly whileAllowed?: WhileRequestAllowed
  readonly clients?: ClientLimits
  readonly options: {
    /** How long a request may wait for media that is about to be made; default: three target durations. */
    readonly blockTimeoutMs?: number
  }
}

/** What a request gets that has waited for too long. */
export interface LateAnswer {
  readonly answer: () => void
  /** How long it may wait, ms; default: what `deadline` says. */
  readonly withinMs?: number
  /** How long it waits while there is no publisher, ms. */
  readonly awayMs?: number
}

/** How answers leave: at once or when their media is there, counted, and seen as somebody's watching. */
export class Delivery {
  readonly #dependencies: DeliveryDependencies

  constructor(dependencies: DeliveryDependencies) {
    this.#dependencies = dependencies
  }

  /**
   * Answers now or as soon as `ready` says so; by `late`, else with 503, when it takes too long (`withinMs`; `awayMs` while there is no
   * publisher) or too many wait.
   */
  when(exchange: Exchange, view: StreamView, ready: () => boolean, answer: () => void, late?: LateAnswer): void {
    if (ready()) {
      answer()
      return
    }
    const { response } = exchange
    const { withinMs, awayMs } = late ?? {}
    const lastMs = withinMs === undefined ? this.deadline(view.stream) : performance.now() + withinMs
    const deadlineMs = (): number => (awayMs !== undefined && view.stream.away ? Math.min(lastMs, performance.now() + awayMs) : lastMs)
    const waiter = {
      deadlineMs: deadlineMs(),
      // asked again at every change of the stream
      poll: () => {
        if (response.destroyed) return true
        waiter.deadlineMs = deadlineMs()
        if (!ready()) return false
        try {
          answer()
        } catch (error) {
          this.#dependencies.log.error({ err: error, stream: view.stream.streamId }, 'playback answer failed')
          response.destroy()
        }
        return true
      },
      expire:
        late?.answer ??
        (() => sendProblem(response, 'play.not_live', { status: 503, detail: 'Nothing new was published in time', retryAfterS: 1 })),
    }
    this.wait(exchange, view, waiter)
  }

  /** Keeps a waiter until it is done, its time is over, its client has gone, or may not watch any more. */
  wait(exchange: Exchange, { stream, waiters }: StreamView, waiter: Waiter): void {
    const { request, response } = exchange
    const { clients } = this.#dependencies
    const release = clients === undefined ? () => undefined : clients.take('waitingRequests', clientOf(request).remoteAddress)
    if (release === undefined || !waiters.add(waiter)) {
      release?.()
      waiter.expire()
      return
    }
    const stopWatching = this.#dependencies.whileAllowed?.(exchange, (rejection) => {
      waiters.remove(waiter)
      if (response.headersSent) response.destroy()
      else sendProblem(response, rejection.code, { detail: rejection.message, more: { stream: stream.name } })
    })
    response.once('close', () => {
      release()
      waiters.remove(waiter)
      stopWatching?.()
    })
  }

  /** Until when a request that starts to wait now may wait, on the clock of `performance.now()`. */
  deadline(stream: PackagedStream): number {
    return performance.now() + (this.#dependencies.options.blockTimeoutMs ?? 3000 * stream.targetDurationS)
  }

  /** Answers with a text. Returns the bytes of its body. */
  sendText(exchange: Exchange, text: SharedText, cacheControl: string): number {
    const { request, response } = exchange
    const answer = text.answer(header(request, 'accept-encoding').includes('gzip'), cacheControl)
    if (this.#sendShared(exchange, answer)) return answer.body.length
    response.writeHead(200, answer.headers)
    return this.end(exchange, answer.body)
  }

  /** Answers with a part that many request. Returns the bytes sent; undefined where this request is for less than all of it: nothing was sent. */
  sendSharedMedia(exchange: Exchange, answer: SharedAnswer): number | undefined {
    const { range, 'if-none-match': known } = exchange.request.headers
    if (range !== undefined || known !== undefined || !this.#sendShared(exchange, answer)) return undefined
    return answer.body.length
  }

  #sendShared({ response }: Exchange, answer: SharedAnswer): boolean {
    if (response.sendShared?.(answer) !== true) return false
    this.#dependencies.metrics?.bytes(answer.body.length)
    return true
  }

  /** Answers with media that never changes. Returns the bytes sent. */
  sendMedia(exchange: Exchange, media: { pieces: readonly Uint8Array[]; byteLength: number; contentType: string; etag: string }): number {
    const sent = sendMedia(exchange.request, exchange.response, { ...media, cacheControl: immutable })
    this.#dependencies.metrics?.bytes(sent)
    return sent
  }

  /** Answers with media from disk; `onSent` gets the number of bytes once they are sent. */
  sendStored(
    exchange: Exchange,
    media: { stored: StoredMedia; byteLength: number; contentType: string; etag: string; onSent: (bytes: number) => void },
  ): void {
    sendStored(exchange.request, exchange.response, {
      ...media,
      cacheControl: immutable,
      missing: () => sendProblem(exchange.response, 'request.not_found'),
      onSent: (bytes) => {
        this.#dependencies.metrics?.bytes(bytes)
        media.onSent(bytes)
      },
    })
  }

  /** Counts bytes of a body that leaves in pieces. */
  sent(bytes: number): void {
    this.#dependencies.metrics?.bytes(bytes)
  }

  /** Ends an answer whose head is written. Returns the bytes of its body. */
  end(exchange: Exchange, bytes: Uint8Array): number {
    if (exchange.request.method === 'HEAD') {
      exchange.response.end()
      return 0
    }
    guardAgainstStuckClient(exchange.response)
    exchange.response.end(bytes)
    this.#dependencies.metrics?.bytes(bytes.length)
    return bytes.length
  }

  /** Counts bytes towards the client that plays. */
  seen(
    view: StreamView,
    exchange: Exchange,
    hint: 'll-hls' | 'hls' | 'dash' | undefined,
    rendition: string | undefined,
    bytes: number,
  ): void {
    const { request, query } = exchange
    view.audience.seen(
      {
        remoteAddress: clientOf(request).remoteAddress,
        userAgent: userAgentOf(request),
        session: query.session,
        hint,
        rendition,
        bytes,
        cmcd: readCmcd(request, query.cmcd),
      },
      performance.now(),
    )
  }
}
