import { ArrowDown, ArrowUp, ChevronDown, ChevronRight, GripVertical, Pipette, Trash2, TriangleAlert } from 'lucide-react'
import { t as described } from '../../messages/described.ts'
import { decimal } from '../../messages/numbers.ts'
import { startPicking, stopPicking, useEyedropper } from '../canvas/eyedropper.ts'
import { moveTo, tryEdit } from '../commands.ts'
import { Tool } from '../docks/tool.tsx'
import type { DragEntry } from '../docks/use-drag-order.ts'
import { labelOf } from '../forms/schema.ts'
import { SettingsForm } from '../forms/settings-form.tsx'
import type { Kind } from '../kinds.ts'
import { t as studio } from '../messages.ts'
import { change, useShow } from '../show-store.ts'
import type { ChosenSettings, Filter } from '../types.ts'
import { t } from './messages.ts'
import { PresetChoice } from './preset-choice.tsx'
import { TransferCurve } from './transfer-curve.tsx'

interface FilterRowProps {
  readonly filter: Filter
  readonly at: string
  readonly index: number
  readonly count: number
  readonly kind: Kind | undefined
  readonly open: boolean
  readonly onOpen: () => void
  readonly editor: boolean
  /** Id of the source whose filter it is; none for that of a track. */
  readonly source: string | undefined
  readonly levelOf: string | undefined
  readonly drag: DragEntry
}

/** Kinds whose colour is taken from the image. */
const keyKinds = new Set(['chroma-key', 'color-key'])

/** One filter of a chain, with its settings while it is open. */
export function FilterRow({ filter, at, index, count, kind, open, onOpen, editor, source, levelOf, drag }: FilterRowProps) {
  const problem = useShow((state) => state.filterProblems[filter.id])
  const chosen = useShow((state) => state.filterChoices[filter.id])
  const picks = useEyedropper((state) => state.picking?.filter === filter.id)
  const { name, enabled, settings } = filter
  const remove = (): void => void tryEdit([{ do: 'remove', at }])
  const pick = (): void => {
    if (picks || source === undefined) stopPicking()
    else void startPicking({ source, at, filter: filter.id, kind: filter.kind, setting: 'color' })
  }
  return (
    <li className="chain-entry" data-testid="filter" data-kind={filter.kind} data-enabled={enabled}>
      <div className="chain-head" {...drag}>
        {editor && count > 1 && (
          <span className="chain-grip" title={t.drag(name)} aria-hidden="true">
            <GripVertical size={14} />
          </span>
        )}
        <input
          type="checkbox"
          checked={enabled}
          disabled={!editor}
          aria-label={t.enabled(name)}
          title={t.enabled(name)}
          onChange={(event) => change(at, { enabled: event.currentTarget.checked })}
        />
        <button type="button" className="chain-name" aria-expanded={open} onClick={onOpen}>
          {open ? <ChevronDown size={14} /> : <ChevronRight size={14} />} <span className="entry-name">{name}</span>
        </button>
        {problem !== undefined && (
          <span className="entry-problem" role="img" aria-label={problem} title={problem}>
            <TriangleAlert size={15} />
          </span>
        )}
        {editor && (
          <>
            <Tool Icon={ArrowUp} label={studio.moveUp} disabled={index === 0} onClick={() => moveTo(at, index - 1)} />
            <Tool Icon={ArrowDown} label={studio.moveDown} disabled={index === count - 1} onClick={() => moveTo(at, index + 1)} />
            <Tool Icon={Trash2} label={t.remove(name)} onClick={remove} testId="delete-filter" />
          </>
        )}
      </div>
      {open && kind !== undefined && (
        <div className="chain-settings">
          {editor && <PresetChoice filter={filter} onChoose={(chosen) => change(at, { settings: chosen })} />}
          {editor && source !== undefined && keyKinds.has(filter.kind) && (
            <button
              type="button"
              className={picks ? 'button primary' : 'button'}
              aria-pressed={picks}
              onClick={pick}
              data-testid="pick-color"
            >
              <Pipette size={15} /> {t.pick}
            </button>
          )}
          {chosen !== undefined && <Chosen chosen={chosen} />}
          {levelOf !== undefined && <TransferCurve kind={filter.kind} settings={{ ...settings, ...chosen }} of={levelOf} />}
          <SettingsForm
            schema={kind.settings}
            values={settings}
            onChange={(changes) => change(at, { settings: changes })}
            disabled={!editor}
          />
        </div>
      )}
    </li>
  )
}

/** What a filter that follows the light or the level works with at this moment. */
function Chosen({ chosen }: { readonly chosen: ChosenSettings }) {
  return (
    <div className="small" data-testid="filter-chosen">
      {t.chosen}
      <ul className="row">
        {Object.entries(chosen).map(([name, value]) => (
          <li key={name} className="row" data-setting={name}>
            {typeof value === 'string' && <span className="swatch" style={{ background: value }} />}
            {described.setting(name, labelOf(name).label)}: {typeof value === 'number' ? decimal(value, 2) : value}
          </li>
        ))}
      </ul>
    </div>
  )
}
