import { Import } from 'lucide-react'
import { useRef, useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { notify, notifyError } from '../../components/toasts.tsx'
import { t } from '../messages.ts'
import { ImportReport } from '../shows/import-report.tsx'
import { listShows, showName } from '../shows/new-show.ts'

type Report = Answer<'POST', '/studio/import/obs'>

/** A button that takes the file of a scene collection of OBS Studio, and shows what became of it. */
export function ImportObs({ className = 'button' }: { readonly className?: string }) {
  const field = useRef<HTMLInputElement>(null)
  const [report, setReport] = useState<Report | null>(null)
  const [busy, setBusy] = useState(false)
  const take = async (file: File): Promise<void> => {
    setBusy(true)
    try {
      let document: Record<string, unknown>
      try {
        document = JSON.parse(await file.text())
      } catch {
        notify(t.obs.notJson)
        return
      }
      const name = showName(file.name.replace(/\.json$/i, ''), await listShows())
      setReport(await call('POST', '/studio/import/obs', { body: { name, document } }))
    } catch (error) {
      notifyError(error)
    } finally {
      setBusy(false)
      if (field.current) field.current.value = ''
    }
  }
  return (
    <>
      <button type="button" className={className} disabled={busy} onClick={() => field.current?.click()} data-testid="import-obs">
        <Import size={16} /> {t.start.importObs}
      </button>
      <input
        ref={field}
        type="file"
        accept=".json,application/json"
        hidden
        data-testid="import-obs-file"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0]
          if (file !== undefined) void take(file)
        }}
      />
      {report !== null && <ImportReport title={t.obs.title} report={report} onClose={() => setReport(null)} />}
    </>
  )
}
