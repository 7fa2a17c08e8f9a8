import { randomUUID } from 'node:crypto'
import { flvHeader, flvTag } from '../../../formats/flv/flv-file.ts'
import type { LiveStream } from '../../../media/live-stream.ts'
import type { AppError } from '../../../platform/errors.ts'
import { clientOf } from '../../../platform/http/client.ts'
import type { ClientLimits } from '../../../platform/http/client-limits.ts'
import type { Logger } from '../../../platform/logger.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import type { MayWatch, WhileRequestAllowed } from '../../audience/viewer-admission.ts'
import type { ViewerRegistry } from '../../audience/viewer-registry.ts'
import type { LiveRequest } from '../../http/live-request.ts'
import {
  type AnyRequest,
  answerHeaders,
  onVerdict,
  type PlaybackResponse,
  sendError,
  sendMethodRejected,
  sendPreflight,
  sendProblem,
  userAgentOf,
} from '../../http/response.ts'
import type { StreamDirectory } from '../../hub/stream.ts'
import type { LivePart } from '../../live-part.ts'
import type { FlvBodies } from './flv-bodies.ts'
import { FlvPlayer, type FlvPlayerLimits } from './flv-player.ts'
import { type BatchWriter, WriteBatch } from './write-batch.ts'

export interface HttpFlvDependencies {
  readonly streams: StreamDirectory
  readonly viewers: ViewerRegistry
  readonly mayWatch?: MayWatch
  readonly whileAllowed?: WhileRequestAllowed
  readonly bodies: FlvBodies
  readonly limits: FlvPlayerLimits & {
    /** A viewer that takes nothing for this long is disconnected, ms. */
    readonly idleMs: number
  }
  /** Monotonic ms. */
  readonly monotonic: () => number
  readonly clients: ClientLimits
  readonly log: Logger
}

/** What a response offers beside what playback needs, with HTTP/1.1 and HTTP/2. */
interface FlvResponse extends PlaybackResponse {
  readonly writableLength: number
  on(event: 'drain', listener: () => void): unknown
}

const reportMs = 1000
/** How long media are gathered while there are many viewers, ms. */
const crowdBeatMs = 120
/** Above this frames wait in the player's queue, bytes. */
const congestedBytes = 256 * 1024

/** One viewer's response, and how it goes on. */
class Viewer implements BatchWriter {
  readonly key = randomUUID()
  pieces: Buffer[] = []
  pendingBytes = 0
  player: FlvPlayer | undefined
  readonly response: FlvResponse
  readonly request: AnyRequest
  private waiting = 0
  private idleSinceMs: number

  constructor(request: AnyRequest, response: FlvResponse, nowMs: number) {
    this.request = request
    this.response = response
    this.idleSinceMs = nowMs
  }

  get congested(): boolean {
    return this.response.writableLength + this.pendingBytes > congestedBytes
  }

  write(bytes: Buffer): void {
    if (!this.response.destroyed) this.response.write(bytes)
  }

  onWritten(): void {
    this.player?.onDrain()
  }

  /** True where nothing was taken for too long. */
  stalled(nowMs: number, idleMs: number): boolean {
    const waiting = this.response.writableLength
    if (waiting === 0 || waiting < this.waiting) this.idleSinceMs = nowMs
    this.waiting = waiting
    return nowMs - this.idleSinceMs > idleMs
  }
}

/** HTTP-FLV: `/live/NAME.flv` is the stream as one endless FLV file, from the newest keyframe on. */
export function createHttpFlv(dependencies: HttpFlvDependencies): LivePart {
  const viewers = new Set<Viewer>()
  const batch = new WriteBatch(crowdBeatMs)
  // The last tag made: every viewer of a stream is given the same one in the same turn.
  let tagOf: Buffer | undefined
  let tagMs = -1
  let tag: Buffer = Buffer.alloc(0)
  const timer = repeat(reportMs, () => {
    const nowMs = dependencies.monotonic()
    for (const viewer of viewers) {
      if (viewer.stalled(nowMs, dependencies.limits.idleMs)) viewer.response.destroy()
      else report(viewer)
    }
  })

  function shared(type: number, timestampMs: number, body: Buffer): Buffer {
    if (tagOf !== body || tagMs !== timestampMs) {
      tagOf = body
      tagMs = timestampMs
      tag = flvTag(type, timestampMs, body)
    }
    return tag
  }

  function report({ key, player, request }: Viewer): void {
    if (player === undefined) return
    dependencies.viewers.active({
      streamId: player.streamId,
      protocol: 'http-flv',
      sessionKey: key,
      remoteAddress: clientOf(request).remoteAddress,
      userAgent: userAgentOf(request),
      bytes: player.bytesSinceReport,
    })
    player.bytesSinceReport = 0
  }

  function play(live: LiveRequest, stream: LiveStream): void {
    const { request } = live
    const response = live.response as FlvResponse
    response.writeHead(200, answerHeaders('video/x-flv', 'no-store', undefined))
    if (request.method === 'HEAD') {
      response.end()
      return
    }
    const viewer = new Viewer(request, response, dependencies.monotonic())
    const { tracks } = stream
    const has = (kind: string): boolean => tracks.length === 0 || tracks.some((track) => track.kind === kind)
    batch.add(viewer, flvHeader(has('video'), has('audio')))
    viewers.add(viewer)
    let isOver = false
    const stopWatching = dependencies.whileAllowed?.(live, () => response.destroy())
    response.once('close', () => {
      viewers.delete(viewer)
      isOver = true
      stopWatching?.()
      viewer.player?.stop()
      dependencies.viewers.leave(stream.id, 'http-flv', viewer.key)
    })
    response.on('drain', () => viewer.player?.onDrain())
    const player = new FlvPlayer(stream, dependencies.bodies, dependencies.limits, {
      get congested(): boolean {
        return viewer.congested
      },
      send(type, timestampMs, body) {
        const bytes = shared(type, timestampMs, body)
        batch.add(viewer, bytes)
        return bytes.length
      },
      canPlay: () => true,
      onUnplayable: () => undefined,
      onEnd() {
        isOver = true
        batch.flush(viewer)
        response.end()
      },
    })
    viewer.player = player
    if (isOver) player.stop()
    report(viewer)
  }

  function serve(live: LiveRequest): void {
    const { request, response, url } = live
    if (request.method === 'OPTIONS') {
      sendPreflight(response)
      return
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      sendMethodRejected(response)
      return
    }
    const name = url.stream
    const stream = dependencies.streams.find(name)
    if (stream === undefined) {
      sendProblem(response, dependencies.streams.status(name) ? 'play.not_live' : 'stream.not_found', { more: { stream: name } })
      return
    }
    if (request.method === 'GET') {
      const release = dependencies.clients.take('flvPlayers', clientOf(request).remoteAddress)
      if (release === undefined) {
        sendError(response, dependencies.clients.error('flvPlayers'))
        return
      }
      response.once('close', release)
    }
    const settle = (rejection: AppError | undefined): void => {
      if (rejection === undefined) play(live, stream)
      else sendProblem(response, rejection.code, { detail: rejection.message, more: { stream: name } })
    }
    const verdict = dependencies.mayWatch?.(stream, {
      protocol: 'http-flv',
      sessionKey: undefined,
      remoteAddress: clientOf(request).remoteAddress,
      userAgent: userAgentOf(request),
    })
    onVerdict(verdict, response, dependencies.log, settle)
  }

  return {
    resources: { flv: serve },
    stop() {
      clearInterval(timer)
      for (const { response } of viewers) response.end()
      viewers.clear()
    },
  }
}
