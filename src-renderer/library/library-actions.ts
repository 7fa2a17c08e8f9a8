import { ApiError, call } from '../client/api.ts'
import { clips } from '../clips/clip-store.ts'
import { changeWithUndo, moveToTrash } from '../components/changes.ts'
import { notify, notifyError } from '../components/toasts.tsx'
import { components, library as t } from '../messages/page.ts'
import { recordings } from '../recording/recording-store.ts'
import { studioFiles } from '../studio/outputs/studio-files.ts'
import { displayRecordings } from './display-recordings.ts'
import { type LibraryItem, trashItems } from './library-items.ts'

/** Gives a file another title, which can be taken back. */
export function rename({ of }: LibraryItem, title: string): void {
  const before = { title: of.entity.title }
  const said = t.titleChanged
  if (of.is === 'recording') void changeWithUndo(`/live/recordings/${of.entity.id}`, { title }, before, said, recordings.keep)
  else if (of.is === 'clip') void changeWithUndo(`/live/clips/${of.entity.id}`, { title }, before, said, clips.keep)
  else if (of.is === 'display') void changeWithUndo(`/desktop/recordings/${of.entity.id}`, { title }, before, said, displayRecordings.keep)
  else void changeWithUndo(`/studio/files/${of.entity.id}`, { title }, before, said, studioFiles.keep)
}

/** Has retention leave a file alone, or not any more; clips are not deleted by it. */
export function keepFromRetention({ of }: LibraryItem, kept: boolean, said: string): void {
  if (of.is === 'recording') void changeWithUndo(`/live/recordings/${of.entity.id}`, { kept }, { kept: !kept }, said, recordings.keep)
  else if (of.is === 'file') void changeWithUndo(`/studio/files/${of.entity.id}`, { kept }, { kept: !kept }, said, studioFiles.keep)
  else if (of.is === 'display')
    void changeWithUndo(`/desktop/recordings/${of.entity.id}`, { kept }, { kept: !kept }, said, displayRecordings.keep)
}

/** Publishes a recording or clip of a stream for whoever may watch the stream, or withdraws it. */
export function publish({ of }: LibraryItem, published: boolean, said: string): void {
  const before = { published: !published }
  if (of.is === 'recording') void changeWithUndo(`/live/recordings/${of.entity.id}`, { published }, before, said, recordings.keep)
  else if (of.is === 'clip') void changeWithUndo(`/live/clips/${of.entity.id}`, { published }, before, said, clips.keep)
}

/** Makes a plain MP4 file of a recording, beside it. */
export async function remux({ of, fileName }: LibraryItem): Promise<void> {
  if (of.is !== 'file') return
  try {
    await studioFiles.keep(call('POST', `/studio/files/${of.entity.id}/remux`, { body: {} }))
    notify(t.remuxStarted(fileName))
  } catch (error) {
    notifyError(error)
  }
}

/** Ends the remux that makes a file. */
export async function cancelRemux({ of, fileName }: LibraryItem): Promise<void> {
  try {
    await call('DELETE', `/studio/files/${of.entity.id}/remux`)
    notify(t.remuxCancelled(fileName))
  } catch (error) {
    notifyError(error)
  }
}

/** Puts files into the trash, with one message for all of them. */
export async function throwAwayAll(items: readonly LibraryItem[]): Promise<void> {
  const gone = await Promise.allSettled(items.map(trash))
  const failed = gone.find((each) => each.status === 'rejected')
  const count = gone.filter((each) => each.status === 'fulfilled').length
  const done = items.filter((_, at) => gone[at]?.status === 'fulfilled')
  if (count > 0) notify(t.filesInTrash(count), () => void Promise.all(done.map(restoreQuietly)).catch(notifyError))
  if (failed?.status === 'rejected') notifyError(failed.reason)
}

function trash({ of }: LibraryItem): Promise<unknown> {
  const deletedAt = new Date().toISOString()
  if (of.is === 'recording') {
    return recordings.keep(call('DELETE', `/live/recordings/${of.entity.id}`).then(() => ({ ...of.entity, deletedAt })))
  }
  if (of.is === 'clip') return clips.keep(call('DELETE', `/live/clips/${of.entity.id}`).then(() => ({ ...of.entity, deletedAt })))
  if (of.is === 'display') {
    return displayRecordings.keep(call('DELETE', `/desktop/recordings/${of.entity.id}`).then(() => ({ ...of.entity, deletedAt })))
  }
  return studioFiles.keep(call('DELETE', `/studio/files/${of.entity.id}`).then(() => ({ ...of.entity, deletedAt })))
}

function restoreQuietly({ of }: LibraryItem): Promise<unknown> {
  if (of.is === 'recording') return recordings.keep(call('POST', `/live/recordings/${of.entity.id}/restore`))
  if (of.is === 'clip') return clips.keep(call('POST', `/live/clips/${of.entity.id}/restore`))
  if (of.is === 'display') return displayRecordings.keep(call('POST', `/desktop/recordings/${of.entity.id}/restore`))
  return studioFiles.keep(call('POST', `/studio/files/${of.entity.id}/restore`))
}

/** Puts a file into the trash, out of which it can be taken again. */
export function throwAway({ of, fileName }: LibraryItem): void {
  if (of.is === 'recording') void moveToTrash(`/live/recordings/${of.entity.id}`, of.entity, fileName, recordings.keep)
  else if (of.is === 'clip') void moveToTrash(`/live/clips/${of.entity.id}`, of.entity, of.entity.title, clips.keep)
  else if (of.is === 'display') void moveToTrash(`/desktop/recordings/${of.entity.id}`, of.entity, fileName, displayRecordings.keep)
  else void moveToTrash(`/studio/files/${of.entity.id}`, of.entity, fileName, studioFiles.keep)
}

/** What is in the trash of all lists. */
export async function readTrash(): Promise<readonly LibraryItem[]> {
  const [ofStreams, cut, made, ofDisplays] = await Promise.all([
    call('GET', '/live/recordings', { query: { deleted: true, limit: 500 } }),
    call('GET', '/live/clips', { query: { deleted: true, limit: 500 } }),
    call('GET', '/studio/files', { query: { deleted: true, limit: 500 } }),
    call('GET', '/desktop/recordings', { query: { deleted: true, limit: 500 } }).catch((error: unknown) => {
      // Without their second factor people see the others.
      if (error instanceof ApiError && error.status === 403) return { items: [] }
      throw error
    }),
  ])
  return trashItems(ofStreams.items, cut.items, made.items, ofDisplays.items)
}

/** Takes a file out of the trash. */
export async function restore(item: LibraryItem): Promise<void> {
  try {
    await restoreQuietly(item)
    notify(components.media.restored(item.title))
  } catch (error) {
    notifyError(error)
  }
}

/** Deletes a file that is in the trash. */
export async function deleteNow({ of, title }: LibraryItem): Promise<void> {
  try {
    if (of.is === 'recording') await call('DELETE', `/live/recordings/${of.entity.id}`, { query: { permanently: true } })
    else if (of.is === 'clip') await call('DELETE', `/live/clips/${of.entity.id}`, { query: { permanently: true } })
    else if (of.is === 'display') await call('DELETE', `/desktop/recordings/${of.entity.id}`, { query: { permanently: true } })
    else await call('DELETE', `/studio/files/${of.entity.id}`, { query: { permanently: true } })
    notify(components.media.deleted(title))
  } catch (error) {
    notifyError(error)
  }
}
