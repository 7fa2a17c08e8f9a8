import { useCallback, useEffect, useRef, useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { ApiError, call } from '../../client/api.ts'
import { Dialog } from '../../components/dialog.tsx'
import { notifyError } from '../../components/toasts.tsx'
import { type SettingOption, type Settings, settingsBefore } from '../editing/setting-fields.ts'
import { SettingsForm } from '../editing/settings-form.tsx'
import { UndoButton } from '../editing/undo-button.tsx'
import type { UndoStack } from '../editing/undo-stack.ts'
import { t as common } from '../messages.ts'
import { inputFields, listKeys, optionsOf } from './input-fields.ts'
import { t } from './messages.ts'

type InputSettings = Answer<'GET', '/obs/*/input-settings'>

interface Read extends InputSettings {
  readonly lists: ReadonlyMap<string, readonly SettingOption[]>
}

interface InputDialogProps {
  /** Of the instance. */
  readonly id: string
  /** Name of the input. */
  readonly input: string
  readonly undo: UndoStack
  readonly onClose: () => void
}

/** Settings of an input of OBS. Each change goes to OBS at once. */
export function InputDialog({ id, input, undo, onClose }: InputDialogProps) {
  const [known, setKnown] = useState<Read>()
  /** Number of the newest reading: an older one may be answered later. */
  const newest = useRef(0)
  const close = useRef(onClose)
  close.current = onClose
  const readSettings = useCallback(() => call('GET', `/obs/${id}/input-settings`, { query: { input } }), [id, input])
  const read = useCallback(async (): Promise<void> => {
    newest.current += 1
    const number = newest.current
    const settings = await readSettings()
    const lists = await readLists(id, settings)
    if (number === newest.current) setKnown({ ...settings, lists })
  }, [id, readSettings])
  // OBS 29 reports no changes of settings: they are read after each change and each undoing on this page.
  useEffect(() => {
    const again = (): void =>
      void read().catch((error: unknown) => {
        // It was removed, e.g. by undoing that it was added.
        if (error instanceof ApiError && error.code === 'obs.resource_not_found') close.current()
        else notifyError(error)
      })
    again()
    const stop = undo.subscribe(again)
    return () => {
      stop()
      newest.current += 1
    }
  }, [read, undo])
  const set = async (settings: Settings, replaceSettings: boolean): Promise<void> => {
    const put = (changes: { readonly settings: Settings; readonly replaceSettings: boolean }) =>
      call('PATCH', `/obs/${id}/inputs`, { body: { input, settings: { ...changes.settings }, replaceSettings: changes.replaceSettings } })
    let before: InputSettings | undefined
    const change = async (): Promise<void> => {
      before = await readSettings()
      await put({ settings, replaceSettings })
    }
    const revert = async (): Promise<void> => {
      if (before === undefined) return
      await put(replaceSettings ? { settings: before.settings, replaceSettings } : settingsBefore(settings, before))
    }
    await undo.make(t.settingsChanged(input), change, revert)
  }
  return (
    <Dialog title={t.settingsTitle(input)} onClose={onClose} testId="obs-input">
      {known === undefined ? (
        <div className="skeleton" aria-hidden="true" />
      ) : (
        <SettingsForm
          name={input}
          kind={known.kind}
          settings={known.settings}
          fields={inputFields(known.kind, { ...known.defaults, ...known.settings }, known.lists)}
          onChange={(settings, replace) => set(settings, replace).catch(notifyError)}
        />
      )}
      <p className="hint">{t.paths}</p>
      <div className="dialog-actions">
        <span className="dialog-aside">
          <UndoButton undo={undo} />
        </span>
        <button type="button" className="button primary" onClick={onClose} data-testid="obs-input-close">
          {common.close}
        </button>
      </div>
    </Dialog>
  )
}

/** The lists that OBS has for settings of an input: windows, screens, devices. What is no list is answered with an error. */
async function readLists(id: string, { input, kind, settings, defaults }: InputSettings): Promise<Read['lists']> {
  const keys = listKeys(kind, { ...defaults, ...settings })
  if (keys.length === 0) return new Map()
  const requests = keys.map((propertyName) => ({
    request: 'GetInputPropertiesListPropertyItems',
    data: { inputName: input, propertyName },
  }))
  const { results } = await call('POST', `/obs/${id}/batch`, { body: { requests } })
  return new Map(
    keys.flatMap((key, index) => {
      const options = optionsOf(results[index]?.answer)
      return options === undefined ? [] : [[key, options] as const]
    }),
  )
}
