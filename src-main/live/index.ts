import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Registry } from 'prom-client'
import type { AuditLog } from '../platform/audit.ts'
import { AppError } from '../platform/errors.ts'
import type { EventBus } from '../platform/events.ts'
import type { SecretBox } from '../platform/identity/secret-box.ts'
import type { Logger } from '../platform/logger.ts'
import type { RouteDefinition } from '../platform/routes.ts'
import { createAccess } from './access/index.ts'
import type { AddressBase } from './addresses.ts'
import { createAlerts, type StreamFacts } from './alerts/index.ts'
import { createDemo } from './demo/index.ts'
import { createDestinations } from './destinations/index.ts'
import { createDvr } from './dvr/index.ts'
import { createFlvBodies } from './flv/flv-bodies.ts'
import { createHttpFlv } from './flv/http-flv.ts'
import { createHooks, createPlayDecisions } from './hooks/index.ts'
import { createRtmpServer } from './ingest/rtmp/index.ts'
import { registerRtmpMetrics } from './ingest/rtmp/rtmp-metrics.ts'
import { createSrtServer } from './ingest/srt/index.ts'
import { createUdpInputs } from './ingest/udp/index.ts'
import { createKeyStore } from './keys/key-store.ts'
import { StreamKeys } from './keys/stream-keys.ts'
import type { LiveConfig } from './live-config.ts'
import type { LiveDatabase, Writes } from './live-database.ts'
import type { AnyRequest, AnyResponse, LivePart } from './live-part.ts'
import { createPackager } from './packager/packager.ts'
import { createPlayback } from './playback/playback.ts'
import { createPlaybackMetrics } from './playback/playback-metrics.ts'
import { createRecording } from './recording/index.ts'
import { createRenditions } from './renditions/index.ts'
import { liveRoutes } from './routes.ts'
import { type LiveSettingsSource, settingsInForce } from './settings.ts'
import { slateRoutes } from './slate/slate-routes.ts'
import { Slates } from './slate/slates.ts'
import { createSources } from './sources/index.ts'
import { HealthClock } from './streams/health-clock.ts'
import { PackagedRuns } from './streams/packaged-runs.ts'
import { KeyGate } from './streams/publish-gate.ts'
import type { StreamDirectory } from './streams/stream.ts'
import { createStreamMetrics } from './streams/stream-metrics.ts'
import { StreamRegistry } from './streams/stream-registry.ts'
import { createStreamStore } from './streams/stream-store.ts'
import { streamView } from './streams/stream-view.ts'
import { firstRefusal } from './streams/viewer-admission.ts'
import { createViewerLimit } from './streams/viewer-limit.ts'
import { ViewerSessions } from './streams/viewer-registry.ts'
import { type DemoWorker, TestStream } from './test-stream.ts'
import { createThumbnails } from './thumbnails/index.ts'
import { createWebrtc } from './webrtc/index.ts'

export { type LiveConfig, LiveConfigSchema, type LiveRuntimeSettings, LiveRuntimeSettingsSchema } from './live-config.ts'
export type { LiveTables } from './live-database.ts'
export { liveMigrations } from './migrations.ts'

export interface LiveNeeds {
  readonly config: LiveConfig
  /** Where RTMP listens; ports of 0 take free ones, an absent RTMPS or SRT port keeps that door closed. */
  readonly listen: { readonly host: string; readonly rtmpPort: number; readonly rtmpsPort?: number; readonly srtPort?: number }
  readonly database: LiveDatabase
  /** Folder for what the wing keeps as files (recordings, DVR, clips), each kind in a folder of its own. */
  readonly dataDir: string
  readonly secrets: SecretBox
  /** The platform's write queue. */
  readonly writes: Writes
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  /** Metrics. */
  readonly registry: Registry
  /** PEM for RTMPS; without it that door stays closed. */
  readonly certificate?: () => { readonly key: string | Buffer; readonly cert: string | Buffer }
  /** Settings that were changed while the host ran. */
  readonly settings?: LiveSettingsSource
  /** Base address for events, which know no request, e.g. `http://127.0.0.1:8080`; empty for relative addresses. */
  readonly baseUrl?: () => string
  /** ms since 1970. */
  readonly now?: () => number
  /** The test stream's worker, where it is not our own. */
  readonly demo?: DemoWorker
}

export interface LiveHealth {
  readonly active: number
  readonly viewers: number
  /** RTMP and SRT connections open now. */
  readonly connections: number
}

/** The live wing: streams come in over RTMP and go out to viewers. */
export interface Live {
  readonly routes: readonly RouteDefinition[]
  readonly streams: StreamDirectory
  /** Opens the RTMP and SRT doors. Rejects with `port.in_use` or `port.forbidden`. */
  start(): Promise<{ readonly rtmpPort: number; readonly rtmpsPort: number | undefined; readonly srtPort: number | undefined }>
  stop(): Promise<void>
  health(): LiveHealth
  /** Media and playlists: true where the address is theirs and the request was taken over. */
  handleHttp(request: AnyRequest, response: AnyResponse): boolean
  /** WebSockets of the wing's own: true where the socket was taken over. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
}

/** How long media outlive their window after the end of a stream, ms: a player that pauses for breath still finds them. */
const AFTER_END_MS = 10_000

/** Makes the live wing from what is kept in the database; nothing listens before `start`. */
export async function createLive(needs: LiveNeeds): Promise<Live> {
  const { config, database, writes, events, audit, log } = needs
  const now = needs.now ?? Date.now
  const monotonic = () => performance.now()
  const settings = () => settingsInForce(config, needs.settings)
  const ports: { rtmp: number; rtmps: number | undefined; srt: number | undefined } = {
    rtmp: needs.listen.rtmpPort,
    rtmps: undefined,
    srt: undefined,
  }
  const addressBase = (baseUrl: string): AddressBase => ({
    baseUrl,
    cdnPrefix: settings().cdnPrefix,
    rtmpPort: ports.rtmp,
    rtmpsPort: ports.rtmps,
    srtPort: ports.srt,
  })

  const viewers = new ViewerSessions({
    events,
    audit,
    now,
    silenceMs: { hls: 3 * Math.ceil(config.segmentMs / 1000) * 1000 + 4000 },
    nameOf: (streamId) => registry.list().find((entry) => entry.id === streamId)?.name,
    onBytes: (streamId, bytes) => registry.addBytesOut(streamId, bytes),
  })
  const keys = await StreamKeys.open({ store: createKeyStore(database), writes, events, audit, now })
  const slates = await Slates.open({
    database,
    dataDir: needs.dataDir,
    audit,
    log: log.child({ part: 'slate' }),
    preset: config.failover.slate,
  })
  const registry = await StreamRegistry.open({
    store: createStreamStore(database, writes),
    events,
    audit,
    log,
    now,
    monotonic,
    reconnectWindowMs: () => settings().reconnectWindowMs,
    failover: config.failover,
    slates,
    describe: (entry) => streamView(entry, viewers.count(entry.id), addressBase(needs.baseUrl?.() ?? '')),
  })
  registry.onRun((entry) => viewers.begin(entry.id))
  keys.onChanged((key) => registry.keyChanged(key))
  keys.onWithdrawn((key, code) => registry.withdraw(key.id, new AppError(code)))

  const metrics = createStreamMetrics(needs.registry, () => registry.list(), viewers)
  const clock = new HealthClock({
    streams: () => registry.list(),
    viewers: (streamId) => viewers.count(streamId),
    events,
    now,
    monotonic,
    onTick: () => {
      viewers.sweep()
      registry.enforceLimits()
      metrics.tick()
    },
  })
  const renditions = await createRenditions({
    database,
    dataDir: needs.dataDir,
    log: log.child({ part: 'renditions' }),
    events,
    audit,
    defaultMode: config.ladder,
    streamOf: (idOrName) => registry.get(idOrName),
    limitsOf: (stream) => registry.limitsOf(stream),
    warn: (stream, code, message) => registry.warn(stream, code, message),
  })
  const { segmentMs, partMs, windowMs } = config
  const runs = new PackagedRuns(
    registry,
    (stream, keyframeIntervalMs) =>
      createPackager(renditions.derived.ladder(stream), {
        segmentMs,
        partMs,
        windowMs,
        archive: dvr.open(stream.epoch),
        rewindMs: dvr.windowMs(stream.name),
        ...(keyframeIntervalMs === undefined ? {} : { keyframeIntervalMs }),
      }),
    (packaged) => packaged.windowMs + AFTER_END_MS,
  )
  const dvr = await createDvr({
    dataDir: needs.dataDir,
    defaultMs: config.dvrMs,
    database,
    writes,
    events,
    audit,
    log: log.child({ part: 'dvr' }),
    nameOf: (idOrName) => nameOf(idOrName),
    runs: (name) => runs.all(name),
  })
  if (config.packaging === 'on') runs.start()
  /** Streams with a key exist too: rules are set before the first publisher comes. */
  const nameOf = (idOrName: string): string => keys.list().find((key) => key.stream === idOrName)?.stream ?? registry.get(idOrName).name
  const access = await createAccess({
    database,
    writes,
    secrets: needs.secrets,
    events,
    audit,
    now,
    behindCdn: () => settings().cdnPrefix !== '',
    nameOf,
  })
  const hooking = await createHooks({ database, secrets: needs.secrets, events, audit, log: log.child({ part: 'hooks' }), now })
  const alerts = await createAlerts({
    database,
    secrets: needs.secrets,
    dataDir: needs.dataDir,
    events,
    audit,
    log: log.child({ part: 'alerts' }),
    now,
    watchUrl: (name) => (needs.baseUrl?.() ? `${needs.baseUrl()}/watch/${name}` : ''),
    streams: () => streamFacts(registry),
  })
  const mayWatch = firstRefusal([
    access.mayWatch,
    createViewerLimit(registry, viewers),
    createPlayDecisions(hooking.hooks, (streamId, viewer) => viewers.watches(streamId, viewer), now),
  ])
  const gate = new KeyGate({
    keys,
    registry,
    log,
    now,
    onRefused: metrics.refused,
    admit: async (key, request) => {
      const refusal = access.gate.checkPublisher(request.remoteAddress) ?? (await hooking.askPublish(key, request))
      if (refusal !== undefined) throw refusal
    },
  })
  const { outgoingQueueBytes, outgoingQueueMs, ...limits } = config.limits
  const bodies = createFlvBodies()
  const rtmp = createRtmpServer({
    bodies,
    gate,
    streams: registry,
    viewers,
    mayWatch,
    audit,
    log: log.child({ part: 'rtmp' }),
    limits: { ...limits, outgoingBytes: outgoingQueueBytes, outgoingMs: outgoingQueueMs },
  })
  registerRtmpMetrics(needs.registry, () => rtmp)
  const srt = createSrtServer({
    gate,
    streams: registry,
    viewers,
    mayWatch,
    events,
    audit,
    log: log.child({ part: 'srt' }),
    passphrase: config.srtPassphrase,
    latencyMs: config.srtLatencyMs,
    limits: { ...limits, outgoingBytes: outgoingQueueBytes },
  })
  const playback = createPlayback({
    find: (name, epoch) => runs.find(name, epoch),
    // A key makes a name known: its page waits for the first publisher.
    status: (name) =>
      registry.status(name) ??
      (sources.sources.feeds(name) || keys.list().some((key) => key.stream === name && key.revokedAt === null)
        ? { state: 'pending' }
        : undefined),
    keyframe: (name) => runs.keyframe(name),
    viewers,
    mayWatch,
    options: { cdnPrefix: () => settings().cdnPrefix, container: config.container },
    log: log.child({ part: 'playback' }),
    metrics: createPlaybackMetrics(needs.registry),
  })
  const testStream = new TestStream({
    worker: needs.demo ?? createDemo({ log: log.child({ part: 'demo' }) }),
    keys,
    registry,
    rtmpServer: () => `rtmp://${ownAddress(needs.listen.host)}:${ports.rtmp}/live`,
  })

  const destinations = await createDestinations({
    bodies,
    database,
    secrets: needs.secrets,
    streams: registry,
    ladderOf: (stream) => renditions.derived.ladder(stream),
    streamOf: (idOrName) => registry.get(idOrName),
    events,
    audit,
    log: log.child({ part: 'destinations' }),
    registry: needs.registry,
    limits: { outgoingBytes: outgoingQueueBytes, outgoingMs: outgoingQueueMs },
    now,
    monotonic,
  })
  const thumbnails = createThumbnails({ streams: registry, log: log.child({ part: 'thumbnails' }), everyMs: config.thumbnailMs })
  const recording = await createRecording({
    picturesOf: (file) => thumbnails.ofFile(file),
    registry,
    database,
    writes,
    dataDir: needs.dataDir,
    events,
    audit,
    log: log.child({ part: 'recording' }),
    metrics: needs.registry,
    now,
  })
  const httpFlv = createHttpFlv({
    streams: registry,
    viewers,
    mayWatch,
    bodies,
    limits: { outgoingBytes: outgoingQueueBytes, outgoingMs: outgoingQueueMs, idleMs: limits.idleMs },
    monotonic,
  })
  const udpInputs = await createUdpInputs({
    database,
    gate,
    bind: needs.listen.host,
    key: (stream) => keys.createInternal(stream),
    events,
    audit,
    now,
  })
  const sources = await createSources({
    database,
    secrets: needs.secrets,
    events,
    audit,
    log: log.child({ part: 'sources' }),
    now,
    open: (key, request) => registry.open(key, request),
    viewers: (name) => {
      const stream = registry.find(name)
      return stream === undefined ? 0 : viewers.count(stream.id)
    },
    playable: (name) =>
      config.packaging === 'on' ? runs.find(name)?.ready === true && !runs.find(name)?.ended : registry.find(name) !== undefined,
  })
  /** Capabilities beside the road from publisher to player; started in this order, stopped in reverse. */
  const webrtc = createWebrtc({
    config,
    bind: needs.listen.host,
    gate,
    streams: registry,
    known: (name) => registry.status(name) !== undefined || keys.list().some((key) => key.stream === name && key.revokedAt === null),
    onAir: (streamId) => {
      const request = registry.get(streamId).publisher?.request
      return request?.protocol === 'whip' ? request.sessionId : undefined
    },
    viewers,
    mayWatch,
    mayWatchFrom: (stream, remoteAddress, token) => access.gate.check({ stream, remoteAddress, token }),
    realtime: (stream) => renditions.derived.realtime(stream),
    log: log.child({ part: 'webrtc' }),
  })
  const parts: readonly LivePart[] = [
    access,
    hooking,
    alerts,
    sources,
    renditions,
    destinations,
    httpFlv,
    thumbnails,
    recording,
    webrtc,
    udpInputs,
  ]

  const ownRoutes = liveRoutes({
    registry,
    keys,
    viewers,
    testStream,
    addressBase,
    forget: (entry) => {
      runs.forget(entry.name)
      viewers.forget(entry.id)
    },
  })

  return {
    routes: [
      ...ownRoutes,
      ...slateRoutes(slates, (id) => registry.get(id).name),
      ...srt.routes,
      ...(dvr.routes ?? []),
      ...parts.flatMap((part) => part.routes ?? []),
    ],
    streams: registry,
    async start() {
      const { host, rtmpPort, rtmpsPort, srtPort } = needs.listen
      // what an earlier run left goes before the first publisher comes
      await dvr.start?.()
      ports.rtmp = (await open(rtmpPort, () => rtmp.listen({ host, port: rtmpPort }))).port
      const tls = needs.certificate?.()
      if (rtmpsPort !== undefined && tls !== undefined) {
        ports.rtmps = (await open(rtmpsPort, () => rtmp.listen({ host, port: rtmpsPort, tls }))).port
      }
      if (srtPort !== undefined) ports.srt = (await open(srtPort, () => srt.listen({ host, port: srtPort }), 'SRT')).port
      clock.start()
      registry.watch()
      for (const part of parts) await part.start?.()
      return { rtmpPort: ports.rtmp, rtmpsPort: ports.rtmps, srtPort: ports.srt }
    },
    async stop() {
      clock.stop()
      gate.stop()
      await Promise.all(parts.toReversed().map((part) => part.stop?.()))
      registry.stop()
      await testStream.stop()
      await Promise.all([rtmp.stop(), srt.stop()])
      playback.stop()
      runs.stop()
      await dvr.stop?.()
    },
    health: () => {
      let active = 0
      let watching = 0
      for (const entry of registry.list()) {
        if (entry.phase === 'active' || entry.phase === 'reconnecting') active++
        watching += viewers.count(entry.id)
      }
      return { active, viewers: watching, connections: rtmp.connections() + srt.connections() }
    },
    handleUpgrade: (request, socket, head) => parts.some((part) => part.handleUpgrade?.(request, socket, head)),
    handleHttp: (request, response) =>
      access.guard(request, response, () =>
        sources.guard(request, response, () => {
          for (const part of parts) if (part.handleHttp?.(request, response)) return true
          return playback.handle(request, response)
        }),
      ),
  }
}

/** Live streams as alerts look at them. */
function streamFacts(registry: StreamRegistry): StreamFacts[] {
  const facts: StreamFacts[] = []
  for (const { phase, name, meter } of registry.list()) {
    if (phase !== 'active' && phase !== 'reconnecting') continue
    const away = phase === 'reconnecting'
    facts.push({ name, away, samples: meter?.samples ?? [], warnings: meter?.warnings ?? [], failedDestinations: [] })
  }
  return facts
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

/** Where a program on this machine reaches a listener on `host`. */
function ownAddress(host: string): string {
  if (host === '' || host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}
