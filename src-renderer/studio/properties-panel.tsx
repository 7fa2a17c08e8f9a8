import { MousePointerClick, PanelBottom, RotateCcw, Scan, X } from 'lucide-react'
import { useId, useRef, useState } from 'react'
import { loadLater } from '../components/load-later.tsx'
import { NumberField } from '../components/number-field.tsx'
import { commandSource } from './commands.ts'
import { SourceFilters } from './filters/source-filters.tsx'
import { SettingsForm } from './forms/settings-form.tsx'
import { t as interact } from './interact/messages.ts'
import { ItemTransitionFields } from './item-transition-fields.tsx'
import { useKinds } from './kinds.ts'
import { LinkedItems } from './links/linked-items.tsx'
import { t } from './messages.ts'
import { AudioProperties } from './mixer/audio-properties.tsx'
import { t as overlays } from './overlays/messages.ts'
import { overlayOf } from './overlays/overlay-item.ts'
import { layersOf, nameOf, type PlacedItem } from './places.ts'
import { PropertiesNav } from './properties-nav.tsx'
import { needsCare, reportWords } from './report-words.ts'
import { change, useShow } from './show-store.ts'
import type { CanvasPart, Collection, Scene, Source } from './types.ts'
import { closePanel, openOverlay, type PropertiesPart, useView } from './view-store.ts'

interface PropertiesPanelProps {
  readonly document: Collection
  readonly scene: Scene
  readonly canvas: CanvasPart
  readonly editor: boolean
}

/** Properties of the selected item or of a source; whatever is changed is seen at once. */
export function PropertiesPanel({ document, scene, canvas, editor }: PropertiesPanelProps) {
  const panel = useView((state) => state.panel)
  const selected = useView((state) => state.selected)
  const body = useRef<HTMLDivElement>(null)
  if (panel === null) return null
  const layer = panel.kind === 'item' ? layersOf(scene).find(({ item }) => item.id === selected[0]) : undefined
  const sourceId = panel.kind === 'source' ? panel.id : layer !== undefined && 'source' in layer.item ? layer.item.source : undefined
  const source = document.sources.find(({ id }) => id === sourceId)
  // Nothing is selected: the canvas takes the space.
  if (source === undefined && layer === undefined) return null
  const parts: readonly PropertiesPart[] = [
    ...(source === undefined ? [] : (['settings'] as const)),
    ...(source?.audio === undefined ? [] : (['audio'] as const)),
    ...(source === undefined ? [] : (['filters'] as const)),
    ...(layer === undefined ? [] : (['position'] as const)),
  ]
  const title = layer !== undefined ? nameOf(layer.item, document) : (source?.name ?? t.properties.title)
  return (
    <aside className="properties" aria-label={t.properties.of(title)} data-testid="properties">
      <header>
        <h2>{title}</h2>
        <button type="button" className="tool" aria-label={t.properties.close} title={t.properties.close} onClick={closePanel}>
          <X size={16} />
        </button>
      </header>
      <PropertiesNav parts={parts} body={body} />
      <div className="properties-body" ref={body}>
        {source !== undefined && <SourceProperties key={source.id} source={source} editor={editor} />}
        {layer !== undefined && (
          <div className="properties-part" data-part="position">
            <ItemProperties key={layer.item.id} layer={layer} canvas={canvas} editor={editor} />
            <LinkedItems layer={layer} document={document} scene={scene} canvas={canvas} editor={editor} />
          </div>
        )}
      </div>
    </aside>
  )
}

/** Loaded when it is opened. */
const InteractDialog = loadLater(async () => (await import('./interact/interact-dialog.tsx')).InteractDialog)

function SourceProperties({ source, editor }: { readonly source: Source; readonly editor: boolean }) {
  const report = useShow((state) => state.sourceReports[source.id])
  const kind = useKinds('source-kinds').find((each) => each.kind === source.kind)
  const [interacts, setInteracts] = useState(false)
  if (kind === undefined) return null
  const overlay = overlayOf(source.settings)
  return (
    <>
      <p className={needsCare(report) ? 'report bad' : 'report'} role="status" data-testid="source-report">
        <b>{kind.title}</b> {reportWords(report)}
      </p>
      {editor && (kind.commands ?? []).some((command) => simpleCommands.has(command)) && (
        <div className="row">
          {(kind.commands ?? [])
            .filter((command) => simpleCommands.has(command))
            .map((command) => (
              <button key={command} type="button" className="button" onClick={() => void commandSource(source.id, command)}>
                {t.commandName(command)}
              </button>
            ))}
        </div>
      )}
      {editor && source.kind === 'browser' && (
        <button type="button" className="button" onClick={() => setInteracts(true)} data-testid="interact">
          <MousePointerClick size={15} /> {interact.open}
        </button>
      )}
      {interacts && <InteractDialog source={source} onClose={() => setInteracts(false)} />}
      {editor && overlay !== undefined && (
        <button type="button" className="button" onClick={() => openOverlay(overlay)} data-testid="edit-overlay">
          <PanelBottom size={15} /> {overlays.edit}
        </button>
      )}
      <div className="properties-part" data-part="settings">
        <SettingsForm
          schema={kind.settings}
          values={source.settings}
          onChange={(settings) => change(`sources/${source.id}`, { settings })}
          devices={kind.devices}
          disabled={!editor}
        />
      </div>
      {source.audio !== undefined && (
        <div className="properties-part" data-part="audio">
          <AudioProperties source={source} audio={source.audio} editor={editor} />
        </div>
      )}
      <div className="properties-part" data-part="filters">
        <SourceFilters source={source} hasVideo={kind.pictures === true} editor={editor} />
      </div>
    </>
  )
}

/** Commands that need no more than their name. */
const simpleCommands = new Set(['play', 'pause', 'restart', 'next', 'previous', 'start', 'reset', 'reload'])

interface ItemPropertiesProps {
  readonly layer: PlacedItem
  readonly canvas: CanvasPart
  readonly editor: boolean
}

function ItemProperties({ layer: { item, at }, canvas, editor }: ItemPropertiesProps) {
  const disabled = !editor || item.locked
  const number = (label: string, value: number, give: (value: number) => void, range: { minimum?: number; maximum?: number } = {}) => (
    <ItemNumber label={label} value={value} onChange={give} disabled={disabled} {...range} />
  )
  const { position, scale, crop, bounds } = item
  return (
    <fieldset className="field-group transform">
      <legend>{t.properties.transform}</legend>
      <div className="row">
        <button
          type="button"
          className="button"
          disabled={disabled}
          data-testid="fit-to-canvas"
          onClick={() =>
            change(at, {
              position: { x: 0, y: 0 },
              alignment: { x: 'left', y: 'top' },
              rotation: 0,
              bounds: { fit: 'contain', width: canvas.width, height: canvas.height, alignment: { x: 'center', y: 'center' } },
            })
          }
        >
          <Scan size={15} /> {t.properties.fit}
        </button>
        <button
          type="button"
          className="button"
          disabled={disabled}
          onClick={() =>
            change(at, {
              position: { x: 0, y: 0 },
              alignment: { x: 'left', y: 'top' },
              scale: { x: 1, y: 1 },
              rotation: 0,
              crop: { left: 0, top: 0, right: 0, bottom: 0 },
              bounds: null,
              opacity: 1,
            })
          }
        >
          <RotateCcw size={15} /> {t.properties.reset}
        </button>
      </div>
      <div className="number-grid">
        {number('X', position.x, (x) => change(at, { position: { x } }))}
        {number('Y', position.y, (y) => change(at, { position: { y } }))}
        {bounds === null ? (
          <>
            {number(t.properties.scaleX, scale.x * 100, (x) => change(at, { scale: { x: x / 100 } }))}
            {number(t.properties.scaleY, scale.y * 100, (y) => change(at, { scale: { y: y / 100 } }))}
          </>
        ) : (
          <>
            {number(t.properties.width, bounds.width, (width) => change(at, { bounds: { ...bounds, width } }), {
              minimum: 1,
              maximum: 16384,
            })}
            {number(t.properties.height, bounds.height, (height) => change(at, { bounds: { ...bounds, height } }), {
              minimum: 1,
              maximum: 16384,
            })}
          </>
        )}
        {number(t.properties.rotation, item.rotation, (rotation) => change(at, { rotation }), { minimum: -36000, maximum: 36000 })}
        {number(t.properties.opacity, item.opacity * 100, (percent) => change(at, { opacity: percent / 100 }), {
          minimum: 0,
          maximum: 100,
        })}
        {number(t.properties.cropLeft, crop.left, (left) => change(at, { crop: { left: Math.round(left) } }), {
          minimum: 0,
          maximum: 16384,
        })}
        {number(t.properties.cropRight, crop.right, (right) => change(at, { crop: { right: Math.round(right) } }), {
          minimum: 0,
          maximum: 16384,
        })}
        {number(t.properties.cropTop, crop.top, (top) => change(at, { crop: { top: Math.round(top) } }), { minimum: 0, maximum: 16384 })}
        {number(t.properties.cropBottom, crop.bottom, (bottom) => change(at, { crop: { bottom: Math.round(bottom) } }), {
          minimum: 0,
          maximum: 16384,
        })}
      </div>
      <ItemTransitionFields
        label={t.properties.showTransition}
        name="showTransition"
        at={at}
        value={item.showTransition}
        disabled={!editor}
      />
      <ItemTransitionFields
        label={t.properties.hideTransition}
        name="hideTransition"
        at={at}
        value={item.hideTransition}
        disabled={!editor}
      />
    </fieldset>
  )
}

interface ItemNumberProps {
  readonly label: string
  readonly value: number
  readonly onChange: (value: number) => void
  readonly disabled: boolean
  readonly minimum?: number
  readonly maximum?: number
}

function ItemNumber({ label, value, onChange, disabled, minimum = -1e6, maximum = 1e6 }: ItemNumberProps) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <NumberField id={id} name={label} disabled={disabled} min={minimum} max={maximum} value={value} onChange={onChange} />
    </div>
  )
}
