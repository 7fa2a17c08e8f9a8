import { ArrowRight } from 'lucide-react'
import type { CSSProperties } from 'react'
import { Canvas } from './canvas/canvas.tsx'
import { configureProgram, transitionTo } from './commands.ts'
import { t } from './messages.ts'
import type { Collection, ProgramState } from './types.ts'
import { type Edited, select, showItemPanel, useView } from './view-store.ts'

interface ProgramViewProps {
  readonly document: Collection
  readonly program: ProgramState
  readonly edited: Edited
  readonly editor: boolean
}

/** The edited canvas: what is on air, and in studio mode what is prepared beside it. */
export function ProgramView({ document, program, edited: { canvas, scene }, editor }: ProgramViewProps) {
  const selected = useView((state) => state.selected)
  const on = program.canvases.find((each) => each.canvas === canvas.id)
  const { studioMode } = program
  const shape = { 'aspectRatio': `${canvas.width} / ${canvas.height}`, '--ratio': canvas.width / canvas.height } as CSSProperties
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: opens what the properties button opens
    <div className="program-view" data-studio-mode={studioMode} onDoubleClick={() => selected.length > 0 && showItemPanel()}>
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
            <TransitionChoice document={document} program={program} editor={editor} />
          </div>
        </>
      )}
      <figure className="screen">
        {studioMode && <figcaption className="on-air">{t.program.program}</figcaption>}
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
    </div>
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
        {document.transitions.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
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
