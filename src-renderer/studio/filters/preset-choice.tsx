import { BookmarkPlus, Pencil, Trash2 } from 'lucide-react'
import { useEffect, useId, useState } from 'react'
import { reportProblem } from '../../client/api.ts'
import { useCollection } from '../../client/collection.ts'
import { notify } from '../../components/toasts.tsx'
import { Tool } from '../docks/tool.tsx'
import type { Filter } from '../types.ts'
import { t } from './messages.ts'
import { includedPresets } from './presets.ts'
import { deletePreset, handOverPresets, renamePreset, type SavedPreset, savedPresets, savePreset } from './saved-presets.ts'

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
  const [form, setForm] = useState<{ readonly renamed?: SavedPreset } | null>(null)
  const included = Object.entries(includedPresets[kind] ?? {})
  const has = (wanted: Readonly<Record<string, unknown>>): boolean =>
    Object.entries(wanted).every(([key, value]) => JSON.stringify(settings[key]) === JSON.stringify(value))
  const mine = presets.find((each) => has(each.settings))
  const chosen = mine !== undefined ? `own/${mine.id}` : (included.find(([, each]) => has(each))?.[0] ?? '')
  return (
    <div className="preset-choice">
      {form === null ? (
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
          <Tool Icon={BookmarkPlus} label={t.savePreset} onClick={() => setForm({})} testId="save-preset" />
          {mine !== undefined && (
            <>
              <Tool Icon={Pencil} label={t.renamePreset(mine.name)} onClick={() => setForm({ renamed: mine })} testId="rename-preset" />
              <Tool Icon={Trash2} label={t.deletePreset(mine.name)} onClick={() => void deletePreset(mine)} testId="delete-preset" />
            </>
          )}
        </>
      ) : (
        <PresetName
          first={form.renamed?.name ?? ''}
          isTaken={(name) => form.renamed !== undefined && presets.some((each) => each.id !== form.renamed?.id && each.name === name)}
          onDone={(name) => {
            setForm(null)
            if (form.renamed === undefined) void savePreset({ kind, name, settings })
            else void rename(form.renamed, name)
          }}
          onCancel={() => setForm(null)}
        />
      )}
    </div>
  )
}

/** Its message has the way back: presets are no part of the history of the show. */
async function rename(preset: SavedPreset, name: string): Promise<void> {
  if (name === preset.name) return
  try {
    await renamePreset(preset, name)
    notify(t.presetRenamed(name), () => void renamePreset(preset, preset.name).catch(reportProblem))
  } catch (error) {
    reportProblem(error)
  }
}

interface PresetNameProps {
  /** What is there to be changed; empty for a new preset. */
  readonly first: string
  readonly isTaken: (name: string) => boolean
  /** Of a name that is not empty. */
  readonly onDone: (name: string) => void
  readonly onCancel: () => void
}

/** Asks for the name of a preset. */
function PresetName({ first, isTaken, onDone, onCancel }: PresetNameProps) {
  const [name, setName] = useState(first)
  const wanted = name.trim()
  const taken = isTaken(wanted)
  const problem = useId()
  return (
    <form
      className="preset-choice"
      onSubmit={(event) => {
        event.preventDefault()
        if (wanted === '') onCancel()
        else if (!taken) onDone(wanted)
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
        aria-invalid={taken}
        aria-describedby={taken ? problem : undefined}
        data-testid="preset-name"
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => setName(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.stopPropagation()
          onCancel()
        }}
      />
      <button type="submit" className="button" disabled={taken} data-testid="store-preset">
        {t.save}
      </button>
      {taken && (
        <span className="hint bad" role="alert" id={problem} data-testid="preset-taken">
          {t.presetTaken(wanted)}
        </span>
      )}
    </form>
  )
}
