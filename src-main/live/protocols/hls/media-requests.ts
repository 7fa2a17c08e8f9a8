import type { ResourceOf } from '../../http/live-url.ts'
import { answerHeaders, sendProblem } from '../../http/response.ts'
import type { Delivery, Exchange } from './delivery.ts'
import { guardAgainstStuckClient, immutable, segmentPieces } from './media-response.ts'
import { maxAhead, partOf, type StreamView } from './stream-view.ts'
import type { MuxedRendition } from './ts-view.ts'

/** Media of a run of a stream. */
export type MediaResource = ResourceOf<'init' | 'segment' | 'ts-segment' | 'part'>

/** Answers requests for initialization segments, segments and parts. `playlist-requests` lists them. */
export class MediaRequests {
  readonly #delivery: Delivery
  readonly #options: { readonly container?: 'fmp4' | 'mpegts' }

  constructor(delivery: Delivery, options: { readonly container?: 'fmp4' | 'mpegts' }) {
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

  /** A segment of MPEG-TS, once it is complete. */
  #muxed(exchange: Exchange, view: StreamView, muxed: MuxedRendition, target: MediaResource): void {
    const bytes = target.kind === 'ts-segment' ? view.transport.segment(muxed, target.sequence) : undefined
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
      const facts = (): { contentType: string; etag: string } => ({
        contentType: `${rendition.track.kind}/mp4`,
        etag: `"${target.epoch}-${target.rendition}-p${target.serial}"`,
      })
      const shared = view.sharedPart(rendition, target.serial, part, facts)
      const sent =
        (shared && this.#delivery.sendSharedMedia(exchange, shared)) ??
        this.#delivery.sendMedia(exchange, { pieces: [part.data], byteLength: part.data.length, ...facts() })
      this.#delivery.seen(view, exchange, 'll-hls', target.rendition, sent)
    })
  }
}
