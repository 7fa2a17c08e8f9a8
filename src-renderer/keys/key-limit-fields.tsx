import type { StreamKey } from '../client/types.ts'
import { keys as t } from '../messages/page.ts'

type Limits = StreamKey['limits']

const fields = (): readonly { readonly name: keyof Limits; readonly label: string; readonly unit: string }[] => [
  { name: 'maxVideoKbps', label: t.videoBitrate, unit: 'kbps' },
  { name: 'maxHeight', label: t.height, unit: t.pixels },
  { name: 'maxFrameRate', label: t.frameRate, unit: 'fps' },
  { name: 'maxViewers', label: t.viewers, unit: t.atATime },
  { name: 'maxDurationMinutes', label: t.duration, unit: t.minutes },
]

export interface KeyRules {
  readonly limits: Limits
  readonly onOverLimit: StreamKey['onOverLimit']
}

export const noRules: KeyRules = {
  limits: { maxVideoKbps: null, maxHeight: null, maxFrameRate: null, maxViewers: null, maxDurationMinutes: null },
  onOverLimit: 'refuse',
}

/** A short word for what a key allows, for its row. */
export function limitsInWords({ limits }: KeyRules): string {
  const parts: string[] = []
  if (limits.maxVideoKbps !== null) parts.push(`${limits.maxVideoKbps} kbps`)
  if (limits.maxHeight !== null) parts.push(`${limits.maxHeight}p`)
  if (limits.maxFrameRate !== null) parts.push(`${limits.maxFrameRate} fps`)
  if (limits.maxViewers !== null) parts.push(t.viewersNamed(limits.maxViewers))
  if (limits.maxDurationMinutes !== null) parts.push(t.minutesLong(limits.maxDurationMinutes))
  return parts.length === 0 ? t.none : parts.join(', ')
}

/** The limits of a key; an empty field limits nothing. */
export function KeyLimitFields({ rules, onChange }: { readonly rules: KeyRules; readonly onChange: (rules: KeyRules) => void }) {
  return (
    <>
      <div className="limit-grid">
        {fields().map(({ name, label, unit }) => (
          <div className="field" key={name}>
            <label htmlFor={`limit-${name}`}>
              {label} <span className="quiet">{unit}</span>
            </label>
            <input
              id={`limit-${name}`}
              className="input"
              type="number"
              min={1}
              step={1}
              inputMode="numeric"
              placeholder={t.noLimit}
              value={rules.limits[name] ?? ''}
              onChange={(event) => {
                const value = event.target.valueAsNumber
                onChange({ ...rules, limits: { ...rules.limits, [name]: Number.isFinite(value) ? Math.round(value) : null } })
              }}
              data-testid={`limit-${name}`}
            />
          </div>
        ))}
      </div>
      <fieldset className="choices">
        <legend className="label">{t.aPublisherOverItsBitrate}</legend>
        {(['refuse', 'transcode'] as const).map((value) => (
          <label key={value}>
            <input
              type="radio"
              name="over-limit"
              checked={rules.onOverLimit === value}
              onChange={() => onChange({ ...rules, onOverLimit: value })}
              data-testid={`over-${value}`}
            />
            {value === 'refuse' ? t.isDisconnected : t.isTranscodedViewersGetNo}
          </label>
        ))}
      </fieldset>
    </>
  )
}
