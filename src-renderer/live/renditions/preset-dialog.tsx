import { useState } from 'react'
import type { NewPreset, Preset, Rung } from '../../../src-main/live/jobs/renditions/schemas.ts'
import { call } from '../../client/api.ts'
import { confirm, Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { tell, tellError } from '../../components/toasts.tsx'
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
    presets.keep(
      await (preset ? call<Preset>('PATCH', `/live/presets/${preset.id}`, { body }) : call<Preset>('POST', '/live/presets', { body })),
    )
    tell('The preset was saved')
    onClose()
  }
  const remove = async (): Promise<void> => {
    if (!preset) return
    const [title, text, action] = preset.builtIn
      ? (['Restore this preset?', 'It gets the settings that it came with.', 'Restore'] as const)
      : (['Delete this preset?', 'This cannot be undone.', 'Delete'] as const)
    if (!(await confirm(title, text, action))) return
    try {
      await call('DELETE', `/live/presets/${preset.id}`)
      onClose()
    } catch (error) {
      tellError(error)
    }
  }
  return (
    <Dialog title={preset ? `Preset ${preset.name}` : 'New preset'} onClose={onClose} testId="preset-dialog">
      <DialogForm
        onClose={onClose}
        onSubmit={save}
        action="Save"
        testId="preset-save"
        aside={
          preset && (
            <button type="button" className="button quiet" onClick={() => void remove()} data-testid="preset-remove">
              {preset.builtIn ? 'Restore' : 'Delete'}
            </button>
          )
        }
      >
        <div className="field">
          <label htmlFor="preset-name">Name</label>
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
          <label htmlFor="preset-codec">Codec</label>
          <select
            id="preset-codec"
            className="input"
            value={draft.codec}
            onChange={(event) => set({ codec: event.currentTarget.value as NewPreset['codec'] })}
          >
            <option value="h264">H.264: plays everywhere</option>
            <option value="hevc">HEVC: half the bitrate, several times the CPU</option>
            <option value="av1">AV1: half the bitrate, newer devices</option>
          </select>
        </div>
        <div className="field">
          <label htmlFor="preset-speed">Encoding</label>
          <select
            id="preset-speed"
            className="input"
            value={draft.speed}
            onChange={(event) => set({ speed: event.currentTarget.value as NewPreset['speed'] })}
          >
            <option value="fastest">Fastest: least CPU</option>
            <option value="fast">Fast</option>
            <option value="fine">Fine: best quality</option>
          </select>
        </div>
        <label className="row">
          <input
            type="checkbox"
            checked={draft.bFrames === 3}
            onChange={(event) => set({ bFrames: event.currentTarget.checked ? 3 : 0 })}
          />
          Three B-frames: better quality, a little more delay
        </label>
        <fieldset className="stack rendition-rung-fields">
          <legend>Rungs</legend>
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
                aria-label={`Lines of rung ${index + 1}`}
                value={rung.height}
                onChange={(event) => setRung(index, { height: Number(event.currentTarget.value) })}
              />
              lines,
              <input
                className="input"
                type="number"
                min={100}
                max={100000}
                required
                aria-label={`Kilobits per second of rung ${index + 1}`}
                value={rung.kbps}
                onChange={(event) => setRung(index, { kbps: Number(event.currentTarget.value) })}
              />
              kbps
              <button
                type="button"
                className="button quiet"
                disabled={draft.rungs.length === 1}
                onClick={() => set({ rungs: draft.rungs.filter((_, at) => at !== index) })}
              >
                Remove
              </button>
            </div>
          ))}
          <button
            type="button"
            className="button"
            disabled={draft.rungs.length >= 8}
            onClick={() => set({ rungs: [...draft.rungs, { height: 240, kbps: 400 }] })}
          >
            Add a rung
          </button>
        </fieldset>
      </DialogForm>
    </Dialog>
  )
}
