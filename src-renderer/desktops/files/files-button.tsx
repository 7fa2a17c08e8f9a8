import { Download, File as FileIcon, Folder, FolderUp, Upload } from 'lucide-react'
import { type ChangeEvent, useEffect, useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { formatBytes } from '../../client/format.ts'
import { CloseAction, Dialog } from '../../components/dialog.tsx'
import { notifyError } from '../../components/toasts.tsx'
import { useUploads } from '../../components/uploads/upload-store.ts'
import { t } from '../messages.ts'
import { chosenFiles, type FilesPath, sendToDisplay } from './send-to-display.ts'

interface FilesProps {
  readonly at: () => FilesPath
}

/** Opens the files that a display shares. */
export function FilesButton({ at }: FilesProps) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <button
        type="button"
        className="button quiet icon"
        aria-label={t.files.title}
        title={t.files.title}
        onClick={() => setOpen(true)}
        data-testid="desktop-files"
      >
        <Folder size={16} aria-hidden="true" />
      </button>
      {open && <FilesDialog at={at} onClose={() => setOpen(false)} />}
    </>
  )
}

function FilesDialog({ at, onClose }: FilesProps & { readonly onClose: () => void }) {
  const [path, setPath] = useState('')
  const [listing, setListing] = useState<Answer<'GET', '/desktop/displays/*/files'>>()
  const running = useUploads(({ uploads }) => uploads.length)
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was sent is listed
  useEffect(() => {
    const stop = new AbortController()
    call('GET', `${at()}/files`, { query: { path }, signal: stop.signal })
      .then(setListing)
      .catch((error: unknown) => stop.signal.aborted || notifyError(error))
    return () => stop.abort()
  }, [at, path, running])
  const send = ({ target }: ChangeEvent<HTMLInputElement>): void => {
    void sendToDisplay(at, chosenFiles(target.files ?? []))
    target.value = ''
  }
  const url = (below: string): string => `/api/v1${at()}/files/content?path=${encodeURIComponent(below)}`
  return (
    <Dialog title={t.files.title} onClose={onClose} testId="files-dialog">
      <p className="quiet">{listing?.folder === '' ? t.files.guestHelp : t.files.help(listing?.folder ?? '')}</p>
      <div className="row">
        <label className="button">
          <Upload size={16} aria-hidden="true" /> {t.files.upload}
          <input type="file" multiple className="sr-only" onChange={send} data-testid="files-upload" />
        </label>
        <label className="button">
          <FolderUp size={16} aria-hidden="true" /> {t.files.uploadFolder}
          <input
            ref={(input) => {
              if (input) input.webkitdirectory = true
            }}
            type="file"
            className="sr-only"
            onChange={send}
          />
        </label>
        {path !== '' && (
          <button type="button" className="button quiet" onClick={() => setPath(path.split('/').slice(0, -1).join('/'))}>
            {t.files.up}
          </button>
        )}
      </div>
      <ul className="desktop-files" data-testid="files-list">
        {listing?.entries.map((entry) => (
          <li key={entry.path}>
            {entry.kind === 'folder' ? (
              <button type="button" className="button quiet" onClick={() => setPath(entry.path)}>
                <Folder size={16} aria-hidden="true" /> {entry.name}
              </button>
            ) : (
              <span>
                <FileIcon size={16} aria-hidden="true" /> {entry.name} <span className="quiet small">{formatBytes(entry.bytes)}</span>
              </span>
            )}
            <a
              className="button quiet icon"
              href={url(entry.path)}
              download
              aria-label={t.files.download(entry.name)}
              title={t.files.download(entry.name)}
              data-testid="files-download"
            >
              <Download size={16} aria-hidden="true" />
            </a>
          </li>
        ))}
      </ul>
      {listing?.entries.length === 0 && <p className="quiet">{t.files.empty}</p>}
      {listing?.more === true && <p className="quiet">{t.files.more}</p>}
      <CloseAction onClose={onClose} />
    </Dialog>
  )
}
