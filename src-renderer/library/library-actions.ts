import { call } from '../client/api.ts'
import { clips } from '../clips/clip-store.ts'
import { changeWithUndo, moveToTrash } from '../components/changes.ts'
import { notify, notifyError } from '../components/toasts.tsx'
import { components, library as t } from '../messages/page.ts'
import { recordings } from '../recording/recording-store.ts'
import { studioFiles } from '../studio/outputs/studio-files.ts'
import { type LibraryItem, trashItems } from './library-items.ts'

/** Gives a file another title, which can be taken back. */
export function rename({ of }: LibraryItem, title: string): void {
  const before = { title: of.entity.title }
  const said = t.titleChanged
  if (of.is === 'recording') void changeWithUndo(`/live/recordings/${of.entity.id}`, { title }, before, said, recordings.keep)
  else if (of.is === 'clip') void changeWithUndo(`/live/clips/${of.entity.id}`, { title }, before, said, clips.keep)
  else void changeWithUndo(`/studio/files/${of.entity.id}`, { title }, before, said, studioFiles.keep)
}

/** Puts a file into the trash, out of which it can be taken again. */
export function throwAway({ of, fileName }: LibraryItem): void {
  if (of.is === 'recording') void moveToTrash(`/live/recordings/${of.entity.id}`, of.entity, fileName, recordings.keep)
  else if (of.is === 'clip') void moveToTrash(`/live/clips/${of.entity.id}`, of.entity, of.entity.title, clips.keep)
  else void moveToTrash(`/studio/files/${of.entity.id}`, of.entity, fileName, studioFiles.keep)
}

/** What is in the trash of all three lists. */
export async function readTrash(): Promise<readonly LibraryItem[]> {
  const [ofStreams, cut, made] = await Promise.all([
    call('GET', '/live/recordings', { query: { deleted: true, limit: 500 } }),
    call('GET', '/live/clips', { query: { deleted: true, limit: 500 } }),
    call('GET', '/studio/files', { query: { deleted: true, limit: 500 } }),
  ])
  return trashItems(ofStreams.items, cut.items, made.items)
}

/** Takes a file out of the trash. */
export async function restore({ of, title }: LibraryItem): Promise<void> {
  try {
    if (of.is === 'recording') await recordings.keep(call('POST', `/live/recordings/${of.entity.id}/restore`))
    else if (of.is === 'clip') await clips.keep(call('POST', `/live/clips/${of.entity.id}/restore`))
    else await studioFiles.keep(call('POST', `/studio/files/${of.entity.id}/restore`))
    notify(components.media.restored(title))
  } catch (error) {
    notifyError(error)
  }
}

/** Deletes a file that is in the trash. */
export async function deleteNow({ of, title }: LibraryItem): Promise<void> {
  try {
    if (of.is === 'recording') await call('DELETE', `/live/recordings/${of.entity.id}`, { query: { permanently: true } })
    else if (of.is === 'clip') await call('DELETE', `/live/clips/${of.entity.id}`, { query: { permanently: true } })
    else await call('DELETE', `/studio/files/${of.entity.id}`, { query: { permanently: true } })
    notify(components.media.deleted(title))
  } catch (error) {
    notifyError(error)
  }
}
