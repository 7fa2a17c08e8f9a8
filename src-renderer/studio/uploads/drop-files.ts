import { notify } from '../../components/toasts.tsx'
import { tryEdit } from '../commands.ts'
import { addSourceEdits, type Place } from '../new-source.ts'
import { useShow } from '../show-store.ts'
import { t } from './messages.ts'
import { uploadFile } from './upload-file.ts'

/** Files of one drop. */
const maxFiles = 20

/**
 * Sends dropped files to the host; each becomes a source in the scene when it is there, at the place where it was dropped, as one step of
 * the history. `onAdded` is given the item.
 */
export async function addDroppedFiles(
  files: readonly File[],
  to: { readonly scene: string; readonly canvas: string; readonly at: Place },
  onAdded: (items: readonly string[]) => void,
): Promise<void> {
  if (files.length > maxFiles) notify(t.tooMany(maxFiles))
  await Promise.all(
    files.slice(0, maxFiles).map(async (file) => {
      const sent = await uploadFile(file)
      if (sent === undefined) return
      if (sent.kind === 'lut') return notify(t.lutAdded(sent.id))
      if (sent.kind === 'font') return notify(t.fontAdded(sent.id))
      // The show may have changed while the file was sent.
      const document = useShow.getState().open?.collection
      const canvas = document?.canvases.find(({ id }) => id === to.canvas)
      if (document === undefined || canvas === undefined) return
      const name = file.name.replace(/\.[^.]*$/, '').slice(0, 60) || sent.id
      const kind = sent.kind === 'image' ? 'image' : 'media'
      const made = await tryEdit(
        addSourceEdits({ kind, name, settings: { file: sent.path }, hasVideo: true, at: to.at }, document, to.scene, canvas),
      )
      if (made === undefined) return
      onAdded(made.slice(-1))
      notify(t.added(name))
    }),
  )
}
