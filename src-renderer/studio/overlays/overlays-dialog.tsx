import { Download, Plus, Trash2, Upload } from 'lucide-react'
import { useRef, useState } from 'react'
import { call } from '../../client/api.ts'
import { useCollection } from '../../client/collection.ts'
import { CloseAction, confirm, Dialog } from '../../components/dialog.tsx'
import { notify, notifyError } from '../../components/toasts.tsx'
import { t as described } from '../../messages/described.ts'
import { Tool } from '../docks/tool.tsx'
import { defaultsOf } from '../forms/schema.ts'
import { PartsList } from '../parts-list.tsx'
import { edit } from '../show-store.ts'
import type { CanvasPart, Collection, Scene } from '../types.ts'
import { select } from '../view-store.ts'
import { t } from './messages.ts'
import { OverlayControls } from './overlay-controls.tsx'
import { exportOverlays, importOverlays } from './overlay-files.ts'
import { OverlayForm } from './overlay-form.tsx'
import { overlayIcons } from './overlay-icons.ts'
import { overlayItemEdits } from './overlay-item.ts'
import { OverlayPreview } from './overlay-preview.tsx'
import { firstPost } from './overlay-samples.ts'
import { OverlaySharing } from './overlay-sharing.tsx'
import { type Overlay, type OverlayKind, overlays, useOverlayKinds } from './overlay-store.ts'
import { useOverlaySettings } from './use-overlay-settings.ts'
import './overlays.css'

interface OverlaysDialogProps {
  readonly document: Collection
  readonly scene: Scene
  readonly canvas: CanvasPart
  /** Id of the one that is shown first. */
  readonly first: string | null
  readonly onClose: () => void
}

/** Overlays of the host: what they show, how they look, and how other programs get at them. */
export function OverlaysDialog({ document, scene, canvas, first, onClose }: OverlaysDialogProps) {
  const { loaded, items } = useCollection(overlays)
  const kinds = useOverlayKinds()
  const [chosen, setChosen] = useState(first)
  const file = useRef<HTMLInputElement>(null)
  const list = Object.values(items).toSorted((one, other) => one.createdAt.localeCompare(other.createdAt))
  const overlay = list.find(({ id }) => id === chosen) ?? list[0]
  const kind = kinds.find((each) => each.kind === overlay?.kind)
  // Also until they are loaded: a control that goes away then would take the focus out of the dialog.
  const isEmpty = overlay === undefined
  const add = async (of: string): Promise<void> => {
    const title = t.kinds[of] ?? of
    const settings = defaultsOf(kinds.find((each) => each.kind === of)?.settings ?? {})
    const data = firstPost(of, { title: t.sample.title, subtitle: t.sample.subtitle })
    try {
      const body = { kind: of, name: title, settings, ...(data === undefined ? {} : { data }) }
      const made = await overlays.keep(call('POST', '/studio/overlays', { body }))
      setChosen(made.id)
    } catch (error) {
      notifyError(error)
    }
  }
  const remove = async ({ id, name }: Overlay): Promise<void> => {
    if (!(await confirm(t.removeTitle(name), t.removeText, t.remove))) return
    await call('DELETE', `/studio/overlays/${id}`).catch(notifyError)
  }
  const addToScene = async (of: Overlay, design: OverlayKind): Promise<void> => {
    try {
      const made = await edit(overlayItemEdits(of, design, document, scene.id, canvas))
      select(made.slice(1))
      notify(t.addedToScene(of.name))
    } catch (error) {
      notifyError(error)
    }
  }
  const importFile = async (given: File | undefined): Promise<void> => {
    const id = given === undefined ? undefined : await importOverlays(given)
    if (id !== undefined) setChosen(id)
    if (file.current !== null) file.current.value = ''
  }
  return (
    <Dialog title={t.title} onClose={onClose} testId="overlays-dialog">
      <div className="parts-editor overlays-editor" data-empty={isEmpty}>
        {!isEmpty && (
          <PartsList
            label={t.list}
            parts={list}
            current={overlay?.id}
            onChoose={setChosen}
            onDelete={(each) => void remove(each)}
            testId="overlay"
            entry={({ kind: of, name }) => {
              const Icon = overlayIcons[of] ?? Plus
              return (
                <>
                  <Icon size={16} />
                  <span className="entry-name">{name}</span>
                </>
              )
            }}
          >
            <AddOverlay onAdd={add} />
            <Tool
              Icon={Trash2}
              label={t.remove}
              disabled={overlay === undefined}
              onClick={() => overlay && void remove(overlay)}
              testId="delete-overlay"
            />
          </PartsList>
        )}
        {overlay === undefined || kind === undefined ? (
          <div className="dock-empty">
            {isEmpty && loaded && (
              <>
                <p>{t.empty}</p>
                <AddOverlay onAdd={add} />
              </>
            )}
          </div>
        ) : (
          <OverlayEditor key={overlay.id} overlay={overlay} kind={kind} onAdd={() => void addToScene(overlay, kind)} />
        )}
      </div>
      <CloseAction onClose={onClose}>
        <span className="dialog-aside">
          <input
            ref={file}
            type="file"
            accept=".json,application/json"
            hidden
            data-testid="overlay-file"
            onChange={(event) => void importFile(event.currentTarget.files?.[0])}
          />
          <button type="button" className="button quiet" onClick={() => file.current?.click()} data-testid="import-overlays">
            <Upload size={15} /> {t.importFile}
          </button>
          {list.length > 0 && (
            <button
              type="button"
              className="button quiet"
              onClick={() => void exportOverlays().catch(notifyError)}
              data-testid="export-overlays"
            >
              <Download size={15} /> {t.exportAll}
            </button>
          )}
        </span>
      </CloseAction>
    </Dialog>
  )
}

/** Adds an overlay of the kind that is chosen. */
const AddOverlay = ({ onAdd }: { readonly onAdd: (kind: string) => Promise<void> }) => (
  <select
    className="input"
    aria-label={t.add}
    value=""
    onChange={(event) => void onAdd(event.currentTarget.value)}
    data-testid="new-overlay"
  >
    <option value="" disabled>
      {t.add}
    </option>
    {Object.keys(overlayIcons).map((each) => (
      <option key={each} value={each}>
        {t.kinds[each]}
      </option>
    ))}
  </select>
)

interface OverlayEditorProps {
  readonly overlay: Overlay
  readonly kind: OverlayKind
  readonly onAdd: () => void
}

function OverlayEditor({ overlay, kind, onAdd }: OverlayEditorProps) {
  const [settings, change] = useOverlaySettings(overlay)
  const { data } = overlay
  const rename = (name: string): void => {
    if (name === '' || name === overlay.name) return
    overlays.keep(call('PATCH', `/studio/overlays/${overlay.id}`, { body: { name } })).catch(notifyError)
  }
  return (
    <div className="parts-form">
      <OverlayPreview
        kind={overlay.kind}
        name={overlay.name}
        settings={settings}
        state={overlay.state}
        width={kind.width}
        height={kind.height}
      />
      <div className="row">
        <button type="button" className="button" onClick={onAdd} data-testid="overlay-to-scene">
          <Plus size={15} /> {t.addToScene}
        </button>
        {data.state !== 'off' && (
          <span className={data.state === 'failed' ? 'small bad-text' : 'small quiet'} role="status" data-testid="overlay-data">
            {t.dataStates[data.state as keyof typeof t.dataStates]}
            {data.problem !== null && `: ${described.problem(data.problem)}`}
          </span>
        )}
      </div>
      <OverlayControls overlay={overlay} />
      <div className="field">
        <label htmlFor="overlay-rename">{t.name}</label>
        <input
          id="overlay-rename"
          className="input"
          defaultValue={overlay.name}
          maxLength={120}
          data-testid="overlay-rename"
          onBlur={(event) => rename(event.currentTarget.value.trim())}
        />
      </div>
      <OverlayForm kind={kind} settings={settings} onChange={change} />
      <OverlaySharing overlay={overlay} kind={kind} />
    </div>
  )
}
