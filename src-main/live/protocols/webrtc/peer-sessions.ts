import { isFault } from '../../../formats/fault.ts'
import type { LiveStream } from '../../../media/live-stream.ts'
import { publisherCodec } from '../../../media/realtime/answer.ts'
import type { EngineHost } from '../../../media/realtime/engine-host.ts'
import { type OfferDescription, readOffer } from '../../../media/realtime/offer.ts'
import type { LayerChoice, PeerStats, SfuEngine, SfuEvents } from '../../../media/realtime/sfu-engine.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import { bareIp } from '../../../platform/net/ip-address.ts'
import { randomText } from '../../../platform/random-id.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import type { MayWatch, WatchRequest, WhileAllowed } from '../../audience/viewer-admission.ts'
import type { ViewerRegistry } from '../../audience/viewer-registry.ts'
import type { Publication, PublishGate } from '../../hub/publishers/publisher.ts'
import type { StreamDirectory } from '../../hub/stream.ts'
import { FedRooms } from './fed-rooms.ts'

/** Who offers: what HTTP or the WebSocket knows of them. */
export interface Offerer {
  /** `HOST:PORT`. */
  readonly remoteAddress: string
  readonly userAgent: string
  readonly sdp: string
  /** `session` of our own player's URL: counts its connections, one after the other, as one viewer. */
  readonly viewer?: string | undefined
  /** Who watches, as the rules of access see it; they go on to be asked. */
  readonly watcher?: WatchRequest
}

export interface PeerSessionsDependencies {
  readonly engine: EngineHost
  readonly gate: PublishGate
  readonly streams: StreamDirectory
  /** True where the name is known though nothing is live. */
  readonly known: (name: string) => boolean
  /** Session id of the WHIP publisher that is on air on that stream, if one is. */
  readonly onAir: (streamId: string) => string | undefined
  readonly viewers: ViewerRegistry
  readonly mayWatch: MayWatch
  readonly whileAllowed: WhileAllowed
  readonly realtime: (stream: LiveStream) => LiveStream
  readonly log: Logger
}

/** A session as its endpoints see it. */
export interface PeerSession {
  readonly id: string
  readonly role: 'publish' | 'play'
  readonly streamName: string
  /** Changes with an ICE restart. */
  etag: string
  iceUfrag: string
  connected: boolean
}

interface Kept extends PeerSession {
  readonly streamId: string
  readonly offerer: Offerer
  publication?: Publication
  /** WebRTC room of a fed stream that it joined. */
  fed?: string
  bytesReported: number
  counted: boolean
  stopWatching?: () => void
  listener: ((state: 'connected' | 'closed', why?: string) => void) | undefined
}

const STATS_MS = 1000
/** Sessions that are answered and not connected yet, of all IP addresses together. */
const MAX_PENDING = 1000

/** All WebRTC sessions of the host: accepted, joined to streams and viewers, dropped. What comes of HTTP or WebSocket ends here. */
export class PeerSessions {
  readonly #dependencies: PeerSessionsDependencies
  readonly #sessions = new Map<string, Kept>()
  readonly #fed: FedRooms
  #pending = 0
  #timer: NodeJS.Timeout | undefined
  #stats: readonly PeerStats[] = []

  constructor(dependencies: PeerSessionsDependencies) {
    this.#dependencies = dependencies
    this.#fed = new FedRooms(dependencies.realtime)
  }

  /** Events of the engine. */
  readonly events: SfuEvents = {
    onConnected: (id) => this.#connected(id),
    onClosed: (id, why) => this.#closed(id, why),
    onTrack: (id, track) => this.#sessions.get(id)?.publication?.setTrack(track),
    onPacket: (id, packet) => this.#sessions.get(id)?.publication?.write(packet),
    onFault: (id, message) => this.#sessions.get(id)?.publication?.report(new AppError('ingest.media', message)),
    onWorker: (up) => {
      if (!up) this.#fed.clear()
    },
  }

  /** Lets a publisher in: `name` and `query` as the publish gate knows them. Rejects with AppError. */
  async publish(offerer: Offerer, name: string, query: ReadonlyMap<string, string>): Promise<{ session: PeerSession; sdp: string }> {
    this.#room()
    const offer = read(offerer.sdp)
    for (const media of offer.media) {
      if (media.direction === 'recvonly' || media.direction === 'inactive' || publisherCodec(media) !== undefined) continue
      throw new AppError('webrtc.no_codec', `Of the ${media.kind} codecs offered, none is supported`)
    }
    const engine = await this.#engine()
    const id = randomText(24)
    const publication = await this.#dependencies.gate.open({
      sessionId: id,
      protocol: 'whip',
      remoteAddress: offerer.remoteAddress,
      app: 'live',
      name,
      query,
      encoder: offerer.userAgent.slice(0, 200),
      disconnect: () => this.close(id),
    })
    const session = this.#hold(id, 'publish', publication.streamName, publication.streamId, offerer, offer)
    session.publication = publication
    try {
      const { sdp } = await engine.publish({ sessionId: id, room: id, offer })
      return { session, sdp }
    } catch (error) {
      this.#forget(session, 'lost', error instanceof AppError ? error : undefined)
      throw error
    }
  }

  /** Lets a viewer in. Rejects with AppError. */
  async play(offerer: Offerer, name: string): Promise<{ session: PeerSession; sdp: string }> {
    this.#room()
    const offer = read(offerer.sdp)
    const stream = this.#dependencies.streams.find(name)
    if (stream === undefined) throw new AppError(this.#dependencies.known(name) ? 'stream.not_live' : 'stream.not_found')
    const id = randomText(24)
    const { remoteAddress, userAgent } = offerer
    const rejection = await this.#dependencies.mayWatch(stream, {
      protocol: 'webrtc',
      sessionKey: offerer.viewer ?? id,
      remoteAddress: bareIp(remoteAddress),
      userAgent,
    })
    if (rejection !== undefined) throw rejection
    const engine = await this.#engine()
    const session = this.#hold(id, 'play', name, stream.id, offerer, offer)
    if (offerer.watcher !== undefined) {
      session.stopWatching = this.#dependencies.whileAllowed(offerer.watcher, (refused) => this.close(id, refused.code))
    }
    try {
      return { session, sdp: await this.#answer(engine, session, stream, offer) }
    } catch (error) {
      this.#forget(session, 'lost')
      throw error
    }
  }

  find(id: string): PeerSession | undefined {
    return this.#sessions.get(id)
  }

  get count(): number {
    return this.#sessions.size
  }

  /** Calls back when the session connects and when it is over. One listener. */
  watch(id: string, listener: (state: 'connected' | 'closed', why?: string) => void): void {
    const session = this.#sessions.get(id)
    if (session !== undefined) session.listener = listener
  }

  /** Resolves to our new credentials as an SDP fragment. */
  async restartIce(id: string, remote: { readonly ufrag: string; readonly pwd: string }): Promise<string> {
    const session = this.#sessions.get(id)
    const engine = this.#dependencies.engine.running
    if (session === undefined || engine === undefined) throw new AppError('webrtc.session_unknown')
    const fragment = await engine.restartIce(id, remote)
    session.iceUfrag = remote.ufrag
    session.etag = `"${randomText(8)}"`
    return fragment
  }

  chooseLayer(id: string, choice: LayerChoice): void {
    this.#dependencies.engine.running?.chooseLayer(id, choice)
  }

  /** Figures of one session, at most a second old. */
  stats(id: string): PeerStats | undefined {
    return this.#stats.find((each) => each.sessionId === id)
  }

  /** Ends a session as its peer asks, or for another reason. */
  close(id: string, why = 'closed'): void {
    const session = this.#sessions.get(id)
    if (session === undefined) return
    // First, since the engine may report the end at once, which would count as a loss.
    this.#forget(session, 'unpublish')
    this.#dependencies.engine.running?.close(id)
    session.listener?.('closed', why)
  }

  /** Ends what is published to and played of a stream. */
  closeStream(name: string): void {
    for (const { id, streamName } of [...this.#sessions.values()]) if (streamName === name) this.close(id)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    for (const session of [...this.#sessions.values()]) this.#forget(session, 'lost')
    this.#fed.clear()
  }

  /** Throws `webrtc.too_many_offers` where too many are pending. */
  #room(): void {
    if (this.#pending >= MAX_PENDING) throw new AppError('webrtc.too_many_offers', undefined, { details: { retryAfter: 5 } })
  }

  async #engine(): Promise<SfuEngine> {
    const engine = await this.#dependencies.engine.get()
    if (!engine.up) throw new AppError('webrtc.engine_down')
    return engine
  }

  /** Straight from a WHIP publisher where the viewer can take what it sends; else from the stream's packets. */
  async #answer(engine: SfuEngine, session: Kept, stream: LiveStream, offer: OfferDescription): Promise<string> {
    const publisher = this.#dependencies.onAir(stream.id)
    const direct = publisher === undefined ? undefined : this.#sessions.get(publisher)
    if (direct?.connected === true) {
      try {
        return (await engine.play({ sessionId: session.id, room: direct.id, offer })).sdp
      } catch (error) {
        if (!(error instanceof AppError) || (error.code !== 'webrtc.no_codec' && error.code !== 'stream.not_live')) throw error
      }
    }
    session.fed = this.#fed.join(engine, stream)
    return (await engine.play({ sessionId: session.id, room: session.fed, offer })).sdp
  }

  #hold(id: string, role: 'publish' | 'play', streamName: string, streamId: string, offerer: Offerer, offer: OfferDescription): Kept {
    const session: Kept = {
      id,
      role,
      streamName,
      streamId,
      offerer: { ...offerer, sdp: '' },
      etag: `"${randomText(8)}"`,
      iceUfrag: offer.iceUfrag,
      connected: false,
      bytesReported: 0,
      counted: false,
      listener: undefined,
    }
    this.#sessions.set(id, session)
    this.#pending++
    this.#timer ??= repeat(STATS_MS, () => this.#measure())
    return session
  }

  #connected(id: string): void {
    const session = this.#sessions.get(id)
    if (session === undefined || session.connected) return
    session.connected = true
    this.#pending--
    if (session.role === 'play') this.#notify(session, 0)
    session.listener?.('connected')
  }

  #closed(id: string, why: string): void {
    const session = this.#sessions.get(id)
    if (session === undefined) return
    this.#forget(session, 'lost')
    session.listener?.('closed', why)
  }

  #forget(session: Kept, how: 'unpublish' | 'lost', reason?: AppError): void {
    if (!this.#sessions.delete(session.id)) return
    if (!session.connected) this.#pending--
    session.stopWatching?.()
    session.publication?.close(how, reason)
    if (session.fed !== undefined) this.#fed.leave(session.fed)
    if (session.counted && !this.#playsOn(session)) this.#dependencies.viewers.leave(session.streamId, 'webrtc', viewerOf(session))
    if (this.#sessions.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** True where the viewer has connected again before its old connection was given up. */
  #playsOn({ streamId, offerer: { viewer } }: Kept): boolean {
    if (viewer === undefined) return false
    for (const each of this.#sessions.values()) if (each.offerer.viewer === viewer && each.streamId === streamId) return true
    return false
  }

  async #measure(): Promise<void> {
    this.#stats = (await this.#dependencies.engine.running?.stats().catch(() => [])) ?? []
    for (const stats of this.#stats) {
      const session = this.#sessions.get(stats.sessionId)
      if (session === undefined || session.role !== 'play' || !session.connected) continue
      const bytes = Math.max(0, stats.bytesOut - session.bytesReported)
      session.bytesReported = stats.bytesOut
      this.#notify(session, bytes, stats.layer)
    }
  }

  #notify(session: Kept, bytes: number, layer?: string): void {
    const { remoteAddress, userAgent } = session.offerer
    session.counted = true
    this.#dependencies.viewers.active({
      streamId: session.streamId,
      protocol: 'webrtc',
      sessionKey: viewerOf(session),
      remoteAddress,
      userAgent,
      bytes,
      rendition: layer === undefined ? 'v0' : `v-${layer}`,
    })
  }
}

function viewerOf(session: Kept): string {
  return session.offerer.viewer ?? session.id
}

function read(sdp: string): OfferDescription {
  const offer = readOffer(sdp)
  if (isFault(offer)) throw new AppError('webrtc.sdp_invalid', offer.fault)
  return offer
}
