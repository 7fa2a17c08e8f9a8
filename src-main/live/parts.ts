import type { Core } from './core.ts'
import type { StreamRegistry } from './hub/stream-registry.ts'
import { createClips } from './jobs/clips/index.ts'
import { createRecording } from './jobs/recording/index.ts'
import { createThumbnails } from './jobs/thumbnails/index.ts'
import type { LiveDependencies } from './live-dependencies.ts'
import type { LivePart } from './live-part.ts'
import type { Access } from './policy/access/index.ts'
import { createAlerts, type StreamFacts } from './policy/alerts/index.ts'
import type { FlvBodies } from './protocols/flv/flv-bodies.ts'
import { createDemo } from './relay/demo/index.ts'
import { TestStream } from './relay/demo/test-stream.ts'
import { createCarrier } from './relay/local/index.ts'
import { createIntake } from './relay/local/intake.ts'
import { createSources } from './relay/pull/index.ts'
import { createDestinations, type Destinations } from './relay/push/index.ts'
import { WhipSender } from './relay/push/whip/whip-sender.ts'

/** What is done with streams beside carrying them from publisher to viewer. */
export async function createParts(
  dependencies: LiveDependencies,
  core: Core,
  own: { readonly bodies: FlvBodies; readonly access: Access; readonly rtmpPort: () => number },
) {
  const { config, database, writes, events, audit, log } = dependencies
  const { now, monotonic, keys, registry, viewers, renditions, runs } = core
  const { outgoingQueueBytes, outgoingQueueMs } = config.limits
  const testStream = new TestStream({
    worker: dependencies.demo ?? createDemo({ log: log.child({ part: 'demo' }) }),
    keys,
    registry,
    log: log.child({ part: 'demo' }),
    rtmpServer: () => `rtmp://${localHost(dependencies.listen.host)}:${own.rtmpPort()}/live`,
  })

  const viewersOf = (name: string): number => {
    const stream = registry.find(name)
    return stream === undefined ? 0 : viewers.count(stream.id)
  }
  const thumbnails = createThumbnails({ streams: registry, log: log.child({ part: 'thumbnails' }), everyMs: config.thumbnailMs })
  const posterOf = async (file: { readonly path: string; readonly durationMs: number }): Promise<Uint8Array | undefined> =>
    (await thumbnails.ofFile({ width: 0, height: 0, ...file }))?.poster
  const whip = new WhipSender(log.child({ part: 'destinations' }))
  const carrier = createCarrier({
    registry,
    keys,
    gate: own.access.gate,
    setPrivate: (stream, isPrivate) => own.access.setPrivate(stream, isPrivate),
    media: { bodies: own.bodies, limits: { outgoingBytes: outgoingQueueBytes, outgoingMs: outgoingQueueMs } },
    whip,
    network: dependencies.network,
    viewers: viewersOf,
    startOnDemand: (name) => sources.sources.want(name),
    encoders: renditions.encoders,
    posterOf,
    rtmpEndpoint: () => `${localHost(dependencies.listen.host)}:${own.rtmpPort()}`,
    now,
    monotonic,
  })
  const intake = createIntake({ keys, streams: () => registry.list(), bind: dependencies.listen.host, rtmpPort: own.rtmpPort })
  /** Stopped behind everything that sends. */
  const sending: LivePart = {
    async stop() {
      carrier.stop()
      await whip.stop()
    },
  }
  const destinations = await createDestinations({
    bodies: own.bodies,
    database,
    secrets: dependencies.secrets,
    streams: registry,
    ladderOf: (stream) => renditions.derived.ladder(stream),
    realtimeOf: (stream) => renditions.derived.realtime(stream),
    whip,
    network: dependencies.network,
    streamOf: (idOrName) => registry.get(idOrName),
    resumes: (name) => dependencies.resumes === true && registry.list().some((stream) => stream.name === name && stream.wasLive),
    events,
    audit,
    log: log.child({ part: 'destinations' }),
    registry: dependencies.registry,
    limits: { outgoingBytes: outgoingQueueBytes, outgoingMs: outgoingQueueMs },
    now,
    monotonic,
  })
  const alerts = await createAlerts({
    database,
    secrets: dependencies.secrets,
    dataDir: dependencies.dataDir,
    events,
    audit,
    log: log.child({ part: 'alerts' }),
    now,
    watchUrl: (name) => (dependencies.baseUrl?.() ? `${dependencies.baseUrl()}/watch/${name}` : ''),
    streams: () => streamFacts(registry, destinations),
    attacks: () => dependencies.attacks?.() ?? [],
  })
  const recording = await createRecording({
    imagesOf: (file) => thumbnails.ofFile(file),
    registry,
    database,
    writes,
    dataDir: dependencies.dataDir,
    events,
    audit,
    log: log.child({ part: 'recording' }),
    metrics: dependencies.registry,
    now,
    resumes: dependencies.resumes === true,
  })
  const clips = await createClips({
    database,
    writes,
    dataDir: dependencies.dataDir,
    events,
    audit,
    log: log.child({ part: 'clips' }),
    now,
    maxMb: config.clipsMb,
    runs: (name) => runs.all(name),
    streamOf: (idOrName) => registry.get(idOrName),
    titleOf: (name) => registry.status(name)?.title || name,
    posterOf,
  })
  const sources = await createSources({
    database,
    clients: dependencies.clients,
    secrets: dependencies.secrets,
    events,
    audit,
    log: log.child({ part: 'sources' }),
    now,
    open: (key, request) => registry.open(key, request),
    viewers: viewersOf,
    find: (name) => registry.find(name),
    playable: (name) =>
      config.packaging === 'on' ? runs.find(name)?.ready === true && !runs.find(name)?.ended : registry.find(name) !== undefined,
  })
  return { alerts, testStream, carrier, intake, sending, destinations, thumbnails, recording, clips, sources }
}

/** Live streams as alerts look at them. */
function streamFacts(registry: StreamRegistry, destinations: Destinations): StreamFacts[] {
  const facts: StreamFacts[] = []
  for (const { phase, name, meter } of registry.list()) {
    if (phase !== 'active' && phase !== 'reconnecting') continue
    const away = phase === 'reconnecting'
    facts.push({
      name,
      away,
      samples: meter?.samples ?? [],
      warnings: meter?.warnings ?? [],
      failedDestinations: destinations.failing(name),
    })
  }
  return facts
}

/** Where a program on this machine reaches a listener on `host`. */
function localHost(host: string): string {
  if (host === '' || host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}
