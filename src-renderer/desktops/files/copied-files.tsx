import { Download, File as FileIcon, Folder, X } from 'lucide-react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { formatBytes } from '../../client/format.ts'
import { t } from '../messages.ts'
import type { FilesPath } from './send-to-display.ts'

/** Files that a program of the display copied. */
export type Copied = Answer<'GET', '/desktop/displays/*/files/copied'>

/** Of many, how many are named. */
const maxNamed = 20

interface CopiedFilesProps {
  readonly at: () => FilesPath
  readonly copied: Copied
  readonly onClose: () => void
}

/** Offers files that were copied on the display as a download: browsers put none into the clipboard of their machine. */
export function CopiedFiles({ at, copied: { number, entries, more }, onClose }: CopiedFilesProps) {
  return (
    <section className="card card-body desktop-copied" role="status" data-testid="copied-files">
      <div className="row">
        <strong>{t.files.copied(entries.length)}</strong>
        <button
          type="button"
          className="button quiet icon"
          aria-label={t.files.dismissCopied}
          title={t.files.dismissCopied}
          onClick={onClose}
          data-testid="copied-files-dismiss"
        >
          <X size={16} aria-hidden="true" />
        </button>
      </div>
      <ul>
        {entries.slice(0, maxNamed).map(({ name, kind, bytes }) => (
          <li key={name}>
            {kind === 'folder' ? <Folder size={14} aria-hidden="true" /> : <FileIcon size={14} aria-hidden="true" />} {name}{' '}
            {kind === 'file' && <span className="quiet small">{formatBytes(bytes)}</span>}
          </li>
        ))}
        {entries.length > maxNamed && <li>…</li>}
      </ul>
      {more && <p className="quiet small">{t.files.copiedMore}</p>}
      {entries.length > 0 && (
        <a
          className="button primary"
          href={`/api/v1${at()}/files/copied/content?copied=${number}`}
          download
          onClick={onClose}
          data-testid="copied-files-download"
        >
          <Download size={16} aria-hidden="true" /> {t.files.downloadCopied}
        </a>
      )}
    </section>
  )
}
