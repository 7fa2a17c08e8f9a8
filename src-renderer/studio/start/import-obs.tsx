import { Import } from 'lucide-react'
import { call } from '../../client/api.ts'
import { notify } from '../../components/toasts.tsx'
import { t } from '../messages.ts'
import { ImportButton } from '../shows/import-button.tsx'
import { listShows, showName } from '../shows/new-show.ts'

/** A button that takes the file of a scene collection of OBS Studio. */
export function ImportObs({ className }: { readonly className?: string }) {
  return (
    <ImportButton
      className={className}
      Icon={Import}
      label={t.start.importObs}
      reportTitle={t.obs.title}
      accept=".json,application/json"
      testId="import-obs"
      opensBy="importObs"
      importFile={async (file) => {
        let document: Record<string, unknown>
        try {
          document = JSON.parse(await file.text())
        } catch {
          notify(t.obs.notJson)
          return undefined
        }
        const name = showName(file.name.replace(/\.json$/i, ''), await listShows())
        return call('POST', '/studio/import/obs', { body: { name, document } })
      }}
    />
  )
}
