import { Import } from 'lucide-react'
import { useRef, useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { Dialog } from '../../components/dialog.tsx'
import { tell, tellError } from '../../components/toasts.tsx'
import { t } from '../messages.ts'
import { listShows, openShow, showName } from '../shows/new-show.ts'

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
        tell(t.obs.notJson)
        return
      }
      const name = showName(file.name.replace(/\.json$/i, ''), await listShows())
      setReport(await call('POST', '/studio/import/obs', { body: { name, document } }))
    } catch (error) {
      tellError(error)
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
      {report !== null && (
        <Dialog title={t.obs.title} onClose={() => setReport(null)} testId="import-report">
          <p>{t.obs.made(report.scenes, report.sources)}</p>
          {report.notCarried.length === 0 ? (
            <p className="quiet">{t.obs.all}</p>
          ) : (
            <>
              <p className="quiet">{t.obs.notCarried}</p>
              <ul className="import-list">
                {report.notCarried.map(({ place, reason }) => (
                  <li key={`${place} ${reason}`}>
                    <b>{place}</b> {reason}
                  </li>
                ))}
              </ul>
            </>
          )}
          <div className="dialog-actions">
            <button type="button" className="button" onClick={() => setReport(null)}>
              {t.close}
            </button>
            <button
              type="button"
              className="button primary"
              data-testid="open-imported"
              onClick={() => {
                openShow(report.name).catch(tellError)
                setReport(null)
              }}
            >
              {t.obs.done}
            </button>
          </div>
        </Dialog>
      )}
    </>
  )
}
