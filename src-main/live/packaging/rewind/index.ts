import { Type } from 'typebox'
import { ticksToMs } from '../../../formats/media-time.ts'
import type { AuditLog } from '../../../platform/audit.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import type { Logger } from '../../../platform/logger.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import type { LiveDatabase, Writes } from '../../live-database.ts'
import type { LivePart } from '../../live-part.ts'
import type { Packager } from '../packager.ts'
import type { RunArchive } from '../segment-archive.ts'
import { DvrSettings } from './dvr-settings.ts'
import { DvrStore } from './dvr-store.ts'

export interface DvrDependencies {
  readonly dataDir: string
  /** Rewind window of streams that have none of their own, ms. */
  readonly defaultMs: number
  readonly database: LiveDatabase
  readonly writes: Writes
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  /** Name of the stream of that id or name; throws `stream.not_found`. */
  nameOf(idOrName: string): string
  /** The runs of a stream that go on or are kept, the oldest first. */
  runs(name: string): readonly Packager[]
}

/** Rewind windows of the live part. */
export interface Dvr extends LivePart {
  /** ms of media that a stream of that name lists; 0: what is in memory. */
  windowMs(name: string): number
  /** Where a run's media goes when it leaves memory. */
  open(epoch: string): RunArchive
}

const maxWindowMs = 14_400_000

const DvrSchema = Type.Object({
  windowMs: Type.Integer({ description: 'ms that viewers can rewind; 0: the live window in memory alone' }),
  isDefault: Type.Boolean({ description: 'the stream has no window of its own' }),
  availableMs: Type.Integer({ description: 'ms of media that can be played now' }),
  diskBytes: Type.Integer({ description: 'bytes of the rewind windows of all streams on disk' }),
  paused: Type.Boolean({ description: 'the disk is full or fails: windows do not grow for now' }),
})

/** Makes the rewind windows from what the database knows; `start` deletes what an earlier run of the host left on disk. */
export async function createDvr(dependencies: DvrDependencies): Promise<Dvr> {
  const settings = await DvrSettings.open(dependencies.database, dependencies.writes, dependencies.defaultMs)
  const store = new DvrStore({
    dataDir: dependencies.dataDir,
    log: dependencies.log,
    onPaused: (paused, reason) => {
      dependencies.events.publish(paused ? 'dvr.paused' : 'dvr.resumed', { reason })
    },
  })
  return {
    routes: routes(dependencies, settings, store),
    start: () => store.start(),
    stop: () => store.stop(),
    windowMs: (name) => settings.windowMs(name),
    open: (epoch) => store.open(epoch),
    problems: () => (store.paused ? ['dvr.paused'] : []),
  }
}

function routes(dependencies: DvrDependencies, settings: DvrSettings, store: DvrStore): readonly RouteDefinition[] {
  const params = Type.Object({ id: Type.String({ maxLength: 80, description: 'id or name' }) })
  const show = (name: string) => ({
    windowMs: settings.windowMs(name),
    isDefault: settings.isDefault(name),
    availableMs: availableMs(dependencies.runs(name).at(-1)),
    diskBytes: store.diskBytes,
    paused: store.paused,
  })
  return [
    defineRoute({
      method: 'GET',
      path: '/live/streams/:id/dvr',
      tag: 'live',
      summary: 'How far viewers of a stream can rewind',
      role: 'viewer',
      params,
      responses: { 200: DvrSchema },
      handler: (request) => ({ body: show(dependencies.nameOf(request.params.id)) }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/live/streams/:id/dvr',
      tag: 'live',
      summary: 'Sets how far viewers of a stream can rewind, at once',
      role: 'editor',
      params,
      body: Type.Object({
        windowMs: Type.Union([Type.Integer({ minimum: 0, maximum: maxWindowMs }), Type.Null()], {
          description: "ms, up to 4 hours; 0: the live window alone; null: the host's default",
        }),
      }),
      responses: { 200: DvrSchema },
      handler: (request) => {
        const name = dependencies.nameOf(request.params.id)
        const { windowMs } = request.body
        settings.set(name, windowMs)
        for (const run of dependencies.runs(name)) run.rewind(settings.windowMs(name))
        const said = windowMs === null ? 'the default' : `${windowMs} ms`
        dependencies.audit.record({
          kind: 'command',
          message: `Rewind window set to ${said}`,
          streamName: name,
          actor: request.principal.id,
          data: { windowMs },
        })
        return { body: show(name) }
      },
    }),
  ]
}

/** Media listed by the rendition that leads, ms. */
function availableMs(run: Packager | undefined): number {
  const rendition = run?.renditions[0]
  const first = rendition?.segments[0]
  const last = rendition?.segments.at(-1)
  if (rendition === undefined || first === undefined || last === undefined) return 0
  return Math.round(ticksToMs(last.startTicks + last.durationTicks - first.startTicks, rendition.track.timescale))
}
