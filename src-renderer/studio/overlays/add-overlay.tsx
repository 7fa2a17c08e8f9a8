import { useState } from 'react'
import { call } from '../../client/api.ts'
import { Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { defaultsOf } from '../forms/schema.ts'
import { t as studio } from '../messages.ts'
import { edit } from '../show-store.ts'
import type { CanvasPart, Collection, Scene } from '../types.ts'
import { select } from '../view-store.ts'
import { t } from './messages.ts'
import { OverlayForm } from './overlay-form.tsx'
import { overlayItemEdits } from './overlay-item.ts'
import { OverlayPreview } from './overlay-preview.tsx'
import { firstPost, sampleState } from './overlay-samples.ts'
import { type OverlayKind, useOverlayKinds } from './overlay-store.ts'
import './overlays.css'

interface AddOverlayProps {
  readonly kind: string
  readonly document: Collection
  readonly scene: Scene
  readonly canvas: CanvasPart
  readonly onClose: () => void
  readonly onBack: () => void
}

/** Chooses name, texts and colours of a new overlay, and puts it into the scene. */
export function AddOverlay(props: AddOverlayProps) {
  const kind = useOverlayKinds().find((each) => each.kind === props.kind)
  return (
    <Dialog title={t.addOf(t.kinds[props.kind] ?? props.kind)} onClose={props.onClose} testId="add-overlay-dialog">
      {kind !== undefined && <NewOverlay {...props} of={kind} />}
    </Dialog>
  )
}

function NewOverlay({ of, document, scene, canvas, onClose, onBack }: AddOverlayProps & { readonly of: OverlayKind }) {
  const { kind, width, height } = of
  const title = t.kinds[kind] ?? kind
  const [settings, setSettings] = useState<Readonly<Record<string, unknown>>>(() => defaultsOf(of.settings))
  const [texts, setTexts] = useState({ title: t.sample.title as string, subtitle: t.sample.subtitle as string })
  const add = async (fields: FormData): Promise<void> => {
    const name = String(fields.get('overlay-name')).trim() || title
    const data = firstPost(kind, texts)
    const made = await call('POST', '/studio/overlays', { body: { kind, name, settings, ...(data === undefined ? {} : { data }) } })
    try {
      const added = await edit(overlayItemEdits(made, of, document, scene.id, canvas))
      select(added.slice(1))
    } catch (error) {
      // Nobody would know of it.
      await call('DELETE', `/studio/overlays/${made.id}`).catch(() => undefined)
      throw error
    }
    onClose()
  }
  const field = (key: 'title' | 'subtitle', label: string) => (
    <div className="field">
      <label htmlFor={`overlay-${key}`}>{label}</label>
      <input
        id={`overlay-${key}`}
        className="input"
        maxLength={120}
        value={texts[key]}
        data-testid={`overlay-${key}`}
        onChange={(event) => {
          const { value } = event.currentTarget
          setTexts((before) => ({ ...before, [key]: value }))
        }}
      />
    </div>
  )
  return (
    <DialogForm
      onClose={onClose}
      onSubmit={add}
      action={t.add}
      testId="add-overlay"
      aside={
        <button type="button" className="button quiet" onClick={onBack}>
          {studio.back}
        </button>
      }
    >
      <p className="quiet">{t.about[kind]}</p>
      <OverlayPreview kind={kind} name={title} settings={settings} state={sampleState(kind, texts)} width={width} height={height} />
      <div className="overlay-fields">
        <div className="field">
          <label htmlFor="overlay-name">{t.name}</label>
          <input id="overlay-name" name="overlay-name" className="input" defaultValue={title} maxLength={120} data-testid="overlay-name" />
        </div>
        {kind === 'lower-third' && (
          <>
            {field('title', t.personName)}
            {field('subtitle', t.personRole)}
          </>
        )}
        <OverlayForm kind={of} settings={settings} onChange={(changes) => setSettings((before) => ({ ...before, ...changes }))} />
      </div>
    </DialogForm>
  )
}
