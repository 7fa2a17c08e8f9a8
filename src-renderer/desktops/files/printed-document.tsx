import { FileText, X } from 'lucide-react'
import { notifyError } from '../../components/toasts.tsx'
import { t } from '../messages.ts'
import type { FilesPath } from './send-to-display.ts'

/** A document that a program of the display printed. */
export interface Printed {
  readonly name: string
  /** In the shared folder. */
  readonly path: string
}

interface PrintedDocumentProps {
  readonly at: () => FilesPath
  readonly printed: Printed
  readonly onClose: () => void
}

/** Opens what was printed on the display in a tab of its own, where the browser prints or keeps it. */
export function PrintedDocument({ at, printed: { name, path }, onClose }: PrintedDocumentProps) {
  const url = `/api/v1${at()}/files/content?path=${encodeURIComponent(path)}`
  const open = async (): Promise<void> => {
    // Opened at once, while the browser still knows that a person asked for it.
    const tab = window.open('', '_blank')
    try {
      const reply = await fetch(url)
      if (!reply.ok) throw new Error(t.files.printedGone)
      // Of that type whatever the file says: it is shown as a document, and not as a page of this host.
      const document = URL.createObjectURL(new Blob([await reply.arrayBuffer()], { type: 'application/pdf' }))
      if (tab === null) window.location.assign(url)
      else tab.location.replace(document)
      onClose()
    } catch (error) {
      tab?.close()
      notifyError(error)
    }
  }
  return (
    <section className="card card-body desktop-copied" role="status" data-testid="printed">
      <div className="row">
        <strong>{t.files.printed}</strong>
        <button
          type="button"
          className="button quiet icon"
          aria-label={t.files.dismissPrinted}
          title={t.files.dismissPrinted}
          onClick={onClose}
          data-testid="printed-dismiss"
        >
          <X size={16} aria-hidden="true" />
        </button>
      </div>
      <p>{name}</p>
      <button type="button" className="button primary" onClick={() => void open()} data-testid="printed-open">
        <FileText size={16} aria-hidden="true" /> {t.files.openPrinted}
      </button>
    </section>
  )
}
