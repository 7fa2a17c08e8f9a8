import { ExternalLink, PanelBottom, PanelRight, Pencil, Plus, X } from 'lucide-react'
import { type CSSProperties, type KeyboardEvent, type PointerEvent, useState } from 'react'
import { Tool } from '../docks/tool.tsx'
import { showDocks } from '../view-store.ts'
import { DockDialog } from './dock-dialog.tsx'
import { type Dock, openInWindow, useDocks } from './docks-store.ts'
import { t } from './messages.ts'
import { type DockPlace, maxSize, minSize, readSize, storeSize } from './pane-size.ts'
import './browser-docks.css'

interface DockPaneProps {
  /** Beside or below the canvas; left out in a window of its own. */
  readonly place?: DockPlace
  readonly onPlace?: (place: DockPlace) => void
}

/** Pages of other sites beside the canvas, as tabs of a pane that can be resized. Each is framed with a policy of its own. */
export function DockPane({ place = 'right', onPlace }: DockPaneProps) {
  const docks = useDocks()
  const [chosen, setChosen] = useState('')
  const [edited, setEdited] = useState<Dock | 'new' | null>(null)
  /** Ids of docks that were looked at: they go on behind the others. */
  const [visited, setVisited] = useState<readonly string[]>([])
  const [size, setSize] = useState(() => readSize(place))
  const [dragged, setDragged] = useState(false)
  const shown = docks?.find(({ id }) => id === chosen) ?? docks?.[0]
  const resize = (next: number): void => {
    const bounded = Math.round(Math.min(maxSize, Math.max(minSize, next)))
    setSize(bounded)
    storeSize(place, bounded)
  }
  const onDrag = (event: PointerEvent<HTMLElement>): void => {
    if (!dragged) return
    const box = event.currentTarget.parentElement?.getBoundingClientRect()
    if (box !== undefined) resize(place === 'right' ? box.right - event.clientX : box.bottom - event.clientY)
  }
  const onKey = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = { ArrowLeft: 20, ArrowUp: 20, ArrowRight: -20, ArrowDown: -20 }
    const step = steps[event.key]
    if (step === undefined) return
    event.preventDefault()
    resize(size + step)
  }
  const onTabKey = (event: KeyboardEvent, at: number): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const next = docks?.[at + step]
    if (step === 0 || next === undefined) return
    event.preventDefault()
    setChosen(next.id)
    document.getElementById(`dock-tab-${next.id}`)?.focus()
  }
  const framed = (docks ?? []).filter(({ id, opens }) => opens === 'pane' && (id === shown?.id || visited.includes(id)))
  if (shown !== undefined && !visited.includes(shown.id)) setVisited([...visited, shown.id])

  return (
    <aside
      className="dock-pane"
      data-place={place}
      data-dragged={dragged}
      style={{ '--size': `${size}px` } as CSSProperties}
      aria-label={t.title}
      data-testid="dock-pane"
    >
      {onPlace !== undefined && (
        // biome-ignore lint/a11y/useSemanticElements: a line between two panes that is moved is no rule between paragraphs
        <div
          className="dock-separator"
          role="separator"
          tabIndex={0}
          aria-label={t.resize}
          aria-orientation={place === 'right' ? 'vertical' : 'horizontal'}
          aria-valuemin={minSize}
          aria-valuemax={maxSize}
          aria-valuenow={size}
          data-testid="dock-separator"
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId)
            setDragged(true)
          }}
          onPointerMove={onDrag}
          onPointerUp={() => setDragged(false)}
          onPointerCancel={() => setDragged(false)}
          onKeyDown={onKey}
        />
      )}
      <header className="dock-bar">
        <div className="dock-tabs" role="tablist" aria-label={t.list}>
          {(docks ?? []).map((dock, at) => (
            <button
              key={dock.id}
              id={`dock-tab-${dock.id}`}
              type="button"
              role="tab"
              aria-selected={dock.id === shown?.id}
              aria-controls={`dock-panel-${dock.id}`}
              tabIndex={dock.id === shown?.id ? 0 : -1}
              onClick={() => setChosen(dock.id)}
              onKeyDown={(event) => onTabKey(event, at)}
              data-testid="dock-tab"
            >
              {dock.name}
            </button>
          ))}
        </div>
        <Tool Icon={Plus} label={t.add} onClick={() => setEdited('new')} testId="dock-add" />
        {shown !== undefined && (
          <>
            <Tool Icon={Pencil} label={t.edit} onClick={() => setEdited(shown)} testId="dock-edit" />
            <Tool Icon={ExternalLink} label={t.ownWindow} onClick={() => openInWindow(shown)} testId="dock-window" />
          </>
        )}
        {onPlace !== undefined && (
          <>
            <Tool
              Icon={place === 'right' ? PanelBottom : PanelRight}
              label={place === 'right' ? t.moveDown : t.moveRight}
              onClick={() => onPlace(place === 'right' ? 'bottom' : 'right')}
              testId="dock-place"
            />
            <Tool Icon={X} label={t.close} onClick={() => showDocks(false)} testId="dock-close" />
          </>
        )}
      </header>
      {docks?.length === 0 && (
        <div className="dock-empty">
          <p className="quiet">{t.empty}</p>
          <button type="button" className="button primary" onClick={() => setEdited('new')} data-testid="dock-add-first">
            <Plus size={16} /> {t.add}
          </button>
        </div>
      )}
      {framed.map((dock) => (
        <div
          key={`${dock.id} ${dock.url}`}
          id={`dock-panel-${dock.id}`}
          className="dock-panel"
          role="tabpanel"
          aria-labelledby={`dock-tab-${dock.id}`}
          hidden={dock.id !== shown?.id}
        >
          <iframe src={`/api/v1/studio/docks/${dock.id}/frame`} title={dock.name} data-testid="dock-frame" data-dock={dock.id} />
        </div>
      ))}
      {shown?.opens === 'window' && (
        <div id={`dock-panel-${shown.id}`} className="dock-empty" role="tabpanel" aria-labelledby={`dock-tab-${shown.id}`}>
          <p className="quiet">{t.inWindow}</p>
          <button type="button" className="button primary" onClick={() => openInWindow(shown)} data-testid="dock-open-window">
            <ExternalLink size={16} /> {t.ownWindow}
          </button>
        </div>
      )}
      {edited !== null && <DockDialog dock={edited === 'new' ? null : edited} onClose={() => setEdited(null)} onSaved={setChosen} />}
    </aside>
  )
}
