import { Download } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { formatBytes } from '../../client/format.ts'
import { Dialog } from '../../components/dialog.tsx'
import { notifyError } from '../../components/toasts.tsx'
import { t as texts } from '../messages.ts'
import { t } from './messages.ts'
import './shows.css'

type Media = Answer<'GET', '/studio/collections/*/media'>

/** What a show is exported with, and what is missing, before it is downloaded. */
export function ExportDialog({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const [media, setMedia] = useState<Media | null>(null)
  const path = `/studio/collections/${encodeURIComponent(name)}` as const
  useEffect(() => void call('GET', `${path}/media`).then(setMedia, notifyError), [path])
  return (
    <Dialog title={t.exportTitle(name)} onClose={onClose} testId="export-show">
      <p className="quiet">{t.exportText}</p>
      {media !== null && <p data-testid="export-media">{t.media(media.media.length, formatBytes(media.bytes))}</p>}
      {media !== null && media.missing.length > 0 && (
        <>
          <p>{t.missing}</p>
          <ul className="import-list" data-testid="export-missing">
            {media.missing.map(({ path: file, reason }) => (
              <li key={file}>
                <b>{file}</b> {reason}
              </li>
            ))}
          </ul>
        </>
      )}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          {texts.cancel}
        </button>
        <a
          className="button primary"
          href={`/api/v1${path}/bundle`}
          download={`${name}.ami-collection`}
          onClick={onClose}
          data-testid="export-download"
        >
          <Download size={16} /> {t.download}
        </a>
      </div>
    </Dialog>
  )
}
