import { call } from '../client/api.ts'
import { notifyError } from '../components/toasts.tsx'
import { type DisplayItem, displays, scales } from './displays.ts'
import { t } from './messages.ts'

/** How large the programs of a Wayland display draw; the others have no scale. */
export function ScaleTool({ display: { id, scale } }: { readonly display: DisplayItem }) {
  if (scale === null) return null
  const choose = (next: number): void => {
    const wanted = scales.find((each) => each === next)
    if (wanted !== undefined) displays.keep(call('PATCH', `/desktop/displays/${id}`, { body: { scale: wanted } })).catch(notifyError)
  }
  return (
    <label className="desktop-scale">
      <span className="sr-only">{t.scale}</span>
      <select
        className="input"
        value={scale}
        title={t.scaleHelp}
        onChange={(event) => choose(Number(event.target.value))}
        data-testid="desktop-scale"
      >
        {scales.map((each) => (
          <option key={each} value={each}>
            {t.percent(each * 100)}
          </option>
        ))}
      </select>
    </label>
  )
}
