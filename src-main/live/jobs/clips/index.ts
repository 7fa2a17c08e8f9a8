import { join } from 'node:path'
import { mediaTypes } from '../../../media/files/container.ts'
import type { AuditLog } from '../../../platform/audit.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { LiveDatabase, Writes } from '../../live-database.ts'
import type { LivePart } from '../../live-part.ts'
import { type PublishedFile, sendPublished } from '../published-file.ts'
import { ClipMaker } from './clip-maker.ts'
import { ClipStore } from './clip-store.ts'
import { Clips, type ClipsDependencies } from './clips.ts'
import { type ClipRoutesDependencies, clipRoutes } from './routes.ts'

export interface ClipPartDependencies
  extends Pick<ClipsDependencies, 'maxMb' | 'runs' | 'titleOf' | 'posterOf' | 'now'>,
    Pick<ClipRoutesDependencies, 'streamOf'> {
  readonly database: LiveDatabase
  readonly writes: Writes
  /** The folder of this part: files go to `clips` below it. */
  readonly dataDir: string
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
}

/** Clips of running streams, cut at the frame. */
export async function createClips(dependencies: ClipPartDependencies): Promise<LivePart> {
  const folder = join(dependencies.dataDir, 'clips')
  const { database, writes, events } = dependencies
  const store = await ClipStore.open({ database, writes, folder, events })
  const clips = new Clips({ ...dependencies, store, folder, maker: new ClipMaker(dependencies.log) })
  return {
    resources: {
      clip: (live, { id }) => sendPublished(live, () => published(store, live.url.stream, id), publishedCodes, dependencies.log),
    },
    routes: clipRoutes({ ...dependencies, clips, store }),
    start: () => clips.start(),
    stop: () => clips.stop(),
  }
}

const publishedCodes = { unknown: 'clip.not_found', missing: 'clip.not_found' } as const

/** The file of a clip that is published and ready. */
function published(store: ClipStore, stream: string, id: string): PublishedFile | undefined {
  const clip = store.has(id) ? store.get(id) : undefined
  if (clip === undefined || clip.stream !== stream || !clip.published || clip.deletedAt !== null || clip.state !== 'ready') return undefined
  return { path: store.path(id), type: mediaTypes.mp4, cacheTag: `clip-${id}` }
}
