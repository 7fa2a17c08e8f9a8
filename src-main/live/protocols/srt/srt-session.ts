import type { LiveStream } from '../../../media/live-stream.ts'
import { AppError } from '../../../platform/errors.ts'
import type { ViewerRegistry } from '../../audience/viewer-registry.ts'
import type { Publication } from '../../hub/publishers/publisher.ts'
import { TransportStreamPublisher } from '../mpegts/transport-stream-publisher.ts'
import { SrtPlayer } from './srt-player.ts'
import type { SrtConnectionInfo } from './srt-schemas.ts'
import type { SrtConnection } from './transport/connection.ts'

/** A caller that was accepted. */
export interface SrtSession {
  readonly id: string
  readonly remoteAddress: string
  /** Once a second. */
  tick(): void
  describe(): SrtConnectionInfo
  /** The connection is over. */
  onGone(how: 'unpublish' | 'lost'): void
}

/** A caller that publishes: its payload is a transport stream. */
export class PublishingSession implements SrtSession {
  readonly id: string
  readonly remoteAddress: string
  readonly #connection: SrtConnection
  readonly #publication: Publication
  readonly #media: TransportStreamPublisher
  readonly #idleMs: number
  #reason: AppError | undefined
  #bytes = 0
  #heardMs = performance.now()

  constructor(id: string, connection: SrtConnection, publication: Publication, idleMs: number, onRejection: (reason: AppError) => void) {
    this.id = id
    this.remoteAddress = connection.remoteAddress
    this.#connection = connection
    this.#publication = publication
    this.#idleMs = idleMs
    this.#media = new TransportStreamPublisher(publication, (reason) => {
      if (this.#reason !== undefined) return
      onRejection(reason)
      this.disconnect(reason)
    })
    connection.onMessage = (payload) => this.#media.push(payload)
  }

  /** Ends the connection from our side. Idempotent. */
  disconnect(reason: AppError): void {
    this.#reason ??= reason
    this.#connection.close()
  }

  tick(): void {
    const { bytesReceived } = this.#connection.statistics()
    const nowMs = performance.now()
    if (bytesReceived !== this.#bytes) this.#heardMs = nowMs
    this.#bytes = bytesReceived
    if (nowMs - this.#heardMs > this.#idleMs) this.disconnect(new AppError('ingest.timeout', 'The publisher sends nothing'))
  }

  describe(): SrtConnectionInfo {
    const statistics = this.#connection.statistics()
    return {
      ...facts(this.id, 'publish', this.#publication, this.#connection),
      packets: statistics.packetsReceived,
      bytes: statistics.bytesReceived,
      lost: statistics.lost,
      retransmitted: statistics.retransmitted,
      dropped: statistics.dropped + statistics.undecrypted,
    }
  }

  onGone(how: 'unpublish' | 'lost'): void {
    this.#media.end()
    this.#publication.close(this.#reason ? 'lost' : how, this.#reason)
  }
}

/** A caller that plays. */
export class PlayingSession implements SrtSession {
  readonly id: string
  readonly remoteAddress: string
  /** Called when the connection is over. */
  stopWatching: (() => void) | undefined
  readonly #connection: SrtConnection
  readonly #stream: LiveStream
  readonly #viewers: ViewerRegistry
  readonly #player: SrtPlayer
  readonly #encoder: string

  constructor(id: string, connection: SrtConnection, stream: LiveStream, viewers: ViewerRegistry, encoder: string, maxQueued: number) {
    this.id = id
    this.remoteAddress = connection.remoteAddress
    this.#connection = connection
    this.#stream = stream
    this.#viewers = viewers
    this.#encoder = encoder
    this.#player = new SrtPlayer(stream, connection, maxQueued, () => connection.finish())
    this.tick()
  }

  tick(): void {
    this.#viewers.active({
      streamId: this.#stream.id,
      protocol: 'srt',
      sessionKey: this.id,
      remoteAddress: this.remoteAddress,
      userAgent: this.#encoder,
      bytes: this.#player.bytesSinceReport,
    })
    this.#player.bytesSinceReport = 0
  }

  describe(): SrtConnectionInfo {
    const statistics = this.#connection.statistics()
    return {
      ...facts(this.id, 'play', { streamId: this.#stream.id, streamName: this.#stream.name }, this.#connection),
      packets: statistics.packetsSent,
      bytes: statistics.bytesSent,
      lost: 0,
      retransmitted: statistics.sentAgain,
      dropped: statistics.sendDropped,
    }
  }

  onGone(): void {
    this.stopWatching?.()
    this.#player.stop()
    this.#viewers.leave(this.#stream.id, 'srt', this.id)
  }
}

function facts(id: string, role: 'publish' | 'play', stream: { streamId: string; streamName: string }, connection: SrtConnection) {
  const { rttMs, latencyMs } = connection.statistics()
  const { remoteAddress, encrypted } = connection
  return { id, role, streamId: stream.streamId, streamName: stream.streamName, remoteAddress, encrypted, rttMs, latencyMs }
}
