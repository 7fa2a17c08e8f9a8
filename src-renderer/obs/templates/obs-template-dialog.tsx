import { useEffect, useState } from 'react'
import type { Template, TemplatePlan } from '../../../src-main/obs/schemas/templates.ts'
import { call, explain } from '../../client/api.ts'
import { useCollection } from '../../client/collection.ts'
import { Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { FormError } from '../../components/form-error.tsx'
import { notify } from '../../components/toasts.tsx'
import { overlays, useOverlayKinds } from '../../studio/overlays/overlay-store.ts'
import { type Listing, listShows } from '../../studio/shows/new-show.ts'
import { t as studio } from '../../studio/templates/messages.ts'
import { TemplateCards } from '../../studio/templates/template-cards.tsx'
import type { TemplateName } from '../../studio/templates/template-options.ts'
import { t } from './messages.ts'
import { templateForObs, withOverlay } from './obs-template.ts'
import { PlanView } from './plan-view.tsx'
import '../../studio/templates/templates.css'

interface ObsTemplateDialogProps {
  /** Id and name of the instance. */
  readonly id: string
  readonly name: string
  readonly onClose: () => void
}

interface Planned {
  readonly body: Template
  readonly plan: TemplatePlan
}

/** Changes that follow each other faster are planned together, ms. */
const settleMs = 400

/** Chooses a template or a show, shows what it would change in an OBS, and applies it. */
export function ObsTemplateDialog({ id, name, onClose }: ObsTemplateDialogProps) {
  const [template, setTemplate] = useState<TemplateName>('gaming')
  const [show, setShow] = useState('')
  const [texts, setTexts] = useState({ title: studio.made.title, speaker: '', guest: '' })
  const [overlay, setOverlay] = useState('')
  const [shows, setShows] = useState<readonly Listing[]>([])
  const [planned, setPlanned] = useState<Planned>()
  const [problem, setProblem] = useState('')
  const { items } = useCollection(overlays)
  const kinds = useOverlayKinds()
  const shownOverlay = items[overlay]
  const design = kinds.find(({ kind }) => kind === shownOverlay?.kind)
  useEffect(() => void listShows().then(setShows, () => undefined), [])
  useEffect(() => {
    let gone = false
    setPlanned(undefined)
    const look = async (): Promise<void> => {
      try {
        const document = templateForObs(template, texts)
        const collection = shownOverlay && design ? await withOverlay(document, shownOverlay, design) : document
        const body: Template = show === '' ? { collection: { ...collection }, gameCapture: template === 'gaming' } : { show }
        const plan = await call('POST', `/obs/${id}/template/plan`, { body })
        if (gone) return
        setPlanned({ body, plan })
        setProblem('')
      } catch (error) {
        if (!gone) setProblem(explain(error))
      }
    }
    const timer = setTimeout(() => void look(), settleMs)
    return () => {
      gone = true
      clearTimeout(timer)
    }
  }, [id, template, show, texts, shownOverlay, design])
  const apply = async (): Promise<void> => {
    if (planned === undefined) return
    await call('POST', `/obs/${id}/template`, { body: { ...planned.body, expect: planned.plan.fingerprint } })
    notify(t.done(planned.plan.template))
    onClose()
  }
  const field = (key: 'title' | 'speaker' | 'guest', label: string) => (
    <div className="field">
      <label htmlFor={`obs-template-${key}`}>{label}</label>
      <input
        id={`obs-template-${key}`}
        className="input"
        maxLength={60}
        value={texts[key]}
        placeholder={studio.made[key]}
        onChange={(event) => {
          const { value } = event.currentTarget
          setTexts((before) => ({ ...before, [key]: value }))
        }}
      />
    </div>
  )
  const changes = planned !== undefined && planned.plan.created.length + planned.plan.changed.length > 0
  return (
    <Dialog title={t.dialogTitle(name)} onClose={onClose} testId="obs-template-dialog">
      <DialogForm onClose={onClose} onSubmit={apply} action={t.applyNow} testId="obs-template-apply" disabled={!changes}>
        <div className="template-layout">
          <TemplateCards
            value={template}
            onChange={(each) => {
              setTemplate(each)
              setShow('')
            }}
          />
          <div className="template-main">
            <div className="template-fields">
              <div className="field">
                <label htmlFor="obs-template-show">{t.from}</label>
                <select
                  id="obs-template-show"
                  className="input"
                  value={show}
                  onChange={(event) => setShow(event.currentTarget.value)}
                  data-testid="obs-template-show"
                >
                  <option value="">{t.noShow}</option>
                  <optgroup label={t.ownShows}>
                    {shows.map((each) => (
                      <option key={each.name} value={each.name}>
                        {each.name}
                      </option>
                    ))}
                  </optgroup>
                </select>
              </div>
              {show === '' && (
                <>
                  {field('title', studio.showTitle)}
                  {field('speaker', studio.speaker)}
                  {template === 'interview' && field('guest', studio.guest)}
                  <div className="field">
                    <label htmlFor="obs-template-overlay">{t.overlay}</label>
                    <select
                      id="obs-template-overlay"
                      className="input"
                      value={overlay}
                      onChange={(event) => setOverlay(event.currentTarget.value)}
                    >
                      <option value="">{t.noOverlay}</option>
                      {Object.values(items).map((each) => (
                        <option key={each.id} value={each.id}>
                          {each.name}
                        </option>
                      ))}
                    </select>
                    <span className="hint">{t.overlayHelp}</span>
                  </div>
                </>
              )}
            </div>
            {planned !== undefined ? <PlanView plan={planned.plan} /> : problem === '' && <p role="status">{t.planning}</p>}
            <FormError text={problem} />
          </div>
        </div>
      </DialogForm>
    </Dialog>
  )
}
