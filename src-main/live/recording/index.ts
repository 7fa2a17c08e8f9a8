import { join } from 'node:path'
import { Gauge, type Registry } from 'prom-client'
import type { AuditLog } from '../../platform/audit.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Logger } from '../../platform/logger.ts'
import type { LiveDatabase, Writes } from '../live-database.ts'
import type { LivePart } from '../live-part.ts'
import type { StreamRegistry } from '../streams/stream-registry.ts'
import { RecordingIndex } from './recording-index.ts'
import { RecordingRules } from './recording-rules.ts'
import { createRecordingStore } from './recording-store.ts'
import { Recordings } from './recordings.ts'
import { recordingRoutes } from './routes.ts'

export interface RecordingNeeds {
  readonly registry: StreamRegistry
  readonly database: LiveDatabase
  readonly writes: Writes
  /** The wing's folder: files go to `recordings` below it. */
  readonly dataDir: string
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  readonly metrics: Registry
  readonly now: () => number
}

/** Recording: streams become files, by rule or by hand, kept as retention says. */
export async function createRecording(needs: RecordingNeeds): Promise<LivePart> {
  const { registry, events, audit, log, now } = needs
  const folder = join(needs.dataDir, 'recordings')
  const store = createRecordingStore(needs.database, needs.writes)
  const rules = await RecordingRules.open(store)
  const index = await RecordingIndex.open({ store, folder, events, log, onWhole: () => undefined })
  const recordings = new Recordings({
    streams: registry,
    titleOf: (name) => registry.status(name)?.title ?? name,
    index,
    rules,
    folder,
    events,
    audit,
    log,
    now,
    onWhole: () => undefined,
  })
  new Gauge({
    name: 'streams_recordings_running',
    help: 'Streams that are being recorded',
    registers: [needs.metrics],
    collect() {
      this.set(recordings.running)
    },
  })
  new Gauge({
    name: 'streams_recordings_bytes',
    help: 'Bytes of all recordings',
    registers: [needs.metrics],
    collect() {
      let bytes = 0
      for (const recording of index.list()) bytes += recording.bytes
      this.set(bytes)
    },
  })
  return {
    routes: recordingRoutes({
      recordings,
      index,
      rules,
      audit,
      now,
      streamName: (idOrName) => registry.get(idOrName).name,
      liveNames: () => registry.list().flatMap((entry) => (registry.find(entry.name) ? [entry.name] : [])),
    }),
    start: () => recordings.start(),
    stop: () => recordings.stop(),
  }
}
