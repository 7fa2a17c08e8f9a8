import { BookmarkPlus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../components/toasts.tsx'
import { Tool } from '../docks/tool.tsx'
import type { Filter } from '../types.ts'
import { t } from './messages.ts'
import { deletePreset, includedPresets, savePreset, usePresets } from './presets.ts'

interface PresetChoiceProps {
  readonly filter: Filter
  readonly onChoose: (settings: Readonly<Record<string, unknown>>) => void
}

/** Settings of a kind of filter that have a name: those that come with the page, and those of this browser. */
export function PresetChoice({ filter: { kind, settings }, onChoose }: PresetChoiceProps) {
  const presets = usePresets((state) => state.presets).filter((each) => each.kind === kind)
  const [name, setName] = useState<string | null>(null)
  const included = Object.entries(includedPresets[kind] ?? {})
  const has = (wanted: Readonly<Record<string, unknown>>): boolean =>
    Object.entries(wanted).every(([key, value]) => JSON.stringify(settings[key]) === JSON.stringify(value))
  const own = presets.findIndex((each) => has(each.settings))
  const chosen = own >= 0 ? `own/${own}` : (included.find(([, each]) => has(each))?.[0] ?? '')
  const save = (): void => {
    const text = name?.trim() ?? ''
    setName(null)
    if (text !== '' && !savePreset({ kind, name: text, settings })) notify(t.notStored)
  }
  const mine = presets[own]
  return (
    <div className="preset-choice">
      {name === null ? (
        <>
          <select
            className="input"
            aria-label={t.presets}
            value={chosen}
            data-testid="preset"
            onChange={(event) => {
              const { value } = event.currentTarget
              const found = value.startsWith('own/') ? presets[Number(value.slice(4))]?.settings : includedPresets[kind]?.[value]
              if (found !== undefined) onChoose(found)
            }}
          >
            <option value="" disabled>
              {t.choosePreset}
            </option>
            {included.length > 0 && (
              <optgroup label={t.comesWith}>
                {included.map(([id]) => (
                  <option key={id} value={id}>
                    {t.presetName(`${kind}/${id}`)}
                  </option>
                ))}
              </optgroup>
            )}
            {presets.length > 0 && (
              <optgroup label={t.own}>
                {presets.map((each, index) => (
                  <option key={each.name} value={`own/${index}`}>
                    {each.name}
                  </option>
                ))}
              </optgroup>
            )}
          </select>
          <Tool Icon={BookmarkPlus} label={t.savePreset} onClick={() => setName('')} testId="save-preset" />
          {mine !== undefined && (
            <Tool Icon={Trash2} label={t.deletePreset(mine.name)} onClick={() => deletePreset(mine)} testId="delete-preset" />
          )}
        </>
      ) : (
        <form
          className="preset-choice"
          onSubmit={(event) => {
            event.preventDefault()
            save()
          }}
        >
          <input
            className="input"
            // biome-ignore lint/a11y/noAutofocus: it was asked for
            autoFocus
            aria-label={t.newPreset}
            placeholder={t.newPreset}
            maxLength={60}
            value={name}
            data-testid="preset-name"
            onChange={(event) => setName(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') setName(null)
            }}
          />
          <button type="submit" className="button" data-testid="store-preset">
            {t.save}
          </button>
        </form>
      )}
    </div>
  )
}
