import { Blend, Columns2, Keyboard, LayoutGrid, PanelBottom, PanelRight, Projector, Ratio, Redo2, Undo2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { HealthChip } from '../health/health-chip.tsx'
import { decimal } from '../messages/numbers.ts'
import { t as docksTexts } from './browser-docks/messages.ts'
import { t as canvasTexts } from './canvas-settings/messages.ts'
import { configureProgram, redoStep, undoStep } from './commands.ts'
import { Tool } from './docks/tool.tsx'
import { GuestsButton } from './guests/guests-button.tsx'
import { HistoryMenu } from './history/history-menu.tsx'
import { stepWords } from './history/step-words.ts'
import { t as macros } from './macros/messages.ts'
import { t } from './messages.ts'
import { t as multiviewTexts } from './multiview/messages.ts'
import { t as overlays } from './overlays/messages.ts'
import { TransitionChoice } from './program-view.tsx'
import { useShow } from './show-store.ts'
import { ShowMenu } from './start/show-menu.tsx'
import { t as transitions } from './transitions/messages.ts'
import type { OpenCollection, ProgramState } from './types.ts'
import { openDialog, select, showAllCanvases, showDocks, showMultiview, useView } from './view-store.ts'
import { t as windows } from './windows/messages.ts'

interface TopBarProps {
  readonly open: OpenCollection
  readonly program: ProgramState
  readonly editor: boolean
  /** Id of the canvas that is edited. */
  readonly canvas: string
  /** Record and Go live. */
  readonly children: ReactNode
}

/** What is above the canvas: the show, undo and redo, studio mode, figures. */
export function TopBar({ open, program, editor, canvas, children }: TopBarProps) {
  const { collection } = open
  const multiview = useView((state) => state.multiview)
  const docks = useView((state) => state.docks)
  const allCanvases = useView((state) => state.allCanvases)
  return (
    <div className="studio-bar">
      <ShowMenu name={open.name} editor={editor} />
      <span className="bar-group">
        <Tool
          Icon={Undo2}
          label={t.history.undoOf(open.undo && stepWords(open.undo))}
          disabled={!editor || open.undo === null}
          onClick={undoStep}
          testId="undo"
        />
        <Tool
          Icon={Redo2}
          label={t.history.redoOf(open.redo && stepWords(open.redo))}
          disabled={!editor || open.redo === null}
          onClick={redoStep}
          testId="redo"
        />
        {editor && <HistoryMenu open={open} />}
      </span>
      {collection.canvases.length > 1 && (
        <select
          className="input canvas-choice"
          aria-label={t.program.canvas}
          value={canvas}
          onChange={(event) => {
            useView.setState({ canvas: event.currentTarget.value })
            select([])
          }}
        >
          {collection.canvases.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      )}
      {collection.canvases.length > 1 && (
        <Tool
          Icon={Columns2}
          label={t.program.allCanvases}
          pressed={allCanvases}
          onClick={() => showAllCanvases(!allCanvases)}
          testId="all-canvases"
        />
      )}
      <label className="check studio-mode" title={t.program.studioModeHelp}>
        <input
          type="checkbox"
          checked={program.studioMode}
          disabled={!editor}
          onChange={(event) => configureProgram({ studioMode: event.currentTarget.checked })}
          data-testid="studio-mode"
        />
        {t.program.studioMode}
      </label>
      {!program.studioMode && <TransitionChoice document={collection} program={program} editor={editor} />}
      {editor && (
        <span className="bar-group">
          <Tool Icon={Ratio} label={canvasTexts.open} text={t.bar.canvas} onClick={() => openDialog('canvas')} testId="edit-canvas" />
          <Tool
            Icon={Blend}
            label={transitions.open}
            text={t.bar.transitions}
            onClick={() => openDialog('transitions')}
            testId="edit-transitions"
          />
          <Tool
            Icon={PanelBottom}
            label={overlays.open}
            text={t.bar.overlays}
            onClick={() => openDialog('overlays')}
            testId="edit-overlays"
          />
          <Tool Icon={Keyboard} label={macros.open} text={t.bar.macros} onClick={() => openDialog('macros')} testId="edit-macros" />
        </span>
      )}
      <Tool
        Icon={LayoutGrid}
        label={multiviewTexts.open}
        text={t.bar.multiview}
        pressed={multiview}
        onClick={() => showMultiview(!multiview)}
        testId="multiview-open"
      />
      <Tool Icon={Projector} label={windows.open} text={t.bar.projectors} onClick={() => openDialog('projectors')} testId="windows-open" />
      {editor && (
        <Tool
          Icon={PanelRight}
          label={docksTexts.open}
          text={t.bar.docks}
          pressed={docks}
          onClick={() => showDocks(!docks)}
          testId="docks-open"
        />
      )}
      <GuestsButton />
      <span className="spacer" />
      <HealthChip short />
      <Figures />
      {children}
    </div>
  )
}

function Figures() {
  const statistics = useShow((state) => state.statistics)
  if (statistics === null) return null
  const { framesPerSecond, dropped, cpu } = statistics
  return (
    <span className="quiet small studio-figures" title={t.engine.figuresTitle} data-testid="studio-figures">
      {t.engine.figures(framesPerSecond.toFixed(0), dropped, decimal(cpu, 1))}
    </span>
  )
}
