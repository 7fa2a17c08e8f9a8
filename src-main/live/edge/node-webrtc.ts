import { EngineHost } from '../../media/realtime/engine-host.ts'
import { announcedAddresses, iceServersOf } from '../../media/realtime/ice-servers.ts'
import { AppError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { bareIp } from '../../platform/net/ip-address.ts'
import type { WhileAllowed } from '../audience/viewer-admission.ts'
import type { ViewerRequest } from '../audience/viewer-book.ts'
import type { ResourceHandlers } from '../http/resources.ts'
import type { LiveConfig } from '../live-config.ts'
import type { AccessHttp } from '../policy/access/access-http.ts'
import { createHttpEndpoint } from '../protocols/webrtc/http-endpoint.ts'
import { OfferLimit } from '../protocols/webrtc/offer-limit.ts'
import { PeerSessions } from '../protocols/webrtc/peer-sessions.ts'
import type { PacketRuns } from './packet-runs.ts'

/** How a node sends WebRTC media: the options of a host. */
export interface NodeWebrtcOptions extends Pick<LiveConfig, 'webrtcEngine' | 'webrtcAddresses' | 'iceServers' | 'turn'> {
  /** UDP; 0 takes a free one. */
  readonly webrtcPort: number
  /** IP address that it is bound to. */
  readonly bind: string
}

export interface NodeWebrtcDependencies {
  readonly options: NodeWebrtcOptions
  readonly runs: PacketRuns
  readonly viewerOf: AccessHttp['viewerOf']
  readonly whileAllowed: WhileAllowed
  /** Somebody watches a stream: it is still wanted. */
  readonly onWatched: (stream: string) => void
  readonly seen: (run: { readonly name: string; readonly epoch: string }, request: ViewerRequest) => void
  readonly left: (stream: string, session: string) => void
  readonly log: Logger
}

/** WebRTC viewers of a node: each gets what the origin sends the node once, from an engine here. */
export interface NodeWebrtc {
  /** WHEP. */
  readonly resources: ResourceHandlers
  /** True for a session that is here: the origin has others. */
  has(session: string): boolean
  /** Sessions, connected or on their way. */
  readonly viewers: number
  /** UDP; null before the engine runs. */
  readonly port: number | null
  /** Ends what is played of a stream. */
  end(stream: string): void
  stop(): Promise<void>
}

/** Creates it; its engine starts with the first offer. Throws `config.invalid`. */
export function createNodeWebrtc(dependencies: NodeWebrtcDependencies): NodeWebrtc {
  const { options, runs, log } = dependencies
  const iceServers = iceServersOf(options)
  const engine: EngineHost = new EngineHost({
    choice: options.webrtcEngine,
    options: {
      bind: options.bind,
      port: options.webrtcPort,
      addresses: announcedAddresses(options.webrtcAddresses),
      iceServers: iceServers.fixed,
    },
    events: {
      onConnected: (id) => sessions.events.onConnected(id),
      onClosed: (id, why) => sessions.events.onClosed(id, why),
      onTrack() {},
      onPacket() {},
      onFault() {},
      onWorker: (up) => sessions.events.onWorker(up),
    },
    log,
  })
  const sessions = new PeerSessions({
    engine,
    gate: { open: () => Promise.reject(new AppError('network.not_served')) },
    streams: { find: (name) => runs.find(name), status: () => undefined, onActive: () => () => undefined },
    known: () => true,
    onAir: () => undefined,
    viewers: {
      active({ streamId, sessionKey, remoteAddress, userAgent, bytes, rendition }) {
        const run = runs.ofId(streamId)
        if (run === undefined) return
        dependencies.onWatched(run.name)
        const request = { remoteAddress: bareIp(remoteAddress), userAgent, session: sessionKey, hint: 'webrtc', rendition, bytes } as const
        dependencies.seen(run, request)
      },
      leave(streamId, _protocol, sessionKey) {
        const run = runs.ofId(streamId)
        if (run !== undefined) dependencies.left(run.name, sessionKey)
      },
    },
    // asked before the request came here
    mayWatch: () => undefined,
    whileAllowed: dependencies.whileAllowed,
    // made by the origin
    realtime: (stream) => stream,
    log,
  })
  const { whep, 'whep-session': session } = createHttpEndpoint({
    sessions,
    limit: new OfferLimit(() => performance.now()),
    iceServers,
    isKey: () => false,
    viewerOf: dependencies.viewerOf,
    log,
  })
  return {
    resources: { ...(whep && { whep }), ...(session && { 'whep-session': session }) },
    has: (id) => sessions.find(id) !== undefined,
    get viewers() {
      return sessions.count
    },
    get port() {
      return engine.running?.port ?? null
    },
    end: (stream) => sessions.closeStream(stream),
    async stop() {
      sessions.stop()
      await engine.stop()
    },
  }
}
