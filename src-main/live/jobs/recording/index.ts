import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Gauge, type Registry } from 'prom-client'
import { mediaTypes } from '../../../media/files/container.ts'
import type { Retention } from '../../../media/files/retention.ts'
import type { AuditLog } from '../../../platform/audit.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { StreamRegistry } from '../../hub/stream-registry.ts'
import type { LiveDatabase, Writes } from '../../live-database.ts'
import type { LivePart } from '../../live-part.ts'
import { type PublishedFile, sendPublished } from '../published-file.ts'
import { RecordingIndex, recordingView } from './recording-index.ts'
import { RecordingRules } from './recording-rules.ts'
import { createRecordingStore, type StoredRecording } from './recording-store.ts'
import { Recordings } from './recordings.ts'
import { recordingRoutes } from './routes.ts'

export interface RecordingDependencies {
  readonly registry: StreamRegistry
  readonly database: LiveDatabase
  readonly writes: Writes
  /** The folder of this part: files go to `recordings` below it. */
  readonly dataDir: string
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  readonly metrics: Registry
  readonly now: () => number
  /** Recordings that a host made which ended unexpectedly go on, those by hand too. */
  readonly resumes: boolean
  /** Poster and scrubbing images of a file; undefined if none can be made. */
  readonly imagesOf?: ImagesOf
}

type ImagesOf = (file: {
  path: string
  durationMs: number
  width: number
  height: number
}) => Promise<{ poster: Uint8Array; sheet: Uint8Array; track: string } | undefined>

/** Recording, as the rest of live streaming sees it. */
export interface RecordingPart extends LivePart {
  readonly folder: string
  /** Streams that are recorded now. */
  running(): number
  /** How long recordings are kept, as it is now. */
  retention(): Retention
}

/** Recording: streams become files, by rule or by hand, kept as retention says. */
export async function createRecording(dependencies: RecordingDependencies): Promise<RecordingPart> {
  const { registry, events, audit, log, now } = dependencies
  const folder = join(dependencies.dataDir, 'recordings')
  const store = createRecordingStore(dependencies.database, dependencies.writes)
  const rules = await RecordingRules.open({ store, events, streamIdOf: (name) => registry.idOf(name) })
  const onWhole = (recording: StoredRecording): void => {
    events.publish('recording.completed', recordingView(recording), { stream: recording.streamId })
    void illustrate(recording).catch((error: unknown) => log.warn({ err: error, recording: recording.id }, 'a recording got no thumbnail'))
  }
  const index = await RecordingIndex.open({ store, folder, events, log, onWhole })
  /** Makes the images of a recording. */
  async function illustrate(recording: StoredRecording): Promise<void> {
    const video = recording.tracks.find((track) => track.kind === 'video')
    if (video === undefined) return
    const { width = 0, height = 0 } = video
    const made = await dependencies.imagesOf?.({ path: index.path(recording), durationMs: recording.durationMs, width, height })
    if (made === undefined || !index.list().includes(recording)) return
    await mkdir(join(folder, '.pictures'), { recursive: true })
    await writeFile(index.imagePath(recording, 'poster.jpg'), made.poster)
    await writeFile(index.imagePath(recording, 'sprites.jpg'), made.sheet)
    await writeFile(index.imagePath(recording, 'sprites.vtt'), made.track)
    recording.poster = true
    recording.sprites = true
    index.keep(recording)
  }
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
    resumes: dependencies.resumes,
    onWhole,
  })
  /** Recordings that were finished while the host stopped have no images yet. */
  async function illustrateOld(): Promise<void> {
    for (const recording of index.list()) if (recording.state === 'complete' && !recording.poster) await illustrate(recording)
  }
  new Gauge({
    name: 'streams_recordings_running',
    help: 'Streams that are being recorded',
    registers: [dependencies.metrics],
    collect() {
      this.set(recordings.running)
    },
  })
  new Gauge({
    name: 'streams_recordings_bytes',
    help: 'Bytes of all recordings',
    registers: [dependencies.metrics],
    collect() {
      let bytes = 0
      for (const recording of index.list()) bytes += recording.bytes
      this.set(bytes)
    },
  })
  return {
    folder,
    running: () => recordings.running,
    retention: () => rules.retention,
    resources: {
      recording: (live, { id, container }) =>
        sendPublished(live, () => published(index, live.url.stream, id, container), publishedCodes, log),
    },
    routes: recordingRoutes({
      recordings,
      index,
      rules,
      audit,
      now,
      streamName: (idOrName) => registry.get(idOrName).name,
      liveNames: () => registry.list().flatMap((entry) => (registry.find(entry.name) ? [entry.name] : [])),
    }),
    async start() {
      await recordings.start()
      void illustrateOld().catch((error: unknown) => log.warn({ err: error }, 'older recordings got no thumbnails'))
    },
    stop: () => recordings.stop(),
    problems: () => recordings.problems(),
  }
}

const publishedCodes = { unknown: 'recording.not_found', missing: 'recording.file_missing' } as const

/** The file of a recording that is published and whole. */
function published(index: RecordingIndex, stream: string, id: string, container: string): PublishedFile | undefined {
  const found = index.list().find((each) => each.id === id && each.stream === stream && each.container === container && each.published)
  if (found === undefined || found.deletedAt !== null || found.state === 'recording' || found.state === 'failed') return undefined
  return { path: index.path(found), type: mediaTypes[found.container], cacheTag: `recording-${id}` }
}
