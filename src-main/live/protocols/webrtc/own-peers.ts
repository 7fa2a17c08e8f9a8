import { isFault } from '../../../formats/fault.ts'
import { FeedStream } from '../../../media/feed-stream.ts'
import type { IngestPacket } from '../../../media/ingest-packet.ts'
import { publisherCodec } from '../../../media/realtime/answer.ts'
import type { EngineHost } from '../../../media/realtime/engine-host.ts'
import { type OfferDescription, readOffer } from '../../../media/realtime/offer.ts'
import type { IceServer, SfuEngine } from '../../../media/realtime/sfu-engine.ts'
import type { MediaFeed, PrivatePeer, PrivatePeerEvents, PrivatePeers } from '../../../media/stream-carrier.ts'
import { AppError } from '../../../platform/errors.ts'
import { randomText } from '../../../platform/random-id.ts'

export interface OwnPeersDependencies {
  readonly engine: Pick<EngineHost, 'get' | 'running'>
  /** False where the operator has turned WebRTC off. */
  readonly enabled: boolean
  readonly iceServers: () => readonly IceServer[]
}

interface Own {
  readonly events: PrivatePeerEvents & { onPacket?(packet: IngestPacket): void }
  readonly endFeed: (() => void) | undefined
}

/** Sessions at a time: each is somebody whom the studio allowed. */
const maxPeers = 64

/**
 * WebRTC sessions beside those of streams. Each has a WebRTC room of its own with a name that nobody else learns, so that no URL of WHIP,
 * WHEP or signalling leads to it.
 */
export class OwnPeers implements PrivatePeers {
  readonly #dependencies: OwnPeersDependencies
  readonly #peers = new Map<string, Own>()

  constructor(dependencies: OwnPeersDependencies) {
    this.#dependencies = dependencies
  }

  async play(sdp: string, feed: MediaFeed, events: PrivatePeerEvents): Promise<PrivatePeer> {
    const offer = read(sdp)
    return this.#open(events, (engine, id) => {
      const endFeed = engine.feed({ room: id, stream: new FeedStream(id, feed) })
      return { endFeed, answer: () => engine.play({ sessionId: id, room: id, offer }) }
    })
  }

  async receive(sdp: string, events: PrivatePeerEvents & { onPacket(packet: IngestPacket): void }): Promise<PrivatePeer> {
    const offer = read(sdp)
    if (!offer.media.some((media) => publisherCodec(media) !== undefined)) throw new AppError('webrtc.no_codec')
    return this.#open(events, (engine, id) => ({
      endFeed: undefined,
      answer: () => engine.publish({ sessionId: id, room: id, offer }),
    }))
  }

  /** The engine reports an end. False if the session is not one of these. */
  closed(id: string): boolean {
    const own = this.#peers.get(id)
    if (own === undefined) return false
    this.#drop(id)
    own.events.onClosed()
    return true
  }

  /** A publisher's packet. False if the session is not one of these. */
  packet(id: string, packet: IngestPacket): boolean {
    const own = this.#peers.get(id)
    own?.events.onPacket?.(packet)
    return own !== undefined
  }

  stop(): void {
    for (const id of [...this.#peers.keys()]) this.#drop(id)
  }

  async #open(
    events: Own['events'],
    start: (
      engine: SfuEngine,
      id: string,
    ) => { readonly endFeed: Own['endFeed']; readonly answer: () => Promise<{ readonly sdp: string }> },
  ): Promise<PrivatePeer> {
    const { enabled, iceServers } = this.#dependencies
    if (!enabled) throw new AppError('webrtc.engine_down', 'WebRTC is turned off on this host (option webrtcPort)')
    if (this.#peers.size >= maxPeers) throw new AppError('webrtc.too_many_offers', undefined, { details: { retryAfter: 5 } })
    const engine = await this.#dependencies.engine.get()
    if (!engine.up) throw new AppError('webrtc.engine_down')
    const id = `own-${randomText(24)}`
    const { endFeed, answer } = start(engine, id)
    this.#peers.set(id, { events, endFeed })
    try {
      const { sdp } = await answer()
      return { sdp, iceServers: iceServers(), close: () => this.#close(id) }
    } catch (error) {
      this.#drop(id)
      throw error
    }
  }

  #close(id: string): void {
    if (!this.#peers.has(id)) return
    this.#drop(id)
    this.#dependencies.engine.running?.close(id)
  }

  #drop(id: string): void {
    const own = this.#peers.get(id)
    this.#peers.delete(id)
    own?.endFeed?.()
  }
}

function read(sdp: string): OfferDescription {
  const offer = readOffer(sdp)
  if (isFault(offer)) throw new AppError('webrtc.sdp_invalid', offer.fault)
  return offer
}
