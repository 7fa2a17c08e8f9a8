import { AppError } from '../platform/errors.ts'
import { randomText } from '../platform/random-id.ts'
import { createStreamMetrics } from './audience/stream-metrics.ts'
import { createViewerMetrics } from './audience/viewer-metrics.ts'
import { ViewerSessions } from './audience/viewer-sessions.ts'
import { ViewerStore } from './audience/viewer-store.ts'
import { HealthClock } from './hub/health-clock.ts'
import type { ManagedStream } from './hub/managed-stream.ts'
import { StreamRegistry } from './hub/stream-registry.ts'
import { createStreamStore } from './hub/stream-store.ts'
import { streamView } from './hub/stream-view.ts'
import { createRenditions } from './jobs/renditions/index.ts'
import type { LiveDependencies } from './live-dependencies.ts'
import { PackagedRuns } from './packaging/packaged-runs.ts'
import { createPackager } from './packaging/packager.ts'
import { createDvr } from './packaging/rewind/index.ts'
import { createKeyStore } from './policy/keys/key-store.ts'
import { StreamKeys } from './policy/keys/stream-keys.ts'
import { Slates } from './relay/slate/slates.ts'
import { settingsInForce } from './settings.ts'
import type { UrlBase } from './stream-urls.ts'

/** What every stream goes through, whatever its input endpoint. */
export type Core = Awaited<ReturnType<typeof createCore>>

/** How long media outlive their window after the end of a stream, ms: a player that pauses for breath still finds them. */
const AFTER_END_MS = 10_000

/** Keys, streams, viewers, renditions and packaged runs, from what is kept in the database. */
export async function createCore(dependencies: LiveDependencies, urlBase: (baseUrl: string) => UrlBase) {
  const { config, database, writes, events, audit, log } = dependencies
  const now = dependencies.now ?? Date.now
  const monotonic = () => performance.now()
  const settings = () => settingsInForce(config, dependencies.settings)

  const viewerStore = new ViewerStore({ database, writes, log: log.child({ part: 'viewers' }), now, days: config.viewerSessionDays })
  const nameOfId = (streamId: string): string | undefined => registry.known(streamId)?.name
  const previewPrefix = `preview-${randomText(16)}-`
  const viewers = new ViewerSessions({
    events,
    audit,
    now,
    perAddress: config.limits.viewersPerAddress,
    previewPrefix,
    silenceMs: { hls: 3 * Math.ceil(config.segmentMs / 1000) * 1000 + 4000 },
    nameOf: nameOfId,
    heightOf: (streamId, rendition) => heightOf(registry.known(streamId), rendition),
    onEnded: (session, runId, endedMs) => {
      const name = nameOfId(session.streamId)
      if (name !== undefined) viewerStore.addSession(name, runId, session, endedMs)
    },
    onRun: (streamId, run) => {
      const name = nameOfId(streamId)
      if (name !== undefined) viewerStore.saveRun(name, run)
    },
    onGain: (gain) => viewerMetrics.gain(gain),
    onBytes: (streamId, bytes) => registry.addBytesOut(streamId, bytes),
  })
  const keys = await StreamKeys.open({ store: createKeyStore(database), writes, events, audit, now })
  const slates = await Slates.open({
    database,
    dataDir: dependencies.dataDir,
    events,
    audit,
    log: log.child({ part: 'slate' }),
    streamIdOf: (name) => registry.idOf(name),
    preset: config.failover.slate,
  })
  const registry = await StreamRegistry.open({
    store: createStreamStore(database, writes),
    events,
    audit,
    log,
    now,
    monotonic,
    clock: dependencies.clock,
    reconnectWindowMs: () => settings().reconnectWindowMs,
    failover: config.failover,
    slates,
    describe: (stream) => streamView(stream, viewers.count(stream.id), urlBase(dependencies.baseUrl?.() ?? '')),
  })
  const heightOf = (stream: ManagedStream | undefined, rendition: string | undefined): number | undefined => {
    const packaged = stream === undefined || rendition === undefined ? undefined : runs.find(stream.name)
    const track = packaged?.renditions.find(({ id }) => id === rendition)?.track ?? stream?.run?.tracks.find(({ kind }) => kind === 'video')
    return track?.kind === 'video' ? track.height : undefined
  }
  const viewerMetrics = createViewerMetrics(dependencies.registry, () =>
    registry
      .list()
      .filter(({ phase }) => phase === 'active' || phase === 'reconnecting')
      .map(({ id, name }) => ({ name, figures: viewers.figures(id) })),
  )
  registry.onRun((stream) => viewers.begin(stream.id, stream.run?.epoch))
  keys.onChanged((key) => registry.keyChanged(key))
  keys.onWithdrawn((key, code) => registry.withdraw(key.id, new AppError(code)))

  const metrics = createStreamMetrics(dependencies.registry, () => registry.list(), viewers)
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
    dataDir: dependencies.dataDir,
    log: log.child({ part: 'renditions' }),
    events,
    audit,
    defaultMode: config.ladder,
    streamOf: (idOrName) => registry.get(idOrName),
    limitsOf: (stream) => registry.limitsOf(stream),
    warn: (stream, code, message) => registry.known(stream.id)?.warn(code, message),
  })
  const { segmentMs, partMs, windowMs } = config
  const runs = new PackagedRuns(
    registry,
    (stream, keyframeIntervalMs) =>
      createPackager(renditions.derived.ladder(stream), {
        segmentMs,
        partMs,
        windowMs,
        clockOffsetMs: dependencies.clock.offsetMs,
        archive: dvr.open(stream.epoch),
        rewindMs: dvr.windowMs(stream.name),
        ...(keyframeIntervalMs === undefined ? {} : { keyframeIntervalMs }),
      }),
    (packaged) => packaged.windowMs + AFTER_END_MS,
  )
  const dvr = await createDvr({
    dataDir: dependencies.dataDir,
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
  /** A key makes a name known: its page waits for the first publisher. */
  const expected = (name: string): boolean => keys.list().some((key) => key.stream === name && key.revokedAt === null)
  return {
    now,
    monotonic,
    settings,
    viewers,
    previewPrefix,
    viewerStore,
    viewerMetrics,
    keys,
    slates,
    registry,
    metrics,
    clock,
    renditions,
    runs,
    dvr,
    nameOf,
    expected,
  }
}
