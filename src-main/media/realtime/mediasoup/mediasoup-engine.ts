import type { WebRtcTransport } from 'mediasoup/types'
import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import { type AnswerSection, writeAnswer } from '../answer.ts'
import type { OfferDescription } from '../offer.ts'
import {
  CONNECT_MS,
  type FeedRequest,
  type LayerChoice,
  type PeerAnswer,
  type PeerOffer,
  type PeerStats,
  type SfuEngine,
  type SfuEvents,
  type SfuOptions,
} from '../sfu-engine.ts'
import { chooseCodec, producerCodecs, profileOf, usedExtensions } from './mediasoup-codecs.ts'
import { feedRoom } from './mediasoup-feed.ts'
import { MediasoupIngest } from './mediasoup-ingest.ts'
import { capabilitiesFor, encodingsOf, lowestFirst, transportOf } from './mediasoup-mapping.ts'
import { MediasoupProcess } from './mediasoup-process.ts'
import { type Room, type Session, statsOf } from './mediasoup-room.ts'
import { type PipedRoom, type ProfileRouter, type ProfileRouters, pipeRoom } from './mediasoup-routers.ts'
import { ownIps } from './own-ips.ts'

export interface MediasoupEngineDependencies {
  readonly options: SfuOptions
  readonly events: SfuEvents
  readonly log: Logger
  /** The program of mediasoup's worker, as `findMediasoupWorker` found it. */
  readonly workerFile: string
}

/** Feedback that mediasoup answers or sends. */
const feedback = ['nack', 'nack pli', 'ccm fir', 'goog-remb', 'transport-cc']
/** bit/s that a viewer is taken to carry until its transport-wide feedback tells. */
const FIRST_ESTIMATE = 2_000_000
/** s without an answered ICE check after which a peer counts as lost. */
const CONSENT_SECONDS = 10
/** A browser's first in-band data channel (RFC 8832): it is the DTLS client and so starts with stream 0. */
const DATA_STREAM = 0
const DATA_LABEL = 'data'
/** Kind of the message that announces a channel (RFC 8831). */
const OPEN_PPID = 50

/** The engine on mediasoup. */
export function createMediasoupEngine(dependencies: MediasoupEngineDependencies): SfuEngine {
  return new MediasoupEngine(dependencies)
}

/** mediasoup as the host's SFU: ICE-lite on one port, UDP and TCP, its worker a process that is started again when it dies. */
class MediasoupEngine implements SfuEngine {
  readonly name = 'mediasoup'
  readonly abilities = { tcp: true, iceLite: true, iceRestart: true, simulcast: true, dataChannels: true }
  readonly #dependencies: MediasoupEngineDependencies
  readonly #process: MediasoupProcess
  readonly #addresses: readonly string[]
  readonly #rooms = new Map<string, Room>()
  /** Fed rooms that are being made: their first viewer comes with them. */
  readonly #opening = new Map<string, Promise<Room | undefined>>()
  readonly #sessions = new Map<string, Session>()

  constructor(dependencies: MediasoupEngineDependencies) {
    this.#dependencies = dependencies
    const { bind, port, addresses } = dependencies.options
    this.#addresses = addresses.length === 0 && (bind === '0.0.0.0' || bind === '::') ? ownIps(bind) : addresses
    this.#process = new MediasoupProcess({
      workerFile: dependencies.workerFile,
      bind,
      port,
      log: dependencies.log,
      onDown: () => {
        for (const session of [...this.#sessions.values()]) this.#end(session, 'worker-lost')
        this.#rooms.clear()
        dependencies.events.onWorker(false)
      },
      onUp: () => dependencies.events.onWorker(true),
    })
  }

  get port(): number {
    return this.#process.port
  }

  get up(): boolean {
    return this.#process.routers !== undefined
  }

  start(): Promise<void> {
    return this.#process.start()
  }

  async stop(): Promise<void> {
    for (const session of [...this.#sessions.values()]) this.#end(session, 'closed')
    this.#rooms.clear()
    this.#process.stop()
  }

  async publish({ sessionId, room: name, offer }: PeerOffer): Promise<PeerAnswer> {
    const routers = this.#routers()
    const { home } = routers
    const chosen = offer.media.map((media) => ({ media, codec: media.direction === 'inactive' ? undefined : chooseCodec(media) }))
    if (chosen.every((each) => each.codec === undefined)) throw new AppError('webrtc.no_codec')
    const room = await this.#makeRoom(home, name)
    const transport = await this.#transport(routers, home, offer).catch((error: unknown) => {
      room.data.close()
      throw error
    })
    const session = this.#enter(sessionId, room, transport, home, true)
    room.publisher = session
    try {
      const sections: AnswerSection[] = []
      for (const { media, codec } of chosen) {
        if (codec === undefined || room.producers.some((each) => each.kind === media.kind)) continue
        const extensions = media.extensions.filter((each) => usedExtensions.has(each.uri))
        const rids = media.kind === 'video' ? lowestFirst(offer, media.mid, media.rids) : []
        const codecs = producerCodecs(codec, media.kind)
        const producer = await transport.produce({
          kind: media.kind,
          keyFrameRequestDelay: 500,
          rtpParameters: {
            mid: media.mid,
            codecs,
            headerExtensions: extensions.map(({ id, uri }) => ({ id, uri: uri as never })),
            encodings: rids.length > 0 ? rids.map((rid) => ({ rid, scalabilityMode: 'L1T1' })) : encodingsOf(offer, media.mid, media.ssrcs),
            rtcp: { cname: name.slice(0, 64) },
          },
        })
        room.producers.push(producer)
        if (rids.length > 0) room.rids = rids
        sections.push({
          mid: media.mid,
          direction: 'recvonly',
          codec,
          feedback,
          extensions,
          ...(codec.rtx === undefined ? {} : { rtx: codec.rtx }),
          rids: media.kind === 'video' ? media.rids : [],
        })
      }
      if (offer.dataMid !== undefined) await this.#takeData(session)
      this.#rooms.set(name, room)
      session.ingest = await MediasoupIngest.open(home, room.producers, {
        onTrack: (track) => this.#dependencies.events.onTrack(sessionId, track),
        onPacket: (packet) => this.#dependencies.events.onPacket(sessionId, packet),
        onFault: (message) => this.#dependencies.events.onFault(sessionId, message),
      })
      return { sdp: writeAnswer(offer, sections, transportOf(transport, offer, this.#addresses), true) }
    } catch (cause) {
      this.#end(session, 'never-connected')
      throw cause instanceof AppError ? cause : new AppError('webrtc.sdp_invalid', (cause as Error).message, { cause })
    }
  }

  async play({ sessionId, room: name, offer }: PeerOffer): Promise<PeerAnswer> {
    const routers = this.#routers()
    const room = this.#rooms.get(name) ?? (await this.#opening.get(name))
    if (room === undefined) throw new AppError('play.not_live')
    const profile = profileOf(offer)
    const router = await routers.forProfile(profile)
    const transport = await this.#transport(routers, router, offer)
    const session = this.#enter(sessionId, room, transport, router, false)
    try {
      const piped = await this.#roomOn(room, routers, router)
      const sections: AnswerSection[] = []
      for (const media of offer.media) {
        const producer = piped.producers.find((each) => each.kind === media.kind)
        const codec = chooseCodec(media)
        if (producer === undefined || codec === undefined || media.direction === 'sendonly' || media.direction === 'inactive') continue
        if (sections.some((each) => each.codec.name === codec.name)) continue
        const capabilities = capabilitiesFor(router, media.kind, codec, media.extensions)
        const consumer = await transport.consume({ producerId: producer.id, mid: media.mid, rtpCapabilities: capabilities })
        session.consumers.push(consumer)
        const { encodings = [], headerExtensions = [], codecs } = consumer.rtpParameters
        const [encoding] = encodings
        const usesRtx = encoding?.rtx !== undefined && codecs.some((each) => each.payloadType === profile.rtx)
        sections.push({
          mid: media.mid,
          direction: 'sendonly',
          codec,
          feedback: (codecs[0]?.rtcpFeedback ?? []).map((each) => (each.parameter ? `${each.type} ${each.parameter}` : each.type)),
          extensions: headerExtensions.map(({ id, uri }) => ({ id, uri })),
          ...(usesRtx && profile.rtx !== undefined ? { rtx: profile.rtx } : {}),
          source: {
            ssrc: encoding?.ssrc ?? 0,
            cname: 'ami-streams',
            stream: 'live',
            ...(usesRtx && encoding?.rtx !== undefined ? { rtxSsrc: encoding.rtx.ssrc } : {}),
          },
        })
      }
      if (sections.length === 0) throw new AppError('webrtc.no_codec')
      if (offer.dataMid !== undefined && piped.data !== undefined) {
        await transport.consumeData({ dataProducerId: piped.data.id, ordered: true })
        await this.#takeData(session)
      }
      return { sdp: writeAnswer(offer, sections, transportOf(transport, offer, this.#addresses), true) }
    } catch (cause) {
      this.#end(session, 'never-connected')
      throw cause instanceof AppError ? cause : new AppError('webrtc.sdp_invalid', (cause as Error).message, { cause })
    }
  }

  feed({ room: name, stream }: FeedRequest): () => void {
    const { routers } = this.#process
    if (routers === undefined) return () => undefined
    let isOver = false
    let end: (() => void) | undefined
    const opening = this.#openFeed(routers.home, name, stream).then(
      ({ room, stop }) => {
        end = stop
        if (isOver) stop()
        return isOver ? undefined : room
      },
      (error: Error) => {
        this.#dependencies.log.warn({ room: name, error: error.message }, 'a stream could not be given to WebRTC')
        return undefined
      },
    )
    this.#opening.set(name, opening)
    void opening.then(() => {
      if (this.#opening.get(name) === opening) this.#opening.delete(name)
    })
    return () => {
      if (isOver) return
      isOver = true
      end?.()
    }
  }

  async restartIce(sessionId: string): Promise<string> {
    const session = this.#sessions.get(sessionId)
    if (session === undefined) throw new AppError('webrtc.session_unknown')
    const { usernameFragment, password } = await session.transport.restartIce()
    return `a=ice-lite\r\na=ice-ufrag:${usernameFragment}\r\na=ice-pwd:${password}\r\n`
  }

  requestKeyframe(room: string): void {
    this.#rooms.get(room)?.publisher?.ingest?.requestKeyframe()
  }

  chooseLayer(sessionId: string, choice: LayerChoice): void {
    const session = this.#sessions.get(sessionId)
    if (session === undefined) return
    const { rids } = session.room
    const wanted = choice.rid === undefined ? rids.length - 1 : rids.indexOf(choice.rid)
    if (wanted < 0) return
    for (const consumer of session.consumers) {
      if (consumer.type === 'simulcast') consumer.setPreferredLayers({ spatialLayer: wanted }).catch(() => undefined)
    }
  }

  stats(): Promise<readonly PeerStats[]> {
    return Promise.all([...this.#sessions.values()].map((session) => statsOf(session)))
  }

  close(sessionId: string): void {
    const session = this.#sessions.get(sessionId)
    if (session !== undefined) this.#end(session, 'closed')
  }

  #routers(): ProfileRouters {
    const { routers } = this.#process
    if (routers === undefined) throw new AppError('webrtc.engine_down')
    return routers
  }

  async #transport(routers: ProfileRouters, router: ProfileRouter, offer: OfferDescription): Promise<WebRtcTransport> {
    const transport = await router.router.createWebRtcTransport({
      webRtcServer: routers.server,
      enableUdp: true,
      enableTcp: true,
      preferUdp: true,
      enableSctp: offer.dataMid !== undefined,
      initialAvailableOutgoingBitrate: FIRST_ESTIMATE,
      iceConsentTimeout: CONSENT_SECONDS,
    })
    const { algorithm, value } = offer.fingerprint
    try {
      await transport.connect({
        dtlsParameters: {
          role: offer.setup === 'passive' ? 'server' : 'client',
          fingerprints: [{ algorithm: algorithm.toLowerCase() as 'sha-256', value }],
        },
      })
    } catch (cause) {
      transport.close()
      throw new AppError('webrtc.sdp_invalid', `The offer's fingerprint is not usable: ${(cause as Error).message}`, { cause })
    }
    return transport
  }

  #enter(id: string, room: Room, transport: WebRtcTransport, router: ProfileRouter, publishes: boolean): Session {
    const { events } = this.#dependencies
    const session: Session = { id, room, transport, router, publishes, consumers: [], connected: false, connectTimer: undefined }
    session.connectTimer = setTimeout(() => this.#end(session, 'never-connected'), CONNECT_MS)
    this.#sessions.set(id, session)
    room.sessions.add(session)
    router.viewers++
    transport.on('dtlsstatechange', (state) => {
      if (state === 'connected' && !session.connected) {
        clearTimeout(session.connectTimer)
        session.connected = true
        events.onConnected(id)
      } else if (state === 'closed') this.#end(session, 'left')
      else if (state === 'failed') this.#end(session, session.connected ? 'lost' : 'never-connected')
    })
    transport.on('icestatechange', (state) => {
      if (state === 'disconnected') this.#end(session, 'lost')
    })
    return session
  }

  #end(session: Session, why: Parameters<SfuEvents['onClosed']>[1]): void {
    if (!this.#sessions.delete(session.id)) return
    clearTimeout(session.connectTimer)
    session.router.viewers--
    session.router.idleSince = performance.now()
    session.room.sessions.delete(session)
    session.ingest?.close()
    session.transport.close()
    if (session.publishes) this.#closeRoom(session.room)
    this.#dependencies.events.onClosed(session.id, why)
  }

  async #makeRoom(home: ProfileRouter, name: string): Promise<Room> {
    const data = await home.direct.produceData({ label: DATA_LABEL })
    return { name, producers: [], rids: [], data, piped: new Map(), sessions: new Set() }
  }

  /** Its viewers are closed with it. */
  #closeRoom(room: Room): void {
    if (this.#rooms.get(room.name) === room) this.#rooms.delete(room.name)
    for (const session of [...room.sessions]) this.#end(session, 'closed')
    for (const producer of room.producers) producer.close()
    room.data.close()
  }

  async #openFeed(home: ProfileRouter, name: string, stream: FeedRequest['stream']): Promise<{ room: Room; stop: () => void }> {
    const room = await this.#makeRoom(home, name)
    const feed = await feedRoom(home.direct, stream)
    room.producers.push(...feed.producers)
    this.#rooms.set(name, room)
    const stop = () => {
      feed.stop()
      this.#closeRoom(room)
    }
    return { room, stop }
  }

  #roomOn(room: Room, routers: ProfileRouters, router: ProfileRouter): Promise<PipedRoom> {
    const known = room.piped.get(router)
    if (known !== undefined) return known
    const piped = pipeRoom(routers.home.router, router.router, room.producers, room.data)
    room.piped.set(router, piped)
    piped.catch(() => room.piped.delete(router))
    return piped
  }

  /** Takes what the peer sends over its data channel; a publisher's messages go on to the viewers, others to nobody. */
  async #takeData({ room, router, transport, publishes }: Session): Promise<void> {
    const producer = await transport.produceData({ sctpStreamParameters: { streamId: DATA_STREAM, ordered: true }, label: DATA_LABEL })
    if (!publishes) return
    const consumer = await router.direct.consumeData({ dataProducerId: producer.id })
    consumer.on('message', (bytes, ppid) => {
      // The browser's announcement of its channel (RFC 8832); the channel is known without it.
      if (ppid !== OPEN_PPID && room.data?.closed === false) room.data.send(bytes, ppid)
    })
  }
}
