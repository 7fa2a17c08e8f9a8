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

/** Of many, how many are listed: all of them are in the shared folder. */
const maxListed = 5
/** A tab has read its document by then, ms. */
const readAfterMs = 60_000

interface PrintedDocumentsProps {
  readonly at: () => FilesPath
  /** The newest one first. */
  readonly documents: readonly Printed[]
  readonly onOpened: (document: Printed) => void
  readonly onClose: () => void
}

/** Opens what was printed on the display in a tab of its own, where the browser prints or keeps it. */
export function PrintedDocuments({ at, documents, onOpened, onClose }: PrintedDocumentsProps) {
  const open = async (document: Printed): Promise<void> => {
    const url = `/api/v1${at()}/files/content?path=${encodeURIComponent(document.path)}`
    // Opened at once, while the browser still knows that a person asked for it.
    const tab = window.open('', '_blank')
    try {
      if (tab === null) window.location.assign(url)
      else tab.location.replace(await readDocument(url))
      onOpened(document)
    } catch (error) {
      tab?.close()
      notifyError(error)
    }
  }
  return (
    <section className="card card-body desktop-copied" role="status" data-testid="printed">
      <div className="row">
        <strong>{t.files.printed(documents.length)}</strong>
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
      {documents.slice(0, maxListed).map((document) => (
        <div key={document.path}>
          <p>{document.name}</p>
          <button type="button" className="button primary" onClick={() => void open(document)} data-testid="printed-open">
            <FileText size={16} aria-hidden="true" /> {t.files.openPrinted}
          </button>
        </div>
      ))}
    </section>
  )
}

/** URL of the document for one tab. Throws where it is gone. */
async function readDocument(url: string): Promise<string> {
  const reply = await fetch(url)
  if (!reply.ok) throw new Error(t.files.printedGone)
  // Of that type whatever the file says: it is shown as a document, and not as a page of this host.
  const document = URL.createObjectURL(new Blob([await reply.arrayBuffer()], { type: 'application/pdf' }))
  setTimeout(() => URL.revokeObjectURL(document), readAfterMs)
  return document
}
