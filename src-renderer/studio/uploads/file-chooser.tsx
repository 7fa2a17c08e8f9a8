import { ArrowUp, File as FileIcon, Folder, Trash2, Upload } from 'lucide-react'
import { useCallback, useEffect, useRef, useState } from 'react'
import { ApiError, call, explain } from '../../client/api.ts'
import { formatBytes } from '../../client/format.ts'
import { confirm, Dialog } from '../../components/dialog.tsx'
import { notify, notifyError } from '../../components/toasts.tsx'
import { t as texts } from '../messages.ts'
import type { FolderListing, UploadedFile } from '../types.ts'
import { t } from './messages.ts'
import { uploadFile } from './upload-file.ts'
import './uploads.css'

interface FileChooserProps {
  /** `folder`: a folder to write into is chosen, and no file. */
  readonly what: 'file' | 'folder'
  /** Several files may be sent at once. */
  readonly several?: boolean
  readonly onChoose: (paths: readonly string[]) => void
  readonly onClose: () => void
}

const isUploads = (path: string): boolean => /[\\/]studio[\\/]uploads$/.test(path)

/** What the folders that one starts from are called: two of them may have the same last part. */
const placeNames: readonly (readonly [ending: RegExp, name: () => string])[] = [
  [/[\\/]studio[\\/]uploads$/, () => t.folders.uploads],
  [/[\\/]studio[\\/]recordings$/, () => t.folders.studioRecordings],
  [/[\\/]media$/, () => t.folders.media],
  [/[\\/]recordings$/, () => t.folders.recordings],
  [/[\\/]clips$/, () => t.folders.clips],
  [/^(?:[\\/]|[A-Z]:[\\/])$/, () => t.folders.disk],
]
const nameOfPlace = ({ name, path }: FolderListing['folders'][number]): string =>
  placeNames.find(([ending]) => ending.test(path))?.[1]() ?? name

/** Folders of the host's machine that this user may name, and a way to send a file there. */
export function FileChooser({ what, several = false, onChoose, onClose }: FileChooserProps) {
  const [places, setPlaces] = useState<FolderListing['folders']>([])
  const [listing, setListing] = useState<FolderListing | null>(null)
  const [uploaded, setUploaded] = useState<Readonly<Record<string, UploadedFile>>>({})
  const [problem, setProblem] = useState('')
  const [sending, setSending] = useState(false)
  const input = useRef<HTMLInputElement>(null)

  const show = useCallback(async (path: string): Promise<void> => {
    try {
      const found = await call('GET', '/studio/folders', { query: { path } })
      const files = isUploads(found.path) ? (await call('GET', '/studio/uploaded-files', { query: { limit: 500 } })).items : []
      setUploaded(Object.fromEntries(files.map((file) => [file.id, file])))
      setListing(found)
      setProblem('')
    } catch (error) {
      setProblem(explain(error))
    }
  }, [])
  useEffect(() => {
    call('GET', '/studio/folders').then(
      ({ folders }) => {
        setPlaces(folders)
        const [first] = folders
        if (first !== undefined) void show(first.path)
      },
      (error: unknown) => setProblem(explain(error)),
    )
  }, [show])

  const send = async (files: readonly File[]): Promise<void> => {
    setSending(true)
    const sent = await Promise.all(files.map(uploadFile))
    setSending(false)
    const paths = sent.flatMap((file) => (file === undefined ? [] : [file.path]))
    if (paths.length > 0) onChoose(paths)
  }
  const remove = async (name: string): Promise<void> => {
    const url = `/studio/uploaded-files/${encodeURIComponent(name)}` as const
    try {
      await call('DELETE', url).catch(async (error: unknown) => {
        if (!(error instanceof ApiError) || error.code !== 'studio.upload_in_use') throw error
        if (await confirm(t.usedTitle(name), t.usedText(error.message), t.deleteAction))
          await call('DELETE', url, { query: { force: true } })
        else throw undefined
      })
      notify(t.deleted(name))
      if (listing !== null) await show(listing.path)
    } catch (error) {
      if (error !== undefined) notifyError(error)
    }
  }
  return (
    <Dialog title={what === 'folder' ? t.chooserFolderTitle : t.chooserTitle} onClose={onClose} testId="file-chooser">
      {listing !== null && <p className="quiet chooser-path">{listing.path}</p>}
      <div className="chooser">
        <ul className="chooser-places" aria-label={t.places}>
          {places.map((place) => (
            <li key={place.path}>
              <button
                type="button"
                className="chooser-entry"
                aria-current={place.path === listing?.path}
                title={place.path}
                onClick={() => void show(place.path)}
                data-testid="chooser-place"
              >
                <Folder size={16} />
                <span className="chooser-name">{nameOfPlace(place)}</span>
              </button>
            </li>
          ))}
        </ul>
        <ul className="chooser-entries" aria-label={t.filesIn(listing?.path ?? '')} data-testid="chooser-entries">
          {listing !== null && listing.parent !== null && listing.parent !== '' && (
            <li>
              <button type="button" className="chooser-entry" onClick={() => void show(listing.parent ?? '')} data-testid="chooser-up">
                <ArrowUp size={16} />
                <span className="chooser-name">{t.up}</span>
              </button>
            </li>
          )}
          {listing?.folders.map(({ name, path }) => (
            <li key={path}>
              <button type="button" className="chooser-entry" onClick={() => void show(path)} data-testid="chooser-folder">
                <Folder size={16} />
                <span className="chooser-name">{name}</span>
              </button>
            </li>
          ))}
          {what === 'file' &&
            listing?.files.map(({ name, path, bytes, image }) => {
              const known = uploaded[name]
              return (
                <li key={path} className="chooser-row">
                  <button
                    type="button"
                    className="chooser-entry"
                    onClick={() => onChoose([path])}
                    data-testid="chooser-file"
                    data-name={name}
                    title={known !== undefined && known.usedBy.length > 0 ? t.usedBy(known.usedBy) : name}
                  >
                    {image ? (
                      <img src={`/api/v1/studio/folder-image?path=${encodeURIComponent(path)}`} alt="" loading="lazy" />
                    ) : (
                      <span className="chooser-icon">
                        <FileIcon size={16} />
                      </span>
                    )}
                    <span className="chooser-name">{name}</span>
                    <span className="quiet">{formatBytes(bytes)}</span>
                  </button>
                  {known !== undefined && (
                    <button
                      type="button"
                      className="button quiet icon danger"
                      aria-label={t.deleteFile(name)}
                      title={t.deleteFile(name)}
                      onClick={() => void remove(name)}
                      data-testid="chooser-delete"
                    >
                      <Trash2 size={15} />
                    </button>
                  )}
                </li>
              )
            })}
          {listing !== null && listing.folders.length === 0 && (what === 'folder' || listing.files.length === 0) && (
            <li className="quiet small">{t.noFiles}</li>
          )}
          {listing?.more && <li className="quiet small">{t.more}</li>}
        </ul>
      </div>
      {problem !== '' && (
        <p className="hint bad" role="alert">
          {problem}
        </p>
      )}
      <div className="dialog-actions">
        {what === 'file' && (
          <>
            <input
              ref={input}
              type="file"
              className="sr-only"
              tabIndex={-1}
              aria-hidden="true"
              multiple={several}
              onChange={(event) => void send([...(event.currentTarget.files ?? [])])}
              data-testid="chooser-input"
            />
            <button type="button" className="button" disabled={sending} onClick={() => input.current?.click()} data-testid="chooser-upload">
              <Upload size={15} /> {t.fromHere}
            </button>
            <span className="spacer" />
          </>
        )}
        <button type="button" className="button" onClick={onClose}>
          {texts.cancel}
        </button>
        {what === 'folder' && (
          <button
            type="button"
            className="button primary"
            disabled={listing === null}
            onClick={() => listing !== null && onChoose([listing.path])}
            data-testid="chooser-use-folder"
          >
            {t.useFolder}
          </button>
        )}
      </div>
    </Dialog>
  )
}
