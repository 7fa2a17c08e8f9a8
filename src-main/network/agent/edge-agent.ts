import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { EdgeDelivery, EdgeSource } from '../../media/edge-delivery.ts'
import type { ServedCertificate } from '../../platform/acme/served-certificate.ts'
import { adoptFromNode } from '../../platform/http/client.ts'
import type { ClientLimits } from '../../platform/http/client-limits.ts'
import { rejectUpgrade } from '../../platform/http/end-socket.ts'
import type { FastRequest } from '../../platform/http/fast-path/fast-request.ts'
import type { FastResponse } from '../../platform/http/fast-path/fast-response.ts'
import { createHttpServers } from '../../platform/http/http-servers.ts'
import { pathOf } from '../../platform/http/request-target.ts'
import { createReverseProxy } from '../../platform/http/reverse-proxy.ts'
import { readTrustedProxies } from '../../platform/http/trusted-proxies.ts'
import { hashSecret } from '../../platform/identity/secrets.ts'
import type { LogTail } from '../../platform/telemetry/log-tail.ts'
import { type FollowedNodeFile, followNodeFile } from '../config/follow-node-file.ts'
import { accessLogOf, emptyNodeFile, type NodeFile } from '../config/node-file.ts'
import { AccessLog } from '../figures/access-log.ts'
import { countRequest } from '../figures/count-request.ts'
import { metricsPath } from '../figures/node-metrics.ts'
import { NodeTraffic } from '../figures/node-traffic.ts'
import { Anycast } from '../front/anycast/anycast.ts'
import { watchServing } from '../front/anycast/can-serve.ts'
import { askedUrlHeader, playbackAccessPath } from '../front/nginx/recording-configuration.ts'
import { isHostOf } from '../functions/function-set.ts'
import { countedRequest } from '../limits/counted-request.ts'
import { linkPath } from '../origin/link/link-socket.ts'
import { nodePathOf, pathFault } from '../origin/link/node-path.ts'
import type { ProbeAnswer } from '../origin/routing/routing-schemas.ts'
import type { LinkedCache } from './cache-orders.ts'
import { ChildNodes } from './children/child-nodes.ts'
import { type EdgeCacheOptions, type EdgeFront, startEdgeFront } from './edge-front.ts'
import { EdgeFunctions } from './edge-functions.ts'
import { openMembership, type WantedMembership } from './joining/membership.ts'
import { writeNodeState } from './joining/node-state.ts'
import type { OriginTarget } from './joining/origin-connection.ts'
import { readOriginUrl } from './joining/origin-connection.ts'
import { EdgeLink } from './link/edge-link.ts'
import { answerMetrics, openMetricsPort } from './metrics-port.ts'
import { NodeConfiguration } from './node-configuration.ts'
import { healthPath, type NodeHealth, sendHealth } from './node-health.ts'
import { inspectNode } from './node-inspection.ts'
import { NodeProtection } from './node-protection.ts'
import { originTarget, sendError } from './origin-proxy.ts'
import { watchPeers } from './peer-watch.ts'
import { answerRouting } from './routing-answers.ts'

export interface EdgeAgentOptions extends WantedMembership {
  readonly version: string
  readonly bind: string
  readonly httpPort: number
  readonly httpsPort: number | 'off'
  readonly certificate: ServedCertificate
  readonly maxConnections: number
  /** Of one client, at nginx. */
  readonly connectionsPerAddress: number
  readonly clients: ClientLimits
  /** Trusted proxies before this node: IP addresses and networks, separated by commas. */
  readonly trustedProxies: string
  /** With it nginx faces viewers, and keeps what is not live. */
  readonly cache?: EdgeCacheOptions
  /** Other nodes may have this one as their origin. */
  readonly acceptNodes: boolean
  /** `edge.yaml`: read again when it changes. */
  readonly file?: FollowedNodeFile
  /** The newest lines of the log, which the origin may ask for. */
  readonly tail?: LogTail
  /** The live platform at this node. */
  readonly createDelivery: (dependencies: {
    readonly source: EdgeSource
    readonly handOn: (request: IncomingMessage | FastRequest, response: ServerResponse | FastResponse) => void
  }) => EdgeDelivery
}

/** A running node. */
export interface EdgeAgent {
  readonly id: string
  readonly origin: string
  readonly httpPort: number
  readonly httpsPort: number | null
  health(): NodeHealth
  stop(): Promise<void>
}

/** Where the agent listens while nginx faces viewers. */
const behindNginx = { bind: '127.0.0.1', httpPort: 0, httpsPort: 'off' } as const
/** A node that starts waits so long for what was purged while it was away, ms. */
const historyMs = 5000

/** What players ask. */
const probePath = '/api/v1/cdn/probe'
const nodesPath = '/api/v1/cdn/nodes'
/** Where a machine joins whose origin is this node. */
const registerPath = '/api/v1/cdn/edge/register'

/** Joins the origin if this is the first start, then answers viewers. Throws AppError. */
export async function createEdgeAgent(options: EdgeAgentOptions): Promise<EdgeAgent> {
  const { log } = options
  const state = await openMembership(options)
  const target: OriginTarget = { url: readOriginUrl(state.origin), fingerprint: state.fingerprint ?? undefined }
  const proxy = createReverseProxy(originTarget(target, state))
  const cache = options.cache === undefined ? undefined : Promise.withResolvers<LinkedCache>()
  cache?.promise.catch(() => undefined)
  let edge: EdgeFront | undefined
  /** Before that there is nothing to configure. */
  const started = Promise.withResolvers<void>()
  started.promise.catch(() => undefined)
  const protection = new NodeProtection({
    cacheFolder: options.cache?.folder,
    node: state.id,
    firewallNote: join(options.folder, 'nftables.txt'),
    rulesFile: join(options.folder, 'guard-rules.json'),
    onChange: () => void edge?.refresh().catch((error) => log.error({ err: error }, 'limits of requests are not used by nginx')),
    log,
  })
  let applyFile = async (_: NodeFile): Promise<void> => undefined
  const configuration = new NodeConfiguration({
    ...{ folder: options.folder, own: options.file?.first ?? emptyNodeFile(), apply: (changed) => applyFile(changed), log },
  })
  try {
    protection.setOwn(configuration.current.limits)
  } catch (error) {
    throw configuration.current.locate(error)
  }
  const functions = new EdgeFunctions({
    folder: options.folder,
    hasFront: cache !== undefined,
    isSite: (host) => configuration.current.sites.some(({ hosts }) => hosts.some((each) => isHostOf(each, host))),
    refresh: async () => edge?.refresh(),
    onLines: (lines) => link.sendFunctionLines(lines),
    log: log.child({ part: 'functions' }),
  })
  const link: EdgeLink = new EdgeLink(
    {
      ...{ state, target, version: options.version, delivery: () => delivery, cache: cache?.promise, protection, functions, log },
      node: {
        get configuration() {
          return configuration.id
        },
        configure: async (id, text) => {
          await started.promise
          await configuration.useGroup({ id, text })
        },
        inspect: (lines) =>
          inspectNode(
            {
              ...{ version: options.version, configuration: configuration.id, own: configuration.own },
              nginx: edge?.front.program.version ?? null,
            },
            options.tail,
            lines,
          ),
        keepKey: (kept) => writeNodeState(options.folder, { ...state, privateKey: kept }),
      },
      onDisabled: () => children.endAll(),
      onSilent() {
        for (const response of handedOn) if (!response.headersSent && !response.destroyed) sendError(response, 'network.origin_away')
      },
    },
    `/api/v1${linkPath}`,
  )
  /** Responses of the origin that are not over. */
  const handedOn = new Set<ServerResponse | FastResponse>()
  const handOn = (request: IncomingMessage | FastRequest, response: ServerResponse | FastResponse): void => {
    if (!isForViewers(request)) sendError(response, 'network.not_served')
    else if (link.isSilent) sendError(response, 'network.origin_away')
    else {
      handedOn.add(response)
      response.once('close', () => void handedOn.delete(response))
      proxy.request(request, response)
    }
  }
  let lastPurge: () => number | undefined = () => undefined
  cache?.promise.then(
    (opened) => {
      lastPurge = () => opened.lastPurge ?? 0
    },
    () => undefined,
  )
  const children = new ChildNodes({
    ...{ id: state.id, accepts: options.acceptNodes, target, forwardSecret: state.forwardSecret, path: `/api/v1${linkPath}` },
    ...{
      delivery: () => delivery,
      want: (stream, form) => void (form === 'packets' ? link.wantPackets(stream) : link.want(stream)),
      isDisabled: () => link.isDisabled,
      lastPurge: () => lastPurge(),
      log,
    },
  })
  options.clients.exempt((address) => children.isConnectedFrom(address))
  const delivery = options.createDelivery({ source: link, handOn })
  const health = (): NodeHealth => {
    const { streams, waiting, webrtc } = delivery.figures()
    const front = edge?.front.health() ?? null
    const isWell = link.state === 'connected' && front?.running !== false
    return {
      status: isWell ? 'ok' : 'degraded',
      role: 'node',
      origin: link.state,
      reason: link.reason,
      clockAheadMs: link.clockAheadMs,
      nodes: children.count,
      streams,
      waiting,
      webrtc,
      acme: options.certificate.acme(),
      cache: front,
      anycast: anycast.state && { announced: anycast.state.announced, reason: anycast.state.reason },
    }
  }
  const probe = (): ProbeAnswer => ({
    state: link.state !== 'connected' || link.isQuiet ? 'away' : link.routing?.draining === true ? 'draining' : 'serving',
    issuedAt: link.routing?.issuedAt ?? 0,
  })
  let openRequests = 0
  let accessLog: AccessLog | undefined
  let usedAccessLog = ''
  /** Where nginx faces viewers it writes one itself. */
  const startAccessLog = async ({ accessLog: wanted }: NodeFile): Promise<void> => {
    const text = JSON.stringify(wanted ?? null)
    if (cache !== undefined || text === usedAccessLog) return
    const former = accessLog
    accessLog = wanted && new AccessLog(accessLogOf(wanted, options.folder))
    usedAccessLog = text
    await former?.stop()
  }
  const traffic = new NodeTraffic({
    cache: () => {
      const front = edge?.front.health()
      return front === undefined ? null : { bytes: front.bytes, objects: front.objects, maxBytes: front.sizeBytes }
    },
    facts: () => {
      const { region = null, capacityMbps = null, prices = null } = configuration.current
      return { region, capacityMbps, prices }
    },
    anycast: () => anycast.state,
    prefetch: () => edge?.prefetch(),
    mediaBytes: () => delivery.figures().webrtc?.bytesOut ?? 0,
    connections: () => openRequests,
    send: (report) => link.sendFigures(report),
    log,
  })
  const proxies = readTrustedProxies(cache === undefined ? options.trustedProxies : behindNginx.bind)
  /** nginx asks before it answers from its files. */
  const answerAccess = (request: IncomingMessage, response: ServerResponse): void => {
    const url = request.headers[askedUrlHeader]
    const asked =
      typeof url === 'string' && link.state !== 'rejected' ? delivery.mayWatch(url, request).catch(() => false) : Promise.resolve(false)
    void asked.then((allowed) => response.writeHead(allowed ? 204 : 403, { 'content-length': 0, 'cache-control': 'no-store' }).end())
  }
  const follow = (request: IncomingMessage | FastRequest, response: ServerResponse | FastResponse): void => {
    // nginx says what it answered itself.
    if (cache !== undefined) return
    accessLog?.follow(request, response)
    openRequests++
    countRequest(request, response, (fact) => {
      openRequests--
      traffic.add(fact)
    })
  }
  const servers = createHttpServers({
    // Behind nginx the agent is nobody else's.
    ...(cache === undefined ? { bind: options.bind, httpPort: options.httpPort, httpsPort: options.httpsPort } : behindNginx),
    certificate: () => options.certificate.current(),
    maxConnections: options.maxConnections,
    onRequest(request, response) {
      if (options.certificate.handleChallenge(request, response)) return
      const fault = pathFault(nodePathOf(request.headers), state.id)
      adoptFromNode(request, proxies, (secret) => children.forwarder(secret))
      follow(request, response)
      const path = pathOf(request.url)
      if (fault !== undefined) sendError(response, 'network.loop')
      else if (path === healthPath) sendHealth(response, health())
      else if (path === playbackAccessPath && cache !== undefined) answerAccess(request, response)
      else if (path === probePath || path === nodesPath)
        answerRouting(request, response, path === probePath ? probe() : link.routing?.nodes)
      else if (path === metricsPath && isMetricsReader(request, configuration.current.metrics?.token)) answerMetrics(response, traffic)
      // who was disabled or revoked delivers nothing, whatever it has
      else if (link.state === 'rejected') sendError(response, 'network.origin_away')
      else if (protection.rejects(request, response)) return
      else if (options.acceptNodes && path === registerPath && request.method === 'POST') proxy.request(request, response)
      else if (!delivery.handle(request, response)) handOn(request, response)
    },
    // what nodes hand on is not plain, and what comes round in a loop says so in a header of theirs
    onFastRequest(request, response) {
      if (!delivery.isPlayed(request.url)) return false
      follow(request, response)
      if (link.state === 'rejected') sendError(response, 'network.origin_away')
      else if (!protection.rejects(request, response)) delivery.handleFast(request, response)
      return true
    },
    onUpgrade(request, socket, head) {
      adoptFromNode(request, proxies, (secret) => children.forwarder(secret))
      if (pathOf(request.url) === `/api/v1${linkPath}`) children.upgrade(request, socket, head)
      else if (protection.rejectsUpgrade(request)) rejectUpgrade(socket, '429 Too Many Requests')
      else if (pathOf(request.url).startsWith('/live/') && link.state !== 'rejected') proxy.upgrade(request, socket, head)
      else rejectUpgrade(socket, '404 Not Found')
    },
    clients: options.clients,
    proxies,
    log,
  })
  const ports = await servers.start()
  link.start()
  const peers = watchPeers({ id: state.id, nodes: () => link.routing?.nodes, report: (views) => link.sendPeers(views) })
  const anycast = new Anycast({
    folder: join(options.folder, 'anycast'),
    whyNot: watchServing({
      isConnected: () => link.state === 'connected',
      isRejected: () => link.state === 'rejected',
      isDraining: () => link.routing?.draining === true,
      isFrontRunning: () => cache === undefined || edge?.front.health().running === true,
      isAnyServing: () => peers.isAnyServing,
    }),
    log: log.child({ part: 'anycast' }),
  })
  let stopFollowing = (): void => undefined
  let metrics: Awaited<ReturnType<typeof openMetricsPort>> | undefined
  /** Undefined until the first time: what a run that was killed left is removed then. */
  let usesFirewall: boolean | undefined
  const applyFirewall = async ({ firewall }: NodeFile): Promise<void> => {
    if (firewall === usesFirewall) return
    usesFirewall = firewall
    const { httpPort, httpsPort } = edge ?? ports
    await protection.setFirewall(firewall ? [httpPort, httpsPort].filter((port) => port !== null) : undefined)
  }
  const stop = async (): Promise<void> => {
    stopFollowing()
    await anycast.stop()
    peers.stop()
    await options.certificate.stop()
    traffic.stop()
    await metrics?.stop()
    children.stop()
    link.stop()
    protection.stop()
    await protection.setFirewall(undefined)
    await edge?.stop()
    await functions.stop()
    await servers.stop()
    await accessLog?.stop()
    await delivery.stop()
    proxy.stop()
  }
  try {
    await startAccessLog(configuration.current)
    const metricsPort = configuration.current.metrics?.port
    if (metricsPort !== undefined) metrics = await openMetricsPort(metricsPort, traffic, log)
    if (options.cache !== undefined) {
      await functions.start()
      const { cache: cacheOptions } = options
      const start = (file: NodeFile): Promise<EdgeFront> =>
        startEdgeFront({
          ...{ folder: options.folder, cache: cacheOptions, certificate: options.certificate, log },
          file,
          ...{ bind: options.bind, httpPort: options.httpPort, httpsPort: options.httpsPort },
          trustedProxies: options.trustedProxies
            .split(',')
            .map((each) => each.trim())
            .filter((each) => each !== ''),
          connectionsPerAddress: options.connectionsPerAddress,
          agentPort: ports.httpPort,
          originHost: target.url.host,
          history: () => link.history(historyMs),
          limits: () => protection.requestOptions(),
          functions: (inside) => functions.frontOptions(inside),
          onRequests: (requests) => {
            traffic.addLogged(requests)
            protection.seen(requests.flatMap((each) => countedRequest(each) ?? []))
          },
        })
      edge = await start(configuration.current).catch((error: unknown) => {
        if (configuration.id === '') throw error
        // Files that it names may have gone since. The origin sends it again once the node is connected, and gets to know the fault.
        log.error({ err: error }, 'the node does not start with the configuration of its group: it starts without')
        configuration.dropGroup()
        return start(configuration.current)
      })
      cache?.resolve(linkedCache(edge))
      // what the origin said meanwhile
      await edge.refresh()
    }
    await applyAnycast(anycast, configuration.current)
    await applyFirewall(configuration.current)
  } catch (error) {
    cache?.reject(error)
    started.reject(error)
    await stop()
    throw error
  }
  applyFile = async (changed) => {
    protection.setOwn(changed.limits)
    try {
      await edge?.change(changed)
      await applyAnycast(anycast, changed)
      await startAccessLog(changed)
      await applyFirewall(changed)
    } catch (error) {
      protection.setOwn(configuration.current.limits)
      // what came before the fault is used already
      await edge?.change(configuration.current).catch(() => undefined)
      await applyAnycast(anycast, configuration.current).catch(() => undefined)
      throw error
    }
  }
  started.resolve()
  if (options.file !== undefined) stopFollowing = followNodeFile(options.file, (changed) => configuration.useOwn(changed), log)
  options.certificate.onIssued((issued) => {
    if (edge === undefined) servers.renewCertificate(issued)
    else edge.renewCertificate().catch((error) => log.error({ err: error }, 'nginx does not use the certificate that was issued'))
  })
  options.certificate.start()
  return {
    id: state.id,
    origin: state.origin,
    httpPort: edge?.httpPort ?? ports.httpPort,
    httpsPort: edge === undefined ? ports.httpsPort : edge.httpsPort,
    health,
    stop,
  }
}

/** The cache as the origin works on it. */
function linkedCache({ front, warmed }: EdgeFront): LinkedCache {
  return {
    get lastPurge() {
      return front.lastPurge
    },
    purge: (order) => front.purge(order),
    preview: (selection) => front.preview(selection),
    search: (prefix) => front.search(prefix),
    catchUp: (history) => front.catchUp(history),
    warmed,
  }
}

/** Throws what `Anycast` does, with its place in the file. */
async function applyAnycast(anycast: Anycast, file: NodeFile): Promise<void> {
  try {
    await anycast.use(file.anycast)
  } catch (error) {
    throw file.locate(error)
  }
}

/** True for a request with the token of whoever reads the figures. */
function isMetricsReader({ headers }: IncomingMessage, token: string | undefined): boolean {
  return token !== undefined && hashSecret(headers.authorization ?? '') === hashSecret(`Bearer ${token}`)
}

/** Everything of streams, and the pages that play them; the API with which the origin is operated stays there. */
function isForViewers({ method, url }: Pick<IncomingMessage, 'method' | 'url'>): boolean {
  const path = pathOf(url)
  if (path.startsWith('/live/')) return true
  if (path.startsWith('/api/') || path === '/api') return path === '/api/v1/time'
  return (method === 'GET' || method === 'HEAD') && path !== metricsPath
}
