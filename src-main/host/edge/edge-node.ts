import { hostname } from 'node:os'
import { join } from 'node:path'
import { createEdgeDelivery } from '../../live/index.ts'
import { createEdgeAgent, type EdgeCacheOptions, type FollowedNodeFile } from '../../network/index.ts'
import { createServedCertificate } from '../../platform/acme/served-certificate.ts'
import { ClientLimits } from '../../platform/http/client-limits.ts'
import { lockDataFolder } from '../../platform/identity/data-lock.ts'
import type { Logger } from '../../platform/logger.ts'
import { watchMemory } from '../../platform/memory/watch-memory.ts'
import type { LogTail } from '../../platform/telemetry/log-tail.ts'
import type { Config } from '../config.ts'
import { shownHost } from '../shown-host.ts'
import { version } from '../version.ts'

/** What `streams edge --json` prints when the node is ready. */
export interface EdgeReadyLine {
  readonly event: 'ready'
  readonly version: string
  readonly pid: number
  readonly id: string
  readonly origin: string
  readonly httpPort: number
  readonly httpsPort: number | null
  readonly url: string
  readonly httpsUrl: string | null
  readonly dataDir: string
}

export interface EdgeNodeOptions {
  readonly config: Config
  readonly origin: string | undefined
  readonly token: string | undefined
  readonly id: string | undefined
  readonly name: string | undefined
  readonly acceptNodes: boolean
  readonly originFingerprint: string | undefined
  /** nginx with a cache faces viewers; this process does where left out. */
  readonly cache: EdgeCacheOptions | undefined
  /** Viewers of WebRTC are sent media from here; else they are the origin's. */
  readonly relaysWebrtc: boolean
  /** `edge.yaml`, which is read again when it changes. */
  readonly file: FollowedNodeFile | undefined
  /** The newest lines of the log. */
  readonly tail: LogTail
  readonly log: Logger
}

/** The map of a node: introduces the live platform's half of it to the connection to its origin. Throws AppError. */
export async function startEdgeNode({
  config,
  origin,
  token,
  id: wantedId,
  name,
  acceptNodes,
  originFingerprint,
  cache,
  relaysWebrtc,
  file,
  tail,
  log,
}: EdgeNodeOptions): Promise<{
  readonly ready: EdgeReadyLine
  stop(): Promise<void>
}> {
  // beside a host's own data: a machine may be both
  const folder = join(config.data, 'node')
  const unlock = lockDataFolder(folder)
  try {
    watchMemory(log)
    const clients = new ClientLimits(config.perAddress, log)
    const certificate = createServedCertificate({
      dir: join(folder, 'tls'),
      bind: config.bind,
      certFile: config.tlsCert,
      keyFile: config.tlsKey,
      acme: config.acme,
      logger: log,
    })
    const agent = await createEdgeAgent({
      folder,
      origin,
      token,
      id: wantedId,
      name: name ?? hostname(),
      version,
      tail,
      bind: config.bind,
      httpPort: config.httpPort,
      httpsPort: config.httpsPort,
      certificate,
      maxConnections: config.maxConnections,
      clients,
      acceptNodes,
      originFingerprint,
      trustedProxies: config.trustedProxies,
      ...(cache === undefined ? {} : { cache }),
      ...(file === undefined ? {} : { file }),
      connectionsPerAddress: config.perAddress.connections,
      createDelivery: ({ source, handOn }) =>
        createEdgeDelivery({
          ...{ source, handOn, clients, log: log.child({ section: 'live' }) },
          ...(relaysWebrtc && config.webrtcPort !== 'off' ? { webrtc: { ...config, webrtcPort: config.webrtcPort } } : {}),
        }),
      log: log.child({ section: 'network' }),
    })
    const host = shownHost(config.bind, '')
    const { id, httpPort, httpsPort } = agent
    return {
      ready: {
        ...{ event: 'ready', version, pid: process.pid, id, origin: agent.origin, httpPort, httpsPort },
        url: `http://${host}:${httpPort}`,
        httpsUrl: httpsPort === null ? null : `https://${host}:${httpsPort}`,
        dataDir: config.data,
      },
      async stop() {
        await agent.stop()
        unlock()
      },
    }
  } catch (error) {
    unlock()
    throw error
  }
}
