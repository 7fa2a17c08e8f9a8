import { Download } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { saveJson } from '../../client/save-file.ts'
import { Dialog } from '../../components/dialog.tsx'
import { notifyError } from '../../components/toasts.tsx'
import { t as described } from '../../messages/described.ts'
import { t as texts } from '../messages.ts'
import { t } from './messages.ts'
import { NotCarriedList } from './not-carried-list.tsx'
import './shows.css'

type Exported = Answer<'GET', '/studio/collections/*/obs'>

const systems = ['linux', 'windows', 'macos'] as const
type System = (typeof systems)[number]

/** The system that this browser runs on: mostly that of OBS, too. */
const likelySystem = (): System =>
  /windows/i.test(navigator.userAgent) ? 'windows' : /mac os/i.test(navigator.userAgent) ? 'macos' : 'linux'

/** A show as a scene collection of OBS Studio, and what is in it in another way or not at all. */
export function ExportObsDialog({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const [system, setSystem] = useState<System>(likelySystem)
  const [exported, setExported] = useState<Exported | null>(null)
  useEffect(() => {
    let gone = false
    setExported(null)
    call('GET', `/studio/collections/${encodeURIComponent(name)}/obs?system=${system}`).then(
      (answer) => gone || setExported(answer),
      notifyError,
    )
    return () => {
      gone = true
    }
  }, [name, system])
  return (
    <Dialog title={t.obsTitle(name)} onClose={onClose} testId="export-obs">
      <p className="quiet">{t.obsText}</p>
      <div className="field">
        <label htmlFor="export-obs-system">{t.obsSystem}</label>
        <select
          id="export-obs-system"
          className="input"
          value={system}
          onChange={(event) => setSystem(event.currentTarget.value as System)}
          data-testid="export-obs-system"
        >
          {systems.map((each) => (
            <option key={each} value={each}>
              {t.obsSystems[each]}
            </option>
          ))}
        </select>
      </div>
      {exported !== null && exported.notCarried.length > 0 && (
        <>
          <p>{t.obsNotCarried}</p>
          <NotCarriedList
            items={exported.notCarried.map(({ place, reason }) => ({
              place: described.exportPlace(place),
              reason: described.exportReason(reason),
            }))}
            testId="export-obs-lacks"
          />
        </>
      )}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          {texts.cancel}
        </button>
        <button
          type="button"
          className="button primary"
          disabled={exported === null}
          onClick={() => {
            if (exported !== null) saveJson(`${name}.json`, exported.document)
            onClose()
          }}
          data-testid="export-obs-download"
        >
          <Download size={16} /> {t.download}
        </button>
      </div>
    </Dialog>
  )
}
