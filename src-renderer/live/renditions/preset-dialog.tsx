import { useState } from 'react'
import type { NewPreset, Preset, Rung } from '../../../src-main/live/jobs/renditions/schemas.ts'
import { call } from '../../client/api.ts'
import { confirm, Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { notify, notifyError } from '../../components/toasts.tsx'
import { live as t } from '../../messages/page.ts'
import { presets } from './rendition-stores.ts'

const blank: NewPreset = { name: '', codec: 'h264', speed: 'fastest', bFrames: 0, rungs: [{ height: 480, kbps: 1400 }] }

/** Edits a preset, or makes one. */
export function PresetDialog({ preset, onClose }: { readonly preset: Preset | undefined; readonly onClose: () => void }) {
  const [draft, setDraft] = useState<NewPreset>(preset ?? blank)
  const set = (what: Partial<NewPreset>): void => setDraft({ ...draft, ...what })
  const setRung = (index: number, what: Partial<Rung>): void =>
    set({ rungs: draft.rungs.map((rung, at) => (at === index ? { ...rung, ...what } : rung)) })
  const save = async (): Promise<void> => {
    const { name, codec, speed, bFrames, rungs } = draft
    const body = { name, codec, speed, bFrames, rungs }
    await presets.keep(preset ? call('PATCH', `/live/presets/${preset.id}`, { body }) : call('POST', '/live/presets', { body }))
    notify(t.thePresetWasSaved)
    onClose()
  }
  const remove = async (): Promise<void> => {
    if (!preset) return
    const [title, text, action] = preset.builtIn
      ? ([t.restoreThisPresetQuestion, t.itGetsTheSettingsThat, t.restore] as const)
      : ([t.deleteThisPresetQuestion, t.thisCannotBeUndone, t.delete] as const)
    if (!(await confirm(title, text, action))) return
    try {
      await call('DELETE', `/live/presets/${preset.id}`)
      onClose()
    } catch (error) {
      notifyError(error)
    }
  }
  return (
    <Dialog title={preset ? t.presetNamed(preset.name) : t.newPreset} onClose={onClose} testId="preset-dialog">
      <DialogForm
        onClose={onClose}
        onSubmit={save}
        action={t.save}
        testId="preset-save"
        aside={
          preset && (
            <button type="button" className="button quiet" onClick={() => void remove()} data-testid="preset-remove">
              {preset.builtIn ? t.restore : t.delete}
            </button>
          )
        }
      >
        <div className="field">
          <label htmlFor="preset-name">{t.name}</label>
          <input
            id="preset-name"
            className="input"
            required
            maxLength={60}
            value={draft.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
        </div>
        <div className="field">
          <label htmlFor="preset-codec">{t.codec}</label>
          <select
            id="preset-codec"
            className="input"
            value={draft.codec}
            onChange={(event) => set({ codec: event.currentTarget.value as NewPreset['codec'] })}
          >
            <option value="h264">{t.h264PlaysEverywhere}</option>
            <option value="hevc">{t.hevcHalfTheBitrateSeveral}</option>
            <option value="av1">{t.av1HalfTheBitrateNewer}</option>
          </select>
        </div>
        <div className="field">
          <label htmlFor="preset-speed">{t.encoding}</label>
          <select
            id="preset-speed"
            className="input"
            value={draft.speed}
            onChange={(event) => set({ speed: event.currentTarget.value as NewPreset['speed'] })}
          >
            <option value="fastest">{t.fastestLeastCpu}</option>
            <option value="fast">{t.fast}</option>
            <option value="fine">{t.fineBestQuality}</option>
          </select>
        </div>
        <label className="row">
          <input
            type="checkbox"
            checked={draft.bFrames === 3}
            onChange={(event) => set({ bFrames: event.currentTarget.checked ? 3 : 0 })}
          />
          {t.threeBFramesBetterQuality}
        </label>
        <fieldset className="stack rendition-rung-fields">
          <legend>{t.rungs}</legend>
          {draft.rungs.map((rung, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a rung has no name but its place while it is edited
            <div key={index} className="row">
              <input
                className="input"
                type="number"
                min={120}
                max={4320}
                step={2}
                required
                aria-label={t.linesOfRung(index + 1)}
                value={rung.height}
                onChange={(event) => setRung(index, { height: Number(event.currentTarget.value) })}
              />
              {t.lines}
              <input
                className="input"
                type="number"
                min={100}
                max={100000}
                required
                aria-label={t.kilobitsPerSecondOfRung(index + 1)}
                value={rung.kbps}
                onChange={(event) => setRung(index, { kbps: Number(event.currentTarget.value) })}
              />
              {t.kbps}
              <button
                type="button"
                className="button quiet"
                disabled={draft.rungs.length === 1}
                onClick={() => set({ rungs: draft.rungs.filter((_, at) => at !== index) })}
              >
                {t.remove}
              </button>
            </div>
          ))}
          <button
            type="button"
            className="button"
            disabled={draft.rungs.length >= 8}
            onClick={() => set({ rungs: [...draft.rungs, { height: 240, kbps: 400 }] })}
          >
            {t.addARung}
          </button>
        </fieldset>
      </DialogForm>
    </Dialog>
  )
}
