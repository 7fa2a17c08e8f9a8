import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { sendPieces } from '../../client/send-pieces.ts'
import { notify, notifyError } from '../../components/toasts.tsx'
import { runUpload } from '../../components/uploads/upload-store.ts'
import { t } from '../messages.ts'

/** Files of one drop, also of folders. */
const maxFiles = 2000

/** A file, and where it goes below the shared folder. */
export interface ChosenFile {
  readonly path: string
  readonly file: File
}

/** What was chosen in a field for files, or for a folder, whose names are kept. */
export const chosenFiles = (files: Iterable<File>): readonly ChosenFile[] =>
  [...files].map((file) => ({ path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath, file }))

/** Takes files that are dropped on a display. Returns the way to stop. */
export function bindDrop(surface: HTMLElement, onFiles: (files: readonly ChosenFile[]) => Promise<void>): () => void {
  const stop = new AbortController()
  const { signal } = stop
  surface.addEventListener('dragover', (event) => event.preventDefault(), { signal })
  surface.addEventListener(
    'drop',
    (event) => {
      event.preventDefault()
      if (event.dataTransfer) droppedFiles(event.dataTransfer).then(onFiles).catch(notifyError)
    },
    { signal },
  )
  return () => stop.abort()
}

/** What was dropped, folders with what is in them. */
async function droppedFiles(data: DataTransfer): Promise<readonly ChosenFile[]> {
  // The list is empty once the event is over.
  const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  if (entries.length === 0) return chosenFiles(data.files)
  const found: ChosenFile[] = []
  for (const entry of entries) await collect(entry, '', found)
  return found
}

async function collect(entry: FileSystemEntry, folder: string, found: ChosenFile[]): Promise<void> {
  if (found.length > maxFiles) return
  const path = `${folder}${entry.name}`
  if (entry.isFile) {
    found.push({ path, file: await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)) })
    return
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  for (;;) {
    // Browsers hand out a hundred at a time.
    const some = await new Promise<readonly FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return
    for (const each of some) await collect(each, `${path}/`, found)
  }
}

/** Path of the API before `/files`. */
export type FilesPath = `/desktop/${'displays' | 'visits'}/${string}`

/** Sends files to the shared folder of a display, and says how many have arrived. */
export async function sendToDisplay(at: () => FilesPath, files: readonly ChosenFile[]): Promise<void> {
  const sent = await sendFiles(at, files)
  if (sent.length > 0) notify(t.files.uploaded(sent.length))
}

/** Sends files to the shared folder of a display, three at a time. Their paths there, of those that have arrived. */
export async function sendFiles(at: () => FilesPath, files: readonly ChosenFile[]): Promise<readonly string[]> {
  if (files.length > maxFiles) notify(t.files.tooMany(maxFiles))
  const sent = await Promise.all(files.slice(0, maxFiles).map((each) => runUpload(each.file, sendOne(at, each))))
  return sent.flatMap((each) => each?.file?.path ?? [])
}

/** Most that the display's clipboard takes. */
const maxOffered = 500

/** Sends files that were pasted to a display, and puts them into its clipboard. False where that failed, which has been said. */
export async function pasteToDisplay(at: () => FilesPath, files: readonly File[]): Promise<boolean> {
  if (files.length > maxOffered) {
    notifyError(new Error(t.files.tooMany(maxOffered)))
    return false
  }
  const paths = await sendFiles(at, chosenFiles(files))
  if (paths.length === 0) return false
  try {
    await call('POST', `${at()}/files/offered`, { body: { paths: [...paths] } })
    notify(t.files.offered(paths.length))
    return true
  } catch (error) {
    notifyError(error)
    return false
  }
}

const sendOne =
  (at: () => FilesPath, { path, file }: ChosenFile) =>
  (signal: AbortSignal, progress: Parameters<typeof sendPieces>[3]) => {
    const uploads = () => `${at()}/files/uploads` as const
    return sendPieces<Answer<'GET', '/desktop/displays/*/files/uploads/*'>>(
      file,
      {
        begin: (stop) => call('POST', uploads(), { body: { path, bytes: file.size }, signal: stop }),
        bytesUrl: ({ id }, offset) => `/api/v1${uploads()}/${id}/bytes?offset=${offset}`,
        look: ({ id }, stop) => call('GET', `${uploads()}/${id}`, { signal: stop }),
        cancel: ({ id }) => call('DELETE', `${uploads()}/${id}`, { quiet: true }),
        isDone: (upload) => upload.file !== null,
      },
      signal,
      progress,
    )
  }
