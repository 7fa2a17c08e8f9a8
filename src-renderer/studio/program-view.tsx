import { ArrowRight } from 'lucide-react'
import type { CSSProperties } from 'react'
import { TBar } from '../components/t-bar.tsx'
import { Canvas } from './canvas/canvas.tsx'
import { CanvasVideo } from './canvas/canvas-video.tsx'
import { configureProgram, moveTBar, transitionTo } from './commands.ts'
import { t } from './messages.ts'
import { transitionName } from './transitions/transition-name.ts'
import type { CanvasPart, Collection, ProgramState } from './types.ts'
import { type Edited, select, showItemPanel, useView } from './view-store.ts'

interface ProgramViewProps {
  readonly document: Collection
  readonly program: ProgramState
  readonly edited: Edited
  readonly editor: boolean
}

/** The edited canvas: what is on air, in studio mode what is prepared beside it, and the other canvases where they are wanted. */
export function ProgramView({ document, program, edited: { canvas, scene }, editor }: ProgramViewProps) {
  const selected = useView((state) => state.selected)
  const on = program.canvases.find((each) => each.canvas === canvas.id)
  const all = useView((state) => state.allCanvases)
  const { studioMode } = program
  const others = all ? document.canvases.filter(({ id }) => id !== canvas.id) : []
  // Columns as wide as makes all canvases equally high.
  const widthOf = ({ width, height }: CanvasPart): string => `minmax(0, ${(width / height).toFixed(3)}fr)`
  const own = widthOf(canvas)
  const columns = [...(studioMode ? [own, 'auto', own] : [own]), ...others.map(widthOf)].join(' ')
  const shape = { 'aspectRatio': `${canvas.width} / ${canvas.height}`, '--ratio': canvas.width / canvas.height } as CSSProperties
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: opens what the properties button opens
    <div
      className="program-view"
      data-studio-mode={studioMode}
      data-canvases={others.length + 1}
      style={others.length > 0 ? { gridTemplateColumns: columns } : undefined}
      onDoubleClick={() => selected.length > 0 && showItemPanel()}
    >
      {studioMode && (
        <>
          <figure className="screen">
            <figcaption>{t.program.preview}</figcaption>
            <div className="screen-fit" style={shape} data-testid="screen-preview">
              {on?.preview !== null && on?.preview !== undefined && (
                <Canvas canvas={canvas.id} scene={scene.id} role="preview" selected={selected} onSelect={select} editable={editor} />
              )}
            </div>
          </figure>
          <div className="transition-column">
            <button
              type="button"
              className="button primary"
              disabled={!editor || on?.preview === null}
              onClick={() => transitionTo(canvas.id)}
              data-testid="transition"
            >
              {t.program.transition} <ArrowRight size={16} />
            </button>
            <TBar
              label={t.program.tBar}
              position={on?.tBar ?? null}
              disabled={!editor || on?.preview == null || (on.tBar === null && on.preview === on.program)}
              move={(position, release) => moveTBar(canvas.id, position, release)}
              testId="t-bar"
            />
            <TransitionChoice document={document} program={program} editor={editor} />
          </div>
        </>
      )}
      <figure className="screen">
        {(studioMode || others.length > 0) && <figcaption className="on-air">{studioMode ? t.program.program : canvas.name}</figcaption>}
        <div className="screen-fit" style={shape} data-testid="screen-program">
          <Canvas
            canvas={canvas.id}
            scene={on?.program ?? scene.id}
            role="program"
            selected={studioMode ? [] : selected}
            onSelect={select}
            editable={editor && !studioMode}
          />
        </div>
      </figure>
      {others.map((other) => (
        <OtherCanvas key={other.id} canvas={other} />
      ))}
    </div>
  )
}

/** What is on air on a canvas that is not edited: a click edits it. */
function OtherCanvas({ canvas: { id, name, width, height } }: { readonly canvas: CanvasPart }) {
  return (
    <figure className="screen">
      <figcaption className="on-air">{name}</figcaption>
      <button
        type="button"
        className="screen-fit canvas-other"
        style={{ 'aspectRatio': `${width} / ${height}`, '--ratio': width / height } as CSSProperties}
        aria-label={t.program.editCanvas(name)}
        title={t.program.editCanvas(name)}
        data-testid="other-canvas"
        data-canvas={id}
        onClick={() => {
          useView.setState({ canvas: id })
          select([])
        }}
      >
        <span className="studio-canvas">
          <CanvasVideo canvas={id} of="program" />
        </span>
      </button>
    </figure>
  )
}

/** Which transition is used where nothing else is said, and how long it takes. */
export function TransitionChoice({ document, program, editor }: Pick<ProgramViewProps, 'document' | 'program' | 'editor'>) {
  const chosen = document.transitions.find(({ id }) => id === (program.transition ?? document.transition))
  return (
    <div className="transition-choice">
      <select
        className="input"
        aria-label={t.program.transitionKind}
        title={t.program.transitionKind}
        value={chosen?.id ?? ''}
        disabled={!editor}
        data-testid="transition-kind"
        onChange={(event) => configureProgram({ transition: event.currentTarget.value, durationMs: null })}
      >
        {document.transitions.map((each) => (
          <option key={each.id} value={each.id}>
            {transitionName(each)}
          </option>
        ))}
      </select>
      {chosen !== undefined && chosen.kind !== 'cut' && (
        <input
          key={`${chosen.id} ${program.durationMs}`}
          className="input duration"
          type="number"
          min={0}
          max={60_000}
          step={50}
          aria-label={t.program.durationMs}
          title={t.program.durationMs}
          defaultValue={program.durationMs ?? chosen.durationMs}
          disabled={!editor}
          onBlur={(event) => {
            const durationMs = Math.round(Number(event.currentTarget.value))
            if (durationMs >= 0 && durationMs <= 60_000 && durationMs !== program.durationMs) configureProgram({ durationMs })
          }}
        />
      )}
    </div>
  )
}
