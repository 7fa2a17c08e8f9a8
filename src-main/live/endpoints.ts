import { AppError } from '../platform/errors.ts'
import type { Admission } from './admission.ts'
import { createViewers } from './audience/index.ts'
import { ViewerBook, type ViewerRequest } from './audience/viewer-book.ts'
import type { Core } from './core.ts'
import { createDelivery } from './delivery/index.ts'
import { createEdgeOrigin } from './edge/edge-origin.ts'
import { AllowedAtNodes } from './edge/guarded-feed.ts'
import { createUnknownResource } from './http/unknown-resource.ts'
import type { StreamDirectory, StreamStatus } from './hub/stream.ts'
import type { LiveDependencies } from './live-dependencies.ts'
import type { FlvBodies } from './protocols/flv/flv-bodies.ts'
import { createHttpFlv } from './protocols/flv/http-flv.ts'
import { createPlayback } from './protocols/hls/playback.ts'
import { createPlaybackMetrics } from './protocols/hls/playback-metrics.ts'
import { registerRtmpMetrics } from './protocols/rtmp/rtmp-metrics.ts'
import { createRtmpServer } from './protocols/rtmp/server.ts'
import { createSrtServer } from './protocols/srt/index.ts'
import { createUdpInputs } from './protocols/udp/index.ts'
import { createWebrtc } from './protocols/webrtc/index.ts'
import type { SourcesPart } from './relay/pull/index.ts'

/** Events after which viewers of a stream may no longer have to be asked about: hooks, limits of keys, and the end of a publisher. */
const guardTopics = /^(?:hook|key|stream)\.(?:updated|removed|revoked|state)$/

/** Ports that are open now; before `listen` those that were asked for. */
export interface OpenPorts {
  rtmp: number
  rtmps: number | undefined
  srt: number | undefined
}

/** Makes the inputs and outputs of streams, each asking `gate` or `mayWatch` of the admission; those of HTTP are the host's, the others open with `listen`. */
export async function createEndpoints(
  dependencies: LiveDependencies,
  core: Core,
  admission: Admission,
  shared: { readonly bodies: FlvBodies; readonly sources: SourcesPart; readonly ports: OpenPorts },
) {
  const { clients, config, database, events, audit, log } = dependencies
  const { now, monotonic, settings, viewers, viewerStore, viewerMetrics, keys, registry, renditions, runs, expected } = core
  const { access, hooking, gate, mayWatch } = admission
  const { bodies, sources, ports } = shared
  const { outgoingQueueBytes, outgoingQueueMs, ...limits } = config.limits
  const streams: StreamDirectory = {
    find: (name) => registry.find(name),
    status: (name) => registry.status(name),
    onActive: (listener) => registry.onActive(listener),
    startOnDemand: (name) => sources.startOnDemand(name),
  }
  const rtmp = createRtmpServer({
    bodies,
    gate,
    streams,
    viewers,
    mayWatch,
    whileAllowed: access.whileAllowed,
    audit,
    log: log.child({ part: 'rtmp' }),
    limits: { ...limits, outgoingBytes: outgoingQueueBytes, outgoingMs: outgoingQueueMs },
  })
  registerRtmpMetrics(dependencies.registry, () => rtmp)
  const srt = createSrtServer({
    gate,
    streams,
    viewers,
    mayWatch,
    whileAllowed: access.whileAllowed,
    events,
    audit,
    log: log.child({ part: 'srt' }),
    passphrase: config.srtPassphrase,
    latencyMs: config.srtLatencyMs,
    limits: { ...limits, outgoingBytes: outgoingQueueBytes },
  })
  const viewerNodes = dependencies.viewerNodes ?? (() => [])
  const playbackMetrics = createPlaybackMetrics(dependencies.registry)
  const status = (name: string): StreamStatus | undefined =>
    registry.status(name) ?? (sources.sources.feeds(name) || expected(name) ? { state: 'pending' } : undefined)
  const allowedAtNodes = new AllowedAtNodes(monotonic)
  const playback = createPlayback({
    find: (name, epoch) => runs.find(name, epoch),
    status,
    keyframe: (name) => runs.keyframe(name),
    audience: ({ streamId }) => new ViewerBook(streamId, viewers, () => settings().cdnPrefix !== ''),
    mayWatch,
    onAdmitted: (name, node) => allowedAtNodes.add(name, node),
    whileAllowed: access.http.whileMediaAllowed,
    options: { cdnPrefix: () => settings().cdnPrefix, viewerNodes, container: config.container },
    log: log.child({ part: 'playback' }),
    metrics: playbackMetrics,
    clients,
  })
  const unknownResource = createUnknownResource(() => playbackMetrics.request('unknown'))
  /** What delivery processes and nodes deliver, and whom they report to. */
  const delivered = {
    onRun: (listener: Parameters<typeof runs.onRun>[0]) => runs.onRun(listener),
    stateOf: (name: string) => {
      const stream = registry.find(name)
      const limited = stream !== undefined && (registry.limitsOf(stream)?.limits.maxViewers ?? null) !== null
      return { title: registry.status(name)?.title ?? name, guarded: limited || hooking.hooks.decides('play', name) }
    },
    seen: (name: string, epoch: string, request: ViewerRequest) => {
      const run = runs.find(name, epoch)
      if (run !== undefined) playback.seenElsewhere(run, request)
    },
  }
  const edges = createEdgeOrigin({
    ...delivered,
    left: (name, session) => {
      const id = registry.idOf(name)
      if (id !== undefined) viewers.leave(id, 'webrtc', session)
    },
    followPackets: (name, listener) => {
      const stop = registry.onActive((run) => run.name === name && listener(renditions.derived.realtime(run)))
      const run = registry.find(name)
      listener(run && renditions.derived.realtime(run))
      return stop
    },
    isWatchedAt: (name, node) => allowedAtNodes.has(name, node),
    onOpening(listener) {
      const stops = [
        allowedAtNodes.onFirst(listener),
        events.subscribe(({ topic }) => {
          // what the event is about is over once its publisher has returned
          if (guardTopics.test(topic)) queueMicrotask(listener)
        }),
      ]
      return () => {
        for (const stop of stops) stop()
      }
    },
    onWatched: (name, node) => allowedAtNodes.has(name, node) && allowedAtNodes.add(name, node),
    gate: access.gate,
    settings: () => ({ cdnPrefix: settings().cdnPrefix, container: config.container }),
    now,
  })
  const delivery = createDelivery({
    ...delivered,
    processes: config.packaging === 'on' ? config.deliveryProcesses : 'off',
    container: config.container,
    access: access.gate,
    cdnPrefix: () => settings().cdnPrefix,
    viewerNodes,
    metrics: playbackMetrics,
    registry: dependencies.registry,
    log: log.child({ part: 'delivery' }),
  })
  const viewersPart = createViewers({
    viewers,
    clients,
    store: viewerStore,
    metrics: viewerMetrics,
    whileAllowed: access.http.whileAllowed,
    events,
    registry: dependencies.registry,
    status,
    streamOf: (idOrName) => registry.get(idOrName),
    idOf: (name) => registry.idOf(name),
    now,
    monotonic,
  })
  const httpFlv = createHttpFlv({
    streams: registry,
    viewers,
    mayWatch,
    whileAllowed: access.http.whileAllowed,
    bodies,
    limits: { outgoingBytes: outgoingQueueBytes, outgoingMs: outgoingQueueMs, idleMs: limits.idleMs },
    monotonic,
    clients,
    log: log.child({ part: 'http-flv' }),
  })
  const udpInputs = await createUdpInputs({
    database,
    gate,
    bind: dependencies.listen.host,
    key: (stream) => keys.createInternal(stream),
    events,
    audit,
    now,
  })
  const webrtc = createWebrtc({
    config,
    bind: dependencies.listen.host,
    gate,
    isKey: (secret, stream) => {
      const key = keys.find(secret)
      return key?.enabled === true && key.revokedAt === null && (stream === undefined || key.stream === stream)
    },
    streams: registry,
    known: (name) => registry.status(name) !== undefined || expected(name),
    onAir: (streamId) => {
      const request = registry.get(streamId).publisher?.request
      return request?.protocol === 'whip' ? request.sessionId : undefined
    },
    viewers,
    mayWatch,
    access: { check: (viewer) => access.gate.check(viewer), viewerOf: access.http.viewerOf, whileAllowed: access.whileAllowed },
    realtime: (stream) => renditions.derived.realtime(stream),
    clients,
    log: log.child({ part: 'webrtc' }),
  })

  /** Rejects with `port.in_use` or `port.forbidden`. */
  async function listen(): Promise<void> {
    const { host, rtmpPort, rtmpsPort, srtPort, descriptors = {} } = dependencies.listen
    ports.rtmp = (await open(rtmpPort, () => rtmp.listen({ host, port: rtmpPort, fd: descriptors.rtmp }))).port
    const tls = dependencies.certificate?.()
    if (rtmpsPort !== undefined && tls !== undefined) {
      ports.rtmps = (await open(rtmpsPort, () => rtmp.listen({ host, port: rtmpsPort, fd: descriptors.rtmps, tls }))).port
    }
    if (srtPort !== undefined) ports.srt = (await open(srtPort, () => srt.listen({ host, port: srtPort, fd: descriptors.srt }), 'SRT')).port
  }

  return { rtmp, srt, playback, unknownResource, viewersPart, delivery, edges, httpFlv, udpInputs, webrtc, listen }
}

/** Listens; a port that cannot be had is an error of the catalogue. */
async function open<T>(port: number, listen: () => Promise<T>, what = 'RTMP'): Promise<T> {
  try {
    return await listen()
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') throw new AppError('port.in_use', `${what} port ${port} is in use`, { cause, details: { port } })
    if (code === 'EACCES')
      throw new AppError('port.forbidden', `This user may not listen on ${what} port ${port}`, { cause, details: { port } })
    throw cause
  }
}
