import { useState } from 'react'
import { Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { scaledGuides } from '../canvas/guides.ts'
import { edit } from '../show-store.ts'
import type { CanvasPart, Collection, Edit } from '../types.ts'
import { t } from './messages.ts'
import { scaledItems } from './scaled-items.ts'

const sizes = [
  [1280, 720],
  [1920, 1080],
  [2560, 1440],
  [3840, 2160],
  [1080, 1920],
  [1080, 1080],
] as const

const rates = ['24000/1001', '24/1', '25/1', '30000/1001', '30/1', '50/1', '60000/1001', '60/1'] as const

interface CanvasDialogProps {
  readonly document: Collection
  readonly canvas: CanvasPart
  readonly onClose: () => void
}

/** Size and background of a canvas, and the frame rate of the show. */
export function CanvasDialog({ document, canvas, onClose }: CanvasDialogProps) {
  const [width, setWidth] = useState(canvas.width)
  const [height, setHeight] = useState(canvas.height)
  const [custom, setCustom] = useState(!sizes.some(([x, y]) => x === canvas.width && y === canvas.height))
  const { numerator, denominator } = document.frameRate
  const rate = `${numerator}/${denominator}`
  const isValid = (value: number, max: number): boolean => Number.isInteger(value / 2) && value >= 16 && value <= max
  const valid = isValid(width, 7680) && isValid(height, 4320)
  const resized = width !== canvas.width || height !== canvas.height

  const save = async (fields: FormData): Promise<void> => {
    const background = String(fields.get('background'))
    const [over = 30, under = 1] = String(fields.get('rate')).split('/').map(Number)
    const changed = resized || background !== canvas.background
    const scales = resized && fields.get('scale') === 'on'
    const guides = scales && canvas.guides !== undefined ? { guides: scaledGuides(canvas.guides, canvas, { width, height }) } : {}
    const edits: readonly Edit[] = [
      ...(changed ? [{ do: 'change' as const, at: `canvases/${canvas.id}`, changes: { width, height, background, ...guides } }] : []),
      ...(scales ? scaledItems(document, canvas, width, height) : []),
      ...(over / under === numerator / denominator
        ? []
        : [{ do: 'change' as const, at: 'collection', changes: { frameRate: { numerator: over, denominator: under } } }]),
    ]
    if (edits.length > 0) await edit(edits)
    onClose()
  }

  return (
    <Dialog title={t.title} onClose={onClose} testId="canvas-dialog">
      <DialogForm onClose={onClose} onSubmit={save} action={t.save} testId="canvas-save" disabled={!valid}>
        <div className="field">
          <label htmlFor="canvas-size">{t.size}</label>
          <select
            id="canvas-size"
            className="input"
            value={custom ? '' : `${width}×${height}`}
            data-testid="canvas-size"
            onChange={(event) => {
              const size = sizes.find(([x, y]) => t.sizeName(x, y) === event.currentTarget.value)
              setCustom(size === undefined)
              if (size === undefined) return
              setWidth(size[0])
              setHeight(size[1])
            }}
          >
            {sizes.map(([x, y]) => (
              <option key={`${x} ${y}`} value={`${x}×${y}`}>
                {t.sizeName(x, y)}
              </option>
            ))}
            <option value="">{t.custom}</option>
          </select>
        </div>
        {custom && (
          <>
            <div className="number-grid">
              {(
                [
                  [t.width, width, setWidth, 7680, 'canvas-width'],
                  [t.height, height, setHeight, 4320, 'canvas-height'],
                ] as const
              ).map(([label, value, set, max, id]) => (
                <div className="field" key={id}>
                  <label htmlFor={id}>{label}</label>
                  <input
                    id={id}
                    className="input"
                    type="number"
                    min={16}
                    max={max}
                    step={2}
                    value={value}
                    aria-invalid={!isValid(value, max)}
                    aria-describedby="canvas-size-help"
                    data-testid={id}
                    onChange={(event) => set(Number(event.currentTarget.value))}
                  />
                </div>
              ))}
            </div>
            <span className={valid ? 'hint' : 'hint bad'} id="canvas-size-help">
              {t.odd}
            </span>
          </>
        )}
        <label className="check">
          <input type="checkbox" name="scale" defaultChecked disabled={!resized} />
          {t.scale}
        </label>
        <div className="field">
          <label htmlFor="canvas-background">{t.background}</label>
          <span className="color-field">
            <input id="canvas-background" name="background" type="color" defaultValue={canvas.background} data-testid="canvas-background" />
          </span>
        </div>
        <div className="field">
          <label htmlFor="canvas-rate">{t.frameRate}</label>
          <select
            id="canvas-rate"
            name="rate"
            className="input"
            defaultValue={rate}
            aria-describedby="canvas-rate-help"
            data-testid="canvas-rate"
          >
            {[...new Set([...rates, rate])].map((each) => {
              const [over = 0, under = 1] = each.split('/').map(Number)
              return (
                <option key={each} value={each}>
                  {Number((over / under).toFixed(3))}
                </option>
              )
            })}
          </select>
          <span className="hint" id="canvas-rate-help">
            {t.frameRateHelp}
          </span>
        </div>
      </DialogForm>
    </Dialog>
  )
}
