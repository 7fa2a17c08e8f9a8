import { Type } from 'typebox'
import type { LiveStream } from '../../../media/live-stream.ts'
import { EngineHost } from '../../../media/realtime/engine-host.ts'
import { announcedAddresses, iceServersOf } from '../../../media/realtime/ice-servers.ts'
import type { PrivatePeers } from '../../../media/stream-carrier.ts'
import type { ClientLimits } from '../../../platform/http/client-limits.ts'
import type { Logger } from '../../../platform/logger.ts'
import { defineRoute } from '../../../platform/routes/routes.ts'
import type { MayWatch, WatchAccess } from '../../audience/viewer-admission.ts'
import type { ViewerRegistry } from '../../audience/viewer-registry.ts'
import type { PublishGate } from '../../hub/publishers/publisher.ts'
import type { StreamDirectory } from '../../hub/stream.ts'
import type { LiveConfig } from '../../live-config.ts'
import type { LivePart } from '../../live-part.ts'
import { createHttpEndpoint } from './http-endpoint.ts'
import { iceServerRoutes } from './ice-server-routes.ts'
import { OfferLimit } from './offer-limit.ts'
import { OwnPeers } from './own-peers.ts'
import { PeerSessions } from './peer-sessions.ts'
import { SignalSocket } from './signal-socket.ts'

export interface WebrtcDependencies {
  readonly config: Pick<LiveConfig, 'webrtcPort' | 'webrtcEngine' | 'webrtcAddresses' | 'iceServers' | 'turn'>
  /** IP address that the host's ports are bound to. */
  readonly bind: string
  readonly gate: PublishGate
  /** True for a stream key that a publisher may use now. */
  readonly isKey: (key: string, stream: string | undefined) => boolean
  readonly streams: StreamDirectory
  readonly known: (name: string) => boolean
  readonly onAir: (streamId: string) => string | undefined
  readonly viewers: ViewerRegistry
  readonly mayWatch: MayWatch
  readonly access: WatchAccess
  readonly realtime: (stream: LiveStream) => LiveStream
  readonly clients: ClientLimits
  readonly log: Logger
}

const WebrtcStateSchema = Type.Object({
  enabled: Type.Boolean(),
  engine: Type.Union([Type.Literal('mediasoup'), Type.Literal('node-datachannel')]),
  /** False before the first offer too. */
  running: Type.Boolean(),
  /** UDP; null before the engine runs where a free one is to be taken. */
  port: Type.Union([Type.Integer(), Type.Null()]),
  abilities: Type.Union([
    Type.Object({
      tcp: Type.Boolean(),
      iceLite: Type.Boolean(),
      iceRestart: Type.Boolean(),
      simulcast: Type.Boolean(),
      dataChannels: Type.Boolean(),
    }),
    Type.Null(),
  ]),
  sessions: Type.Integer(),
})

/** WHIP, WHEP and their signalling over a WebSocket; the media engine starts with the first offer. Throws `config.invalid`. */
export function createWebrtc(dependencies: WebrtcDependencies): LivePart & { readonly peers: PrivatePeers } {
  const { config, log } = dependencies
  const { webrtcPort } = config
  const enabled = webrtcPort !== 'off'
  const iceServers = iceServersOf(config)
  const engine: EngineHost = new EngineHost({
    choice: config.webrtcEngine,
    options: {
      bind: dependencies.bind,
      port: webrtcPort === 'off' ? 0 : webrtcPort,
      addresses: announcedAddresses(config.webrtcAddresses),
      iceServers: iceServers.fixed,
    },
    events: {
      onConnected: (id) => sessions.events.onConnected(id),
      onClosed(id, why) {
        if (!peers.closed(id)) sessions.events.onClosed(id, why)
      },
      onTrack: (id, track) => sessions.events.onTrack(id, track),
      onPacket(id, packet) {
        if (!peers.packet(id, packet)) sessions.events.onPacket(id, packet)
      },
      onFault: (id, message) => sessions.events.onFault(id, message),
      onWorker: (up) => sessions.events.onWorker(up),
    },
    log,
  })
  const sessions = new PeerSessions({ ...dependencies, engine, whileAllowed: dependencies.access.whileAllowed })
  const peers = new OwnPeers({ engine, enabled, iceServers: () => iceServers.ofSession() })
  const limit = new OfferLimit(() => performance.now())
  const endpoint = createHttpEndpoint({
    sessions,
    limit,
    iceServers,
    isKey: dependencies.isKey,
    viewerOf: dependencies.access.viewerOf,
    log,
  })
  const signal = new SignalSocket({ sessions, limit, iceServers, access: dependencies.access, clients: dependencies.clients, log })

  return {
    routes: [
      ...iceServerRoutes(iceServers, (id) => sessions.find(id) !== undefined),
      defineRoute({
        method: 'GET',
        path: '/live/webrtc',
        tag: 'live',
        summary: 'The WebRTC engine, its port and what it can',
        role: 'viewer',
        responses: { 200: WebrtcStateSchema },
        handler: () => ({
          body: {
            enabled,
            engine: engine.name,
            running: engine.running?.up ?? false,
            port: engine.running?.port ?? (webrtcPort === 'off' || webrtcPort === 0 ? null : webrtcPort),
            abilities: engine.running?.abilities ?? null,
            sessions: sessions.count,
          },
        }),
      }),
    ],
    async stop() {
      signal.stop()
      sessions.stop()
      peers.stop()
      await engine.stop()
    },
    peers,
    resources: enabled ? endpoint : {},
    upgrades: enabled ? { signal: (upgrade) => signal.handleUpgrade(upgrade) } : {},
  }
}
