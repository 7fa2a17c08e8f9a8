import { BookmarkPlus, Trash2 } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useCollection } from '../../client/collection.ts'
import { Tool } from '../docks/tool.tsx'
import type { Filter } from '../types.ts'
import { t } from './messages.ts'
import { includedPresets } from './presets.ts'
import { deletePreset, handOverPresets, savedPresets, savePreset } from './saved-presets.ts'

interface PresetChoiceProps {
  readonly filter: Filter
  readonly onChoose: (settings: Readonly<Record<string, unknown>>) => void
}

/** Settings of a kind of filter that have a name: those that come with the page, and those of this host. */
export function PresetChoice({ filter: { kind, settings }, onChoose }: PresetChoiceProps) {
  const { loaded, items } = useCollection(savedPresets)
  const presets = Object.values(items).filter((each) => each.kind === kind)
  useEffect(() => {
    if (loaded) void handOverPresets(Object.values(items))
  }, [loaded, items])
  const [name, setName] = useState<string | null>(null)
  const included = Object.entries(includedPresets[kind] ?? {})
  const has = (wanted: Readonly<Record<string, unknown>>): boolean =>
    Object.entries(wanted).every(([key, value]) => JSON.stringify(settings[key]) === JSON.stringify(value))
  const mine = presets.find((each) => has(each.settings))
  const chosen = mine !== undefined ? `own/${mine.id}` : (included.find(([, each]) => has(each))?.[0] ?? '')
  const save = (): void => {
    const text = name?.trim() ?? ''
    setName(null)
    if (text !== '') void savePreset({ kind, name: text, settings })
  }
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
              const found = value.startsWith('own/')
                ? presets.find(({ id }) => id === value.slice(4))?.settings
                : includedPresets[kind]?.[value]
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
                {presets.map((each) => (
                  <option key={each.id} value={`own/${each.id}`}>
                    {each.name}
                  </option>
                ))}
              </optgroup>
            )}
          </select>
          <Tool Icon={BookmarkPlus} label={t.savePreset} onClick={() => setName('')} testId="save-preset" />
          {mine !== undefined && (
            <Tool Icon={Trash2} label={t.deletePreset(mine.name)} onClick={() => void deletePreset(mine)} testId="delete-preset" />
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
