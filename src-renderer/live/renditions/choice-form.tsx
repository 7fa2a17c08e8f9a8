import { useState } from 'react'
import type { Choice, Preset } from '../../../src-main/live/jobs/renditions/schemas.ts'
import { live as t } from '../../messages/page.ts'

const modes = () =>
  [
    ['off', t.off, t.theSourceAloneCostsNothing],
    ['auto', t.automatic, t.asManyQualitiesAsThis],
    ['preset', t.preset, t.theQualitiesOfAPreset],
  ] as const

/** Chooses what is made of a stream. */
export function ChoiceForm({
  choice,
  presets,
  disabled,
  onChoose,
}: {
  readonly choice: Choice
  readonly presets: readonly Preset[]
  readonly disabled: boolean
  readonly onChoose: (choice: Choice) => Promise<void>
}) {
  const [saving, setSaving] = useState(false)
  const preset = presets.find((each) => each.id === choice.preset)
  const choose = (next: Choice): void => {
    setSaving(true)
    void onChoose(next).finally(() => setSaving(false))
  }
  const choosePreset = (id: string): void => choose({ mode: 'preset', preset: id, heights: null })
  const toggle = (height: number): void => {
    if (!preset) return
    const all = preset.rungs.map((rung) => rung.height)
    const now = choice.heights ?? all
    const next = now.includes(height) ? now.filter((each) => each !== height) : all.filter((each) => each === height || now.includes(each))
    if (next.length > 0) choose({ ...choice, heights: next.length === all.length ? null : next })
  }
  return (
    <fieldset className="rendition-choice stack" disabled={disabled || saving} data-testid="rendition-choice">
      <legend className="sr-only">{t.renditions}</legend>
      {modes().map(([mode, label, text]) => (
        <label key={mode} className="row">
          <input
            type="radio"
            name="rendition-mode"
            checked={choice.mode === mode}
            onChange={() =>
              mode === 'preset' ? choosePreset(choice.preset ?? presets[0]?.id ?? 'gaming') : choose({ mode, preset: null, heights: null })
            }
            data-testid={`rendition-mode-${mode}`}
          />
          <span>
            {label} <span className="quiet small">{text}</span>
          </span>
        </label>
      ))}
      {choice.mode === 'preset' && (
        <div className="stack rendition-preset">
          <div className="field">
            <label htmlFor="rendition-preset">{t.preset}</label>
            <select
              id="rendition-preset"
              className="input"
              value={choice.preset ?? ''}
              onChange={(event) => choosePreset(event.currentTarget.value)}
              data-testid="rendition-preset"
            >
              {presets.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </div>
          <div className="row rendition-rungs">
            {preset?.rungs.map(({ height, kbps }) => (
              <label key={height} className="row">
                <input
                  type="checkbox"
                  checked={choice.heights?.includes(height) ?? true}
                  onChange={() => toggle(height)}
                  data-testid={`rung-${height}`}
                />
                {t.p(height)} <span className="quiet small">{t.kbpsNamed(kbps)}</span>
              </label>
            ))}
          </div>
        </div>
      )}
    </fieldset>
  )
}
