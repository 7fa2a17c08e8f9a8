import { Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { CloseAction, Dialog } from '../../components/dialog.tsx'
import { NumberField } from '../../components/number-field.tsx'
import type { CanvasPart } from '../types.ts'
import { showAid } from './aids.ts'
import { type Axis, guideAt, guidesOf, maxGuides, withGuide } from './guides.ts'
import { t } from './messages.ts'
import { setGuides } from './use-guides.ts'

interface GuidesDialogProps {
  readonly canvas: CanvasPart
  readonly onClose: () => void
}

/** The guides of a canvas as numbers: added, moved and removed without a mouse. */
export function GuidesDialog({ canvas, onClose }: GuidesDialogProps) {
  const [axis, setAxis] = useState<Axis>('x')
  const [place, setPlace] = useState('')
  const guides = guidesOf(canvas)
  const max = (of: Axis): number => (of === 'x' ? canvas.width : canvas.height)
  const to = place.trim() === '' ? undefined : guideAt(axis, Number(place), canvas)
  const isFull = guides[axis].length >= maxGuides
  const add = (): void => {
    if (to === undefined || isFull) return
    showAid('guides', true)
    setGuides(canvas, withGuide(guides, axis, null, to))
    setPlace('')
  }
  return (
    <Dialog title={t.guides} onClose={onClose} testId="guides-dialog">
      <p className="quiet small">{t.guidesHelp}</p>
      <form
        className="guide-form"
        onSubmit={(event) => {
          event.preventDefault()
          add()
        }}
      >
        <div className="field">
          <label htmlFor="guide-axis">{t.guideKind}</label>
          <select
            id="guide-axis"
            className="input"
            value={axis}
            data-testid="guide-axis"
            onChange={(event) => setAxis(event.currentTarget.value as Axis)}
          >
            <option value="x">{t.guideKinds.x}</option>
            <option value="y">{t.guideKinds.y}</option>
          </select>
        </div>
        <div className="field">
          <label htmlFor="guide-place">{t.guidePlace[axis](max(axis))}</label>
          <input
            id="guide-place"
            className="input"
            type="number"
            min={0}
            max={max(axis)}
            step={1}
            value={place}
            aria-invalid={place.trim() !== '' && to === undefined}
            data-testid="guide-place"
            onChange={(event) => setPlace(event.currentTarget.value)}
          />
        </div>
        <button type="submit" className="button primary" disabled={to === undefined || isFull} data-testid="add-guide">
          <Plus size={15} /> {t.addGuide}
        </button>
      </form>
      {isFull && <p className="small bad-text">{t.guidesFull(maxGuides)}</p>}
      {guides.x.length + guides.y.length === 0 ? (
        <p className="quiet small">{t.noGuides}</p>
      ) : (
        <ul className="guide-list">
          {(['x', 'y'] as const).flatMap((of) =>
            guides[of].map((at, index) => {
              const name = t.guideName[of](index + 1)
              const id = `guide-${of}-${index}`
              return (
                <li key={id} data-testid="guide-row">
                  <label htmlFor={id}>{name}</label>
                  <NumberField
                    id={id}
                    name={id}
                    min={0}
                    max={max(of)}
                    integer
                    value={at}
                    onChange={(next) => {
                      // On top of another it would be gone before the number is complete.
                      if (!guides[of].includes(next)) setGuides(canvas, withGuide(guides, of, index, next))
                    }}
                  />
                  <button
                    type="button"
                    className="tool"
                    aria-label={t.removeGuide(name)}
                    title={t.removeGuide(name)}
                    data-testid="remove-guide"
                    onClick={() => setGuides(canvas, withGuide(guides, of, index, undefined))}
                  >
                    <Trash2 size={15} />
                  </button>
                </li>
              )
            }),
          )}
        </ul>
      )}
      <CloseAction onClose={onClose} />
    </Dialog>
  )
}
