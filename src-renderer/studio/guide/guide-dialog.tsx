import { useState } from 'react'
import { useLocation } from 'wouter'
import { explain } from '../../client/api.ts'
import { storeChoice } from '../../client/stored-choice.ts'
import { Dialog } from '../../components/dialog.tsx'
import { FormError } from '../../components/form-error.tsx'
import { serviceTitle } from '../outputs/services.ts'
import { freeId, freeName } from '../places.ts'
import { edit, untilOpen, useShow } from '../show-store.ts'
import { createShow, openShow } from '../shows/new-show.ts'
import { replaceShow } from '../shows/replace-show.ts'
import { deviceChoice, findDevices } from '../templates/device-choice.tsx'
import { makeTemplate } from '../templates/make-template.ts'
import { t as templateTexts } from '../templates/messages.ts'
import { canvasOf, TemplateCards, themeOf } from '../templates/template-cards.tsx'
import type { TemplateName } from '../templates/template-options.ts'
import { DevicesStep } from './devices-step.tsx'
import { leaveGuide, useGuide } from './guide-state.ts'
import { t } from './messages.ts'
import { isComplete, type Place, PlaceStep, serviceOfPlace } from './place-step.tsx'
import { PurposeChoice } from './purpose-choice.tsx'
import type { Purpose, Quality } from './quality.ts'
import { QualityStep, qualityFor, useEncoders } from './quality-step.tsx'
import '../templates/templates.css'
import './guide.css'

type Step = 'purpose' | 'quality' | 'design' | 'devices' | 'place' | 'hosting'

const stepsOf = (purpose: Purpose | null): readonly Step[] =>
  purpose === 'host'
    ? ['purpose', 'hosting']
    : purpose === 'record'
      ? ['purpose', 'quality', 'design', 'devices']
      : ['purpose', 'quality', 'design', 'devices', 'place']

const titles = (): Readonly<Record<Step, string>> => ({
  purpose: t.purpose,
  quality: t.quality,
  design: t.design,
  devices: t.devices,
  place: t.place,
  hosting: t.purposeTitle('host'),
})

/** Creates and opens a show of a template, with the first devices that are found; false where the open show was kept. */
async function makeShow(template: TemplateName, title: string, { short, framesPerSecond, bitrateKbps }: Quality): Promise<boolean> {
  const found = await findDevices()
  const [microphone] = found.microphones
  const document = makeTemplate(template, {
    title,
    speaker: templateTexts.made.speaker,
    guest: templateTexts.made.guest,
    theme: themeOf(template),
    ...canvasOf(template, short),
    screen: deviceChoice(found.displays[0], 'display'),
    camera: deviceChoice(found.cameras[0], 'camera'),
    microphone: microphone === undefined ? undefined : deviceChoice(microphone, 'microphone'),
    systemAudio: found.speakers.length > 0,
  })
  const name = await createShow(title, {
    ...document,
    frameRate: { numerator: framesPerSecond, denominator: 1 },
    outputs: document.outputs.map((output) => ({ ...output, video: { bitrateKbps } })),
  })
  if (!(await replaceShow((force) => openShow(name, force)))) return false
  await untilOpen(name)
  return true
}

/** Adds the place as an output of the open show; this host is one already. */
async function addPlace(place: Place, { bitrateKbps }: Quality): Promise<void> {
  const service = serviceOfPlace(place)
  const document = useShow.getState().open?.collection
  if (service === undefined || service.kind === 'host' || document === undefined) return
  const name = freeName(serviceTitle(service), document.outputs)
  const settings = { url: place.server.trim(), key: place.key.trim() }
  const video = { bitrateKbps: Math.min(bitrateKbps, service.bitrateKbps) }
  await edit([{ do: 'add', to: 'outputs', value: { id: freeId(name, document.outputs), name, kind: service.kind, settings, video } }])
}

/** Leads to a first show, in steps that can be left at any time. */
export function GuideDialog({ onClose }: { readonly onClose: () => void }) {
  const [, navigate] = useLocation()
  const [purpose, setPurpose] = useState(() => useGuide.getState().purpose)
  const [step, setStep] = useState<Step>(purpose === null ? 'purpose' : (stepsOf(purpose)[1] ?? 'purpose'))
  const [upload, setUpload] = useState('')
  const [template, setTemplate] = useState<TemplateName>('chatting')
  const [title, setTitle] = useState<string>(templateTexts.made.title)
  const [place, setPlace] = useState<Place>({ service: 'host', server: '', key: '' })
  const [busy, setBusy] = useState(false)
  const [rejection, setRejection] = useState('')
  const { encoders, problem } = useEncoders()
  const steps = stepsOf(purpose)
  const at = steps.indexOf(step)
  const quality = qualityFor(encoders ?? [], purpose ?? 'stream', upload)
  const leave = (): void => {
    leaveGuide()
    onClose()
  }
  const next = async (): Promise<void> => {
    setBusy(true)
    setRejection('')
    try {
      if (step === 'design') {
        if (!(await makeShow(template, title.trim() || templateTexts.made.title, quality))) return
        storeChoice('record-too', purpose === 'both' ? 'yes' : 'no')
      }
      if (step === 'place') await addPlace(place, quality)
      const following = steps[at + 1]
      if (following === undefined) leave()
      else setStep(following)
    } catch (error) {
      setRejection(explain(error))
    } finally {
      setBusy(false)
    }
  }
  const isLast = at === steps.length - 1
  const ready = step === 'quality' ? encoders !== undefined : step === 'place' ? isComplete(place) : true
  const action = step === 'design' ? t.make : step === 'place' ? t.add : isLast ? t.done : t.next
  return (
    <Dialog title={t.title} onClose={leave} testId="guide-dialog">
      <form
        className="stack guide"
        data-step={step}
        onSubmit={(event) => {
          event.preventDefault()
          if (!busy && ready && step !== 'purpose') void next()
        }}
      >
        <div className="guide-head">
          <h3>{titles()[step]}</h3>
          <span className="quiet small">{t.step(at + 1, steps.length)}</span>
        </div>
        <div className="guide-progress" aria-hidden="true">
          {steps.map((each, index) => (
            <span key={each} data-done={index <= at} />
          ))}
        </div>
        {step === 'purpose' && (
          <PurposeChoice
            onChoose={(chosen) => {
              setPurpose(chosen)
              setStep(stepsOf(chosen)[1] ?? 'purpose')
            }}
          />
        )}
        {step === 'quality' && (
          <QualityStep purpose={purpose ?? 'stream'} encoders={encoders} problem={problem} upload={upload} onUpload={setUpload} />
        )}
        {step === 'design' && (
          <>
            <TemplateCards value={template} onChange={setTemplate} />
            <div className="field">
              <label htmlFor="guide-title">{templateTexts.showTitle}</label>
              <input
                id="guide-title"
                className="input"
                maxLength={60}
                value={title}
                onChange={(event) => setTitle(event.currentTarget.value)}
                data-testid="guide-title"
              />
            </div>
          </>
        )}
        {step === 'devices' && <DevicesStep />}
        {step === 'place' && <PlaceStep place={place} onChange={setPlace} />}
        {step === 'hosting' && (
          <>
            <p>{t.hosting}</p>
            <div>
              <button
                type="button"
                className="button"
                onClick={() => {
                  leave()
                  navigate('/keys')
                }}
                data-testid="guide-keys"
              >
                {t.openKeys}
              </button>
            </div>
          </>
        )}
        <FormError text={rejection} />
        <div className="dialog-actions">
          <button type="button" className="button quiet dialog-aside" onClick={leave} title={t.leaveHelp} data-testid="guide-leave">
            {t.leave}
          </button>
          {at > 0 && step !== 'devices' && step !== 'place' && (
            <button
              type="button"
              className="button"
              disabled={busy}
              onClick={() => setStep(steps[at - 1] ?? 'purpose')}
              data-testid="guide-back"
            >
              {t.back}
            </button>
          )}
          {step !== 'purpose' && (
            <button type="submit" className="button primary" disabled={busy || !ready} data-testid="guide-next">
              {action}
            </button>
          )}
        </div>
      </form>
    </Dialog>
  )
}
