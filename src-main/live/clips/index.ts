import { join } from 'node:path'
import type { AuditLog } from '../../platform/audit.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Logger } from '../../platform/logger.ts'
import type { LiveDatabase, Writes } from '../live-database.ts'
import type { LivePart } from '../live-part.ts'
import { ClipMaker } from './clip-maker.ts'
import { ClipStore } from './clip-store.ts'
import { Clips, type ClipsNeeds } from './clips.ts'
import { type ClipRoutesNeeds, clipRoutes } from './routes.ts'

export interface ClipPartNeeds
  extends Pick<ClipsNeeds, 'mostMb' | 'runs' | 'titleOf' | 'posterOf' | 'now'>,
    Pick<ClipRoutesNeeds, 'streamOf'> {
  readonly database: LiveDatabase
  readonly writes: Writes
  /** The wing's folder: files go to `clips` below it. */
  readonly dataDir: string
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
}

/** Clips of running streams, cut at the frame. */
export async function createClips(needs: ClipPartNeeds): Promise<LivePart> {
  const folder = join(needs.dataDir, 'clips')
  const { database, writes, events } = needs
  const store = await ClipStore.open({ database, writes, folder, events })
  const clips = new Clips({ ...needs, store, folder, maker: new ClipMaker(needs.log) })
  return {
    routes: clipRoutes({ ...needs, clips, store }),
    start: () => clips.start(),
    stop: () => clips.stop(),
  }
}
