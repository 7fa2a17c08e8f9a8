import type { AccessGate } from './access/access-gate.ts'
import { createAlerts, type StreamFacts } from './alerts/index.ts'
import { createCarrier } from './carrier/index.ts'
import { createClips } from './clips/index.ts'
import type { Core } from './core.ts'
import { createDemo } from './demo/index.ts'
import { createDestinations, type Destinations } from './destinations/index.ts'
import { WhipSender } from './destinations/whip/whip-sender.ts'
import type { FlvBodies } from './flv/flv-bodies.ts'
import type { LiveNeeds } from './live-needs.ts'
import type { LivePart } from './live-part.ts'
import { createRecording } from './recording/index.ts'
import { createSources } from './sources/index.ts'
import type { StreamRegistry } from './streams/stream-registry.ts'
import { TestStream } from './test-stream.ts'
import { createThumbnails } from './thumbnails/index.ts'

/** What is done with streams beside carrying them from publisher to viewer. */
export async function createParts(
  needs: LiveNeeds,
  core: Core,
  own: { readonly bodies: FlvBodies; readonly gate: AccessGate; readonly rtmpPort: () => number },
) {
  const { config, database, writes, events, audit, log } = needs
  const { now, monotonic, keys, registry, viewers, renditions, runs } = core
  const { outgoingQueueBytes, outgoingQueueMs } = config.limits
  const testStream = new TestStream({
    worker: needs.demo ?? createDemo({ log: log.child({ part: 'demo' }) }),
    keys,
    registry,
    rtmpServer: () => `rtmp://${ownAddress(needs.listen.host)}:${own.rtmpPort()}/live`,
  })

  const whip = new WhipSender(log.child({ part: 'destinations' }))
  const carrier = createCarrier({
    registry,
    keys,
    gate: own.gate,
    media: { bodies: own.bodies, limits: { outgoingBytes: outgoingQueueBytes, outgoingMs: outgoingQueueMs } },
    whip,
    encoders: renditions.encoders,
    rtmpDoor: () => `${ownAddress(needs.listen.host)}:${own.rtmpPort()}`,
    now,
    monotonic,
  })
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
    secrets: needs.secrets,
    streams: registry,
    ladderOf: (stream) => renditions.derived.ladder(stream),
    realtimeOf: (stream) => renditions.derived.realtime(stream),
    whip,
    streamOf: (idOrName) => registry.get(idOrName),
    events,
    audit,
    log: log.child({ part: 'destinations' }),
    registry: needs.registry,
    limits: { outgoingBytes: outgoingQueueBytes, outgoingMs: outgoingQueueMs },
    now,
    monotonic,
  })
  const alerts = await createAlerts({
    database,
    secrets: needs.secrets,
    dataDir: needs.dataDir,
    events,
    audit,
    log: log.child({ part: 'alerts' }),
    now,
    watchUrl: (name) => (needs.baseUrl?.() ? `${needs.baseUrl()}/watch/${name}` : ''),
    streams: () => streamFacts(registry, destinations),
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
  const clips = await createClips({
    database,
    writes,
    dataDir: needs.dataDir,
    events,
    audit,
    log: log.child({ part: 'clips' }),
    now,
    mostMb: config.clipsMb,
    runs: (name) => runs.all(name),
    streamOf: (idOrName) => registry.get(idOrName),
    titleOf: (name) => registry.status(name)?.title || name,
    posterOf: async (file) => (await thumbnails.ofFile(file))?.poster,
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
    find: (name) => registry.find(name),
    playable: (name) =>
      config.packaging === 'on' ? runs.find(name)?.ready === true && !runs.find(name)?.ended : registry.find(name) !== undefined,
  })
  return { alerts, testStream, carrier, sending, destinations, thumbnails, recording, clips, sources }
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
function ownAddress(host: string): string {
  if (host === '' || host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}
