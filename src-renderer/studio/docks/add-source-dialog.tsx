import { type ReactNode, useState } from 'react'
import { Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { DeviceThumbnails, hasThumbnails } from '../forms/device-thumbnails.tsx'
import { SettingsForm } from '../forms/settings-form.tsx'
import { type Kind, useKinds } from '../kinds.ts'
import { t } from '../messages.ts'
import { addSourceEdits, audioOfDevice, layoutOf } from '../new-source.ts'
import { edit } from '../show-store.ts'
import { iconOf } from '../source-icons.ts'
import type { CanvasPart, Collection, Device, Scene } from '../types.ts'
import { select, showItemPanel, showSourcePanel, useView } from '../view-store.ts'

interface AddSourceDialogProps {
  readonly document: Collection
  readonly scene: Scene
  readonly canvas: CanvasPart
  readonly onClose: () => void
  /** Offers sources that are heard alone and no others. */
  readonly audioOnly?: boolean
  /** Group of overlays, which are made in a dialog of their own. */
  readonly overlays?: ReactNode
}

const groups: readonly (readonly [title: () => string, kinds: readonly string[]])[] = [
  [() => t.addSource.screen, ['display', 'window', 'region', 'screen-cast', 'desktop-display']],
  [() => t.addSource.camera, ['camera', 'v4l2-camera', 'microphone', 'system-sound', 'application-sound']],
  [() => t.addSource.graphics, ['text', 'image', 'slideshow', 'color', 'gradient', 'clock', 'timer']],
  [() => t.addSource.media, ['media', 'playlist', 'image-sequence', 'stream', 'guest', 'browser']],
  [() => t.addSource.test, ['test-pattern', 'tone']],
]

/** What a new source starts with: what is added is seen at once, on a black canvas, too. */
const firstSettings = (): Readonly<Record<string, Readonly<Record<string, unknown>>>> => ({
  text: { text: t.addSource.firstText },
  color: { color: '#d1d1d1' },
})

/** Chooses a kind of source and its settings; it is in the scene when the dialog closes. */
export function AddSourceDialog({ document, scene, canvas, onClose, audioOnly = false, overlays }: AddSourceDialogProps) {
  const kinds = useKinds('source-kinds')
  const [wanted, setWanted] = useState(useView.getState().newSource)
  const kind = kinds.find((each) => each.kind === wanted)
  const offered = (name: string): Kind | undefined => kinds.find((each) => each.kind === name && !(audioOnly && each.pictures === true))
  const listed = new Set(groups.flatMap(([, names]) => names))
  const others = kinds.filter((each) => !listed.has(each.kind)).map((each) => each.kind)
  if (kind !== undefined) {
    return (
      <SourceForm
        key={kind.kind}
        kind={kind}
        document={document}
        scene={scene}
        canvas={canvas}
        onClose={onClose}
        onBack={() => setWanted(null)}
      />
    )
  }
  const inScene = new Set(scene.items.flatMap((item) => ('source' in item ? [item.source] : [])))
  const reusable = audioOnly
    ? []
    : document.sources.filter(({ id, kind: name }) => !inScene.has(id) && kinds.find((each) => each.kind === name)?.pictures)
  const reuse = async (id: string, name: string): Promise<void> => {
    const made = await edit([{ do: 'add', to: `scenes/${scene.id}/items`, value: { source: id, ...layoutOf(name, canvas) } }])
    select(made)
    onClose()
  }
  return (
    <Dialog title={audioOnly ? t.mixer.add : t.addSource.title} onClose={onClose} testId="add-source-dialog">
      <div className="kind-groups">
        {[...groups, [() => t.addSource.other, others] as const].map(([title, names]) => {
          const found = names.flatMap((name) => offered(name) ?? [])
          return found.length === 0 ? null : (
            <section key={title()}>
              <h3>{title()}</h3>
              <div className="kind-grid">
                {found.map((each) => {
                  const Icon = iconOf(each.kind)
                  return (
                    <button
                      key={each.kind}
                      type="button"
                      className="kind"
                      onClick={() => setWanted(each.kind)}
                      data-testid={`kind-${each.kind}`}
                    >
                      <Icon size={18} />
                      {each.title}
                    </button>
                  )
                })}
              </div>
            </section>
          )
        })}
        {!audioOnly && overlays}
        {reusable.length > 0 && (
          <section>
            <h3>{t.addSource.existing}</h3>
            <div className="kind-grid">
              {reusable.map(({ id, name, kind: of }) => {
                const Icon = iconOf(of)
                return (
                  <button key={id} type="button" className="kind" onClick={() => void reuse(id, of)}>
                    <Icon size={18} />
                    {name}
                  </button>
                )
              })}
            </div>
          </section>
        )}
      </div>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          {t.cancel}
        </button>
      </div>
    </Dialog>
  )
}

interface SourceFormProps extends Omit<AddSourceDialogProps, 'audioOnly' | 'overlays'> {
  readonly kind: Kind
  readonly onBack: () => void
}

function SourceForm({ kind, document, scene, canvas, onClose, onBack }: SourceFormProps) {
  const [settings, setSettings] = useState<Readonly<Record<string, unknown>>>(firstSettings()[kind.kind] ?? {})
  const change = (changes: Readonly<Record<string, unknown>>, device?: Device): void =>
    setSettings((before) => ({ ...before, ...changes, ...audioOfDevice(device) }))
  const add = async (fields: FormData): Promise<void> => {
    const name = String(fields.get('source-name')).trim() || kind.title
    const hasVideo = kind.pictures === true
    const made = await edit(addSourceEdits({ kind: kind.kind, name, settings, hasVideo }, document, scene.id, canvas))
    if (hasVideo) {
      select(made.slice(1))
      showItemPanel()
    } else if (made[0] !== undefined) showSourcePanel(made[0])
    onClose()
  }
  return (
    <Dialog title={t.addSource.titleOf(kind.title)} onClose={onClose} testId="new-source-dialog">
      <DialogForm
        onClose={onClose}
        onSubmit={add}
        action={t.addSource.add}
        testId="new-source-add"
        aside={
          <button type="button" className="button quiet" onClick={onBack}>
            {t.back}
          </button>
        }
      >
        <div className="field">
          <label htmlFor="source-name">{t.name}</label>
          <input
            id="source-name"
            name="source-name"
            className="input"
            defaultValue={kind.title}
            maxLength={120}
            data-testid="new-source-name"
          />
        </div>
        {hasThumbnails(kind.devices) && (
          <DeviceThumbnails
            kind={kind.devices}
            value={String(settings.device ?? '')}
            onChoose={(device) => change({ device: device.id }, device)}
          />
        )}
        <SettingsForm schema={kind.settings} values={settings} onChange={change} devices={kind.devices} />
      </DialogForm>
    </Dialog>
  )
}
