import type { Consumer, DataProducer, Producer, WebRtcTransport } from 'mediasoup/types'
import type { PeerStats } from '../sfu-engine.ts'
import type { MediasoupIngest } from './mediasoup-ingest.ts'
import type { PipedRoom, ProfileRouter } from './mediasoup-routers.ts'

/** One peer's connection. */
export interface Session {
  readonly id: string
  readonly room: Room
  readonly transport: WebRtcTransport
  readonly router: ProfileRouter
  readonly publishes: boolean
  readonly consumers: Consumer[]
  ingest?: MediasoupIngest
  connected: boolean
  connectTimer: NodeJS.Timeout | undefined
}

/** What one publisher sends, or the host feeds, and all who play it. */
export interface Room {
  readonly name: string
  readonly producers: Producer[]
  /** Rids of the video, lowest encoding first: mediasoup's spatial layers. */
  rids: readonly string[]
  /** What goes to the viewers' data channels; the host writes it. */
  readonly data: DataProducer
  readonly piped: Map<ProfileRouter, Promise<PipedRoom>>
  readonly sessions: Set<Session>
  publisher?: Session
}

/** What a connection carried. */
export async function statsOf(session: Session): Promise<PeerStats> {
  const empty = { sessionId: session.id, connected: session.connected, bytesIn: 0, bytesOut: 0, packetsLost: 0, nacks: 0, plis: 0 }
  try {
    const [[transport], streams] = await Promise.all([
      session.transport.getStats(),
      session.publishes
        ? Promise.all(session.room.producers.map((each) => each.getStats())).then((lists) => lists.flat())
        : Promise.all(session.consumers.map((each) => each.getStats())).then((lists) =>
            lists.flat().filter((each) => each.type === 'outbound-rtp'),
          ),
    ])
    const tuple = transport?.iceSelectedTuple
    const trips = streams.map((each) => each.roundTripTime ?? 0).filter((each) => each > 0)
    const current = session.consumers.find((each) => each.type === 'simulcast')?.currentLayers
    const layer = current && session.room.rids[current.spatialLayer]
    return {
      ...empty,
      ...(tuple === undefined ? {} : { transport: tuple.protocol, remoteAddress: `${tuple.remoteIp}:${tuple.remotePort}` }),
      bytesIn: transport?.bytesReceived ?? 0,
      bytesOut: transport?.bytesSent ?? 0,
      packetsLost: streams.reduce((sum, each) => sum + each.packetsLost, 0),
      nacks: streams.reduce((sum, each) => sum + each.nackCount, 0),
      plis: streams.reduce((sum, each) => sum + each.pliCount, 0),
      ...(trips.length === 0 ? {} : { roundTripMs: Math.max(...trips) }),
      ...(transport?.availableOutgoingBitrate === undefined ? {} : { availableBitrate: transport.availableOutgoingBitrate }),
      ...(layer === undefined ? {} : { layer }),
    }
  } catch {
    // It closed while it was asked.
    return empty
  }
}
