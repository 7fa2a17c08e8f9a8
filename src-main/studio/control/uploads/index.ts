import { join } from 'node:path'
import type { RouteDefinition } from '../../../platform/routes/routes.ts'
import type { StudioDependencies } from '../../studio-dependencies.ts'
import { FileUses, type FileUsesDependencies } from './file-uses.ts'
import { uploadedView, uploadRoutes } from './upload-routes.ts'
import { Uploads } from './uploads.ts'

export interface CreateUploadsDependencies
  extends Pick<StudioDependencies, 'dataDir' | 'uploads' | 'reach' | 'audit' | 'events'>,
    FileUsesDependencies {}

const megabyte = 1_000_000
/** Uploaded files at most. */
const maxFiles = 2000

/** Files that are sent to the studio, and the folders that sources may read. */
export async function createUploads(
  dependencies: CreateUploadsDependencies,
): Promise<{ readonly uploads: Uploads; readonly routes: readonly RouteDefinition[]; stop(): Promise<void> }> {
  const { dataDir, uploads: options, reach, audit, events } = dependencies
  const uses = new FileUses(dependencies)
  const uploads = await Uploads.open({
    folder: join(dataDir, 'studio', 'uploads'),
    incoming: join(dataDir, 'studio', 'incoming'),
    limits: { maxBytes: options.maxMegabytes * megabyte, quotaBytes: options.quotaMegabytes * megabyte, maxFiles },
    isUsed: async (path) => (uses.open().get(path) ?? []).length + (await uses.stored(path)).length > 0,
    onFile: (file) => events.publish('studio.upload.updated', uploadedView(file, uses.open().get(file.path) ?? [])),
    onRemoved: ({ name }) => events.publish('studio.upload.removed', { id: name }),
  })
  return {
    uploads,
    routes: uploadRoutes({ uploads, uses, reach: reach.policy, mediaFolders: reach.mediaFolders, audit }),
    stop: () => uploads.stop(),
  }
}
