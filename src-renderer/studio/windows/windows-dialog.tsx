import { AppWindow, X } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { call } from '../../client/api.ts'
import { readChoice, storeChoice } from '../../client/stored-choice.ts'
import { Dialog } from '../../components/dialog.tsx'
import { notifyError } from '../../components/toasts.tsx'
import { Tool } from '../docks/tool.tsx'
import { useKinds } from '../kinds.ts'
import type { Collection } from '../types.ts'
import { t } from './messages.ts'
import { type Shell, useShell } from './shell-store.ts'
import { nameOf, openHere, viewOf } from './views.ts'
import './windows.css'

interface WindowsDialogProps {
  readonly document: Collection
  readonly editor: boolean
  /** What is chosen first, e.g. `scene:ID`. */
  readonly first: string
  readonly onClose: () => void
}

/** Opens the show, a scene, a source or a page in a window of its own: on a display of the desktop, or in this browser. */
export function WindowsDialog({ document, editor, first, onClose }: WindowsDialogProps) {
  const shell = useShell()
  const kinds = useKinds('source-kinds')
  const [key, setKey] = useState(first)
  const [place, setPlace] = useState('')
  const [reopens, setReopens] = useState(() => readChoice('studio.windowReopens', ['off', 'on']) === 'on')
  const [busy, setBusy] = useState(false)
  const hasVideo = (kind: string): boolean => kinds.find((each) => each.kind === kind)?.pictures === true
  const places = [...(shell === null ? [] : [...shell.displays.map(({ id }) => `display:${id}`), 'desktop']), 'browser']
  // Beside the display of the main window, where there is another.
  const usual = shell === null ? 'browser' : `display:${(shell.displays.find(({ primary }) => !primary) ?? shell.displays[0])?.id}`
  const chosen = [place, usual].find((each) => places.includes(each)) ?? places[0]
  const open = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const view = viewOf(key)
    if (chosen === 'browser') {
      openHere(view)
      onClose()
      return
    }
    setBusy(true)
    try {
      const display = chosen?.startsWith('display:') ? chosen.slice('display:'.length) : undefined
      await call('POST', '/shell/windows', { body: { view, fullScreen: display !== undefined, reopens, ...(display && { display }) } })
    } catch (error) {
      notifyError(error)
    } finally {
      setBusy(false)
    }
  }
  const sources = document.sources.filter(({ kind }) => hasVideo(kind))
  return (
    <Dialog title={t.title} onClose={onClose} testId="windows-dialog">
      <form className="windows-form" onSubmit={(event) => void open(event)}>
        <label className="field">
          <span>{t.what}</span>
          <select className="input" value={key} onChange={(event) => setKey(event.currentTarget.value)} data-testid="windows-what">
            <optgroup label={t.canvases}>
              {document.canvases.flatMap(({ id, name }) =>
                (['program', 'preview'] as const).map((of) => (
                  <option key={`${of}:${id}`} value={`${of}:${id}`}>
                    {t[of](name)}
                  </option>
                )),
              )}
            </optgroup>
            <optgroup label={t.pages}>
              <option value="multiview">{t.multiview}</option>
              {editor && <option value="docks">{t.docks}</option>}
            </optgroup>
            <Entries label={t.scenes} of="scene" entries={document.scenes} />
            <Entries label={t.sources} of="source" entries={sources} />
          </select>
        </label>
        <fieldset className="windows-places">
          <legend>{t.where}</legend>
          {places.map((each) => (
            <label key={each} className="check">
              <input
                type="radio"
                name="place"
                value={each}
                checked={each === chosen}
                onChange={() => setPlace(each)}
                data-testid="windows-place"
              />
              {placeText(each, shell)}
            </label>
          ))}
        </fieldset>
        {shell === null ? (
          <p className="quiet small">{t.noShell}</p>
        ) : (
          chosen !== 'browser' && (
            <label className="check">
              <input
                type="checkbox"
                checked={reopens}
                onChange={(event) => {
                  setReopens(event.currentTarget.checked)
                  storeChoice('studio.windowReopens', event.currentTarget.checked ? 'on' : 'off')
                }}
                data-testid="windows-reopens"
              />
              {t.reopens}
            </label>
          )
        )}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            {t.close}
          </button>
          <button type="submit" className="button primary" disabled={busy} aria-busy={busy} data-testid="windows-act">
            <AppWindow size={16} /> {t.act}
          </button>
        </div>
      </form>
      {shell !== null && <OpenWindows shell={shell} document={document} />}
    </Dialog>
  )
}

function Entries({
  label,
  of,
  entries,
}: {
  readonly label: string
  readonly of: 'scene' | 'source'
  readonly entries: readonly { readonly id: string; readonly name: string }[]
}) {
  if (entries.length === 0) return null
  return (
    <optgroup label={label}>
      {entries.map(({ id, name }) => (
        <option key={id} value={`${of}:${id}`}>
          {name}
        </option>
      ))}
    </optgroup>
  )
}

function OpenWindows({ shell, document }: { readonly shell: Shell; readonly document: Collection }) {
  const others = shell.windows.filter(({ view }) => view.kind !== 'main')
  return (
    <section className="windows-open" aria-label={t.opened}>
      <h3>{t.opened}</h3>
      {others.length === 0 && <p className="quiet small">{t.none}</p>}
      <ul>
        {others.map(({ id, view, fullScreen, display, reopens }) => {
          const name = nameOf(view, document)
          return (
            <li key={id} data-testid="windows-entry" data-view={view.kind} data-display={display ?? ''}>
              <span className="windows-name">
                {name}
                {fullScreen && display !== null && <span className="quiet small">{t.fullScreenOn(displayText(display, shell))}</span>}
              </span>
              <label className="check small">
                <input
                  type="checkbox"
                  aria-label={t.keep(name)}
                  checked={reopens}
                  onChange={(event) =>
                    void call('PATCH', `/shell/windows/${id}`, { body: { reopens: event.currentTarget.checked } }).catch(notifyError)
                  }
                />
                {t.keepShort}
              </label>
              <Tool
                Icon={X}
                label={t.closeWindow(name)}
                onClick={() => void call('DELETE', `/shell/windows/${id}`).catch(notifyError)}
                testId="windows-close"
              />
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function displayText(id: string, { displays }: Shell): string {
  const at = displays.findIndex((each) => each.id === id)
  const { name, bounds } = displays[at] ?? { name: id, bounds: { width: 0, height: 0 } }
  return t.display(at + 1, name, bounds.width, bounds.height)
}

function placeText(place: string, shell: Shell | null): string {
  if (place === 'browser' || shell === null) return t.inBrowser
  if (place === 'desktop') return t.onDesktop
  const id = place.slice('display:'.length)
  const text = t.onDisplay(displayText(id, shell))
  return shell.displays.length > 1 && shell.displays.find((each) => each.id === id)?.primary ? `${text}, ${t.primary}` : text
}
