import { Download, LayoutTemplate, MonitorUp, Undo2 } from 'lucide-react'
import { useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import type { Application } from '../../../src-main/obs/schemas/templates.ts'
import { call } from '../../client/api.ts'
import { useResource } from '../../client/resource.ts'
import { saveJson } from '../../client/save-file.ts'
import { confirm } from '../../components/dialog.tsx'
import { notify, notifyError } from '../../components/toasts.tsx'
import { ImportReport } from '../../studio/shows/import-report.tsx'
import { listShows, showName } from '../../studio/shows/new-show.ts'
import { applications } from '../obs-stores.ts'
import { Panel, type PanelProps } from '../panel.tsx'
import { t } from './messages.ts'
import { ObsTemplateDialog } from './obs-template-dialog.tsx'

type Imported = Answer<'POST', '/studio/import/obs'>

/** Templates in an OBS: applied, undone; and what OBS has, for the studio or as a file. */
export function TemplatesPanel({ id, mirror, editor, name }: PanelProps & { readonly name: string }) {
  const [open, setOpen] = useState(false)
  const [imported, setImported] = useState<Imported>()
  const [busy, setBusy] = useState(false)
  const applied = useResource(applications, id)?.items.filter(({ collection }) => collection === mirror.collection) ?? []
  const run = (work: () => Promise<unknown>) => () => {
    setBusy(true)
    work()
      .catch(notifyError)
      .finally(() => setBusy(false))
  }
  const undo = async ({ id: application, template }: Application): Promise<void> => {
    if (!(await confirm(t.undoTitle(template), t.undoText, t.undo))) return
    const { left } = await call('POST', `/obs/${id}/template/undo`, { body: { application } })
    notify(left.length === 0 ? t.undone(template) : t.notUndone(left.length))
  }
  const toFile = async (): Promise<void> => {
    const collection = await call('GET', `/obs/${id}/scene-collection`)
    saveJson(`${collection.name}.json`, collection.document)
  }
  const toStudio = async (): Promise<void> => {
    const { name: wanted, document, width, height, frameRate } = await call('GET', `/obs/${id}/scene-collection`)
    const body = { name: showName(wanted, await listShows()), document, width, height, frameRate }
    setImported(await call('POST', '/studio/import/obs', { body }))
  }
  if (!editor) return null
  return (
    <Panel title={t.title} testId="obs-templates">
      <div className="obs-templates">
        <p className="quiet small">{t.text}</p>
        <div className="row">
          <button type="button" className="button" onClick={() => setOpen(true)} data-testid="obs-template-open">
            <LayoutTemplate size={16} aria-hidden="true" /> {t.apply}
          </button>
          <button type="button" className="button" disabled={busy} onClick={run(toStudio)} data-testid="obs-to-studio">
            <MonitorUp size={16} aria-hidden="true" /> {t.toStudio}
          </button>
          <button type="button" className="button" disabled={busy} onClick={run(toFile)} data-testid="obs-to-file">
            <Download size={16} aria-hidden="true" /> {t.toFile}
          </button>
        </div>
        {applied.length > 0 && (
          <ul className="obs-applied" aria-label={t.applied}>
            {applied.map((each, index) => (
              <li key={each.id} data-testid="obs-applied" data-state={each.state}>
                <span>
                  <b>{each.template}</b> <span className="quiet small">{t.states[each.state]}</span>
                </span>
                {index === 0 && (
                  <button
                    type="button"
                    className="button quiet"
                    disabled={busy}
                    aria-label={t.undoNamed(each.template)}
                    onClick={run(() => undo(each))}
                    data-testid="obs-template-undo"
                  >
                    <Undo2 size={16} aria-hidden="true" /> {t.undo}
                  </button>
                )}
              </li>
            ))}
          </ul>
        )}
      </div>
      {open && <ObsTemplateDialog id={id} name={name} onClose={() => setOpen(false)} />}
      {imported !== undefined && <ImportReport title={t.copied} report={imported} onClose={() => setImported(undefined)} />}
    </Panel>
  )
}
