import { useState } from 'react'
import { Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { notifyError } from '../../components/toasts.tsx'
import { createShow, openShow } from '../shows/new-show.ts'
import { replaceShow } from '../shows/replace-show.ts'
import { DeviceChoice, deviceChoice, useFoundDevices } from './device-choice.tsx'
import { makeTemplate, templates } from './make-template.ts'
import { t } from './messages.ts'
import { canvasOf, TemplateCards, themeOf } from './template-cards.tsx'
import type { TemplateName, TemplateOptions } from './template-options.ts'
import { TemplatePreview } from './template-preview.tsx'
import type { Theme } from './theme.ts'
import { ThemeFields } from './theme-fields.tsx'
import './templates.css'

/** Heights, or widths of upright ones, that a canvas can have. */
const sizes = [1080, 720] as const

const previewWidth = 480

/** Chooses a design, its texts, colours and devices, and opens a show that is made of it. */
export function TemplateDialog({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState<TemplateName>('gaming')
  const [texts, setTexts] = useState({ title: t.made.title, speaker: '', guest: '' })
  const [changed, setChanged] = useState<Partial<Theme>>({})
  const [short, setShort] = useState<number>(1080)
  const [scene, setScene] = useState('main')
  const [chosen, setChosen] = useState<Readonly<Record<string, string>>>({})
  const found = useFoundDevices()
  const pick = (kind: string, devices: (typeof found)['displays']) => {
    const id = chosen[kind] ?? devices[0]?.id ?? ''
    return { id, device: devices.find((each) => each.id === id) }
  }
  const screen = pick('screen', found.displays)
  const camera = pick('camera', found.cameras)
  const microphone = pick('microphone', found.microphones)
  const theme = { ...themeOf(name), ...changed }
  const options: Omit<TemplateOptions, 'width' | 'height'> = {
    title: texts.title.trim() || t.made.title,
    speaker: texts.speaker.trim() || t.made.speaker,
    guest: texts.guest.trim() || t.made.guest,
    theme,
    screen: deviceChoice(screen.device, 'display'),
    camera: deviceChoice(camera.device, 'camera'),
    microphone: microphone.device === undefined ? undefined : deviceChoice(microphone.device, 'microphone'),
    systemAudio: found.speakers.length > 0,
  }
  const preview = makeTemplate(name, { ...options, ...canvasOf(name, 540) })
  const shown = preview.scenes.find(({ id }) => id === scene) ?? preview.scenes[0]
  const create = async (): Promise<void> => {
    const show = await createShow(options.title, makeTemplate(name, { ...options, ...canvasOf(name, short) }))
    onClose()
    await replaceShow((force) => openShow(show, force)).catch(notifyError)
  }
  const field = (key: 'title' | 'speaker' | 'guest', label: string) => (
    <div className="field">
      <label htmlFor={`template-${key}`}>{label}</label>
      <input
        id={`template-${key}`}
        className="input"
        maxLength={60}
        value={texts[key]}
        placeholder={t.made[key]}
        data-testid={`template-${key}`}
        onChange={(event) => {
          const { value } = event.currentTarget
          setTexts((before) => ({ ...before, [key]: value }))
        }}
      />
    </div>
  )
  return (
    <Dialog title={t.title} onClose={onClose} testId="template-dialog">
      <DialogForm onClose={onClose} onSubmit={create} action={t.create} testId="template-create">
        <p className="quiet">{t.text}</p>
        <div className="template-layout">
          <TemplateCards
            value={name}
            onChange={(each) => {
              setName(each)
              setScene('main')
            }}
          />
          <div className="template-main">
            <div className="template-large">
              <TemplatePreview
                document={preview}
                scene={shown?.id ?? 'main'}
                width={templates[name].width > templates[name].height ? previewWidth * 2 : 405}
                label={t.previewOf(t.names[name])}
              />
            </div>
            <select
              className="input"
              aria-label={t.scene}
              value={shown?.id}
              onChange={(event) => setScene(event.currentTarget.value)}
              data-testid="template-scene"
            >
              {preview.scenes.map((each) => (
                <option key={each.id} value={each.id}>
                  {each.name}
                </option>
              ))}
            </select>
            <div className="template-fields">
              {field('title', t.showTitle)}
              {field('speaker', t.speaker)}
              {name === 'interview' && field('guest', t.guest)}
              <div className="field">
                <label htmlFor="template-size">{t.size}</label>
                <select
                  id="template-size"
                  className="input"
                  value={short}
                  onChange={(event) => setShort(Number(event.currentTarget.value))}
                  data-testid="template-size"
                >
                  {sizes.map((each) => {
                    const { width, height } = canvasOf(name, each)
                    return (
                      <option key={each} value={each}>
                        {t.sizeName(width, height)}
                      </option>
                    )
                  })}
                </select>
              </div>
              <ThemeFields theme={theme} onChange={(changes) => setChanged((before) => ({ ...before, ...changes }))} />
              {(
                [
                  ['screen', t.screen, found.displays, screen],
                  ['camera', t.camera, found.cameras, camera],
                  ['microphone', t.microphone, found.microphones, microphone],
                ] as const
              ).map(([kind, label, devices, { id }]) => (
                <DeviceChoice
                  key={kind}
                  id={`template-${kind}-device`}
                  label={label}
                  devices={devices}
                  known={found.known}
                  value={id}
                  onChange={(value) => setChosen((before) => ({ ...before, [kind]: value }))}
                />
              ))}
            </div>
          </div>
        </div>
      </DialogForm>
    </Dialog>
  )
}
