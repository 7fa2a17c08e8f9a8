import { Dialog } from '../../components/dialog.tsx'
import { notifyError } from '../../components/toasts.tsx'
import { t } from '../messages.ts'
import { openShow } from './new-show.ts'
import { type NotCarried, NotCarriedList } from './not-carried-list.tsx'
import './shows.css'

export interface ImportedShow {
  readonly name: string
  readonly scenes: number
  readonly sources: number
  readonly notCarried: readonly NotCarried[]
}

interface ImportReportProps {
  readonly title: string
  readonly report: ImportedShow
  readonly onClose: () => void
}

/** What became of an imported show, and a button that opens it. */
export function ImportReport({ title, report, onClose }: ImportReportProps) {
  return (
    <Dialog title={title} onClose={onClose} testId="import-report">
      <p>{t.obs.made(report.scenes, report.sources)}</p>
      {report.notCarried.length === 0 ? (
        <p className="quiet">{t.obs.all}</p>
      ) : (
        <>
          <p className="quiet">{t.obs.notCarried}</p>
          <NotCarriedList items={report.notCarried} testId="import-lacks" />
        </>
      )}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          {t.close}
        </button>
        <button
          type="button"
          className="button primary"
          data-testid="open-imported"
          onClick={() => {
            openShow(report.name).catch(notifyError)
            onClose()
          }}
        >
          {t.obs.done}
        </button>
      </div>
    </Dialog>
  )
}
