import type { LucideIcon } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { notifyError } from '../../components/toasts.tsx'
import { type EditorDialog, openDialog, useView } from '../view-store.ts'
import { type ImportedShow, ImportReport } from './import-report.tsx'

interface ImportButtonProps {
  readonly className: string | undefined
  readonly Icon: LucideIcon
  readonly label: string
  /** Title of the report. */
  readonly reportTitle: string
  /** Files to choose from, as in `accept` of an input. */
  readonly accept: string
  readonly testId: string
  /** Chooses a file as a click does, when this is opened elsewhere. */
  readonly opensBy: EditorDialog
  /** Imports the file; undefined where it was cancelled, or the user has been notified. What it throws is shown. */
  readonly importFile: (file: File) => Promise<ImportedShow | undefined>
}

/** A button that imports a show from a file, and shows what became of it. */
export function ImportButton({ className = 'button', Icon, label, reportTitle, accept, testId, opensBy, importFile }: ImportButtonProps) {
  const field = useRef<HTMLInputElement>(null)
  const [report, setReport] = useState<ImportedShow>()
  const [busy, setBusy] = useState(false)
  const isWanted = useView(({ dialog }) => dialog === opensBy)
  useEffect(() => {
    if (!isWanted) return
    openDialog(null)
    field.current?.click()
  }, [isWanted])
  const take = async (file: File): Promise<void> => {
    setBusy(true)
    try {
      setReport(await importFile(file))
    } catch (error) {
      notifyError(error)
    } finally {
      setBusy(false)
      if (field.current) field.current.value = ''
    }
  }
  return (
    <>
      <button type="button" className={className} disabled={busy} onClick={() => field.current?.click()} data-testid={testId}>
        <Icon size={16} /> {label}
      </button>
      <input
        ref={field}
        type="file"
        accept={accept}
        hidden
        data-testid={`${testId}-file`}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0]
          if (file !== undefined) void take(file)
        }}
      />
      {report !== undefined && <ImportReport title={reportTitle} report={report} onClose={() => setReport(undefined)} />}
    </>
  )
}
