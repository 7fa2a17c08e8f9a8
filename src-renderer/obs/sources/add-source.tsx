import { useEffect, useId, useState } from 'react'
import { call } from '../../client/api.ts'
import { Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { notifyError } from '../../components/toasts.tsx'
import type { UndoStack } from '../editing/undo-stack.ts'
import type { PanelProps } from '../panel.tsx'
import { t } from './messages.ts'
import { freeName, kindName, newestKinds } from './source-kinds.ts'

interface AddSourceProps {
  /** Of the instance. */
  readonly id: string
  readonly mirror: PanelProps['mirror']
  /** The scene that is chosen at first. */
  readonly scene: string
  readonly undo: UndoStack
  readonly onClose: () => void
  /** An input was created: its settings come next. */
  readonly onCreated: (input: string) => void
}

/** Adds an input of a kind of that OBS to a scene, or a source that there is. */
export function AddSource({ id, mirror, scene: first, undo, onClose, onCreated }: AddSourceProps) {
  const fields = useId()
  const [kinds, setKinds] = useState<readonly string[]>([])
  const [isNew, setNew] = useState(true)
  const [kind, setKind] = useState('')
  /** Undefined until it is typed: the name of the kind. */
  const [typed, setTyped] = useState<string>()
  const [source, setSource] = useState('')
  const [scene, setScene] = useState(first)
  useEffect(() => {
    const stop = new AbortController()
    call('GET', `/obs/${id}/kinds`, { signal: stop.signal })
      .then(({ inputs }) => setKinds(newestKinds(inputs)))
      .catch((error: unknown) => {
        if (!stop.signal.aborted) notifyError(error)
      })
    return () => stop.abort()
  }, [id])
  const taken = [...mirror.inputs, ...mirror.scenes].map(({ name }) => name)
  const scenes = mirror.scenes.filter(({ isGroup }) => !isGroup).map(({ name }) => name)
  const existing = [...mirror.inputs.map(({ name }) => name), ...scenes.filter((name) => name !== scene)]
  const chosenKind = kind || (kinds[0] ?? '')
  const name = typed?.trim() ?? (chosenKind === '' ? '' : freeName(kindName(chosenKind), taken))
  const isTaken = isNew && taken.includes(name)
  const chosenSource = existing.includes(source) ? source : (existing[0] ?? '')
  const makes = isNew ? chosenKind !== '' && name !== '' && !isTaken : chosenSource !== ''
  const submit = async (): Promise<void> => {
    const label = isNew ? name : chosenSource
    let item: unknown
    const change = async (): Promise<void> => {
      const { answer } = isNew
        ? await call('POST', `/obs/${id}/inputs`, { body: { scene, input: name, kind: chosenKind } })
        : await call('POST', `/obs/${id}/items`, { body: { scene, source: chosenSource } })
      item = answer?.sceneItemId
    }
    // OBS deletes a new input together with its only item.
    const revert = async (): Promise<unknown> =>
      typeof item === 'number' ? call('DELETE', `/obs/${id}/items`, { query: { scene, item } }) : undefined
    await undo.make(t.added(label), change, revert)
    onClose()
    if (isNew) onCreated(name)
  }
  const select = (testId: string, label: string, value: string, options: readonly string[], onChange: (value: string) => void) => (
    <div className="field">
      <label htmlFor={`${fields}${testId}`}>{label}</label>
      <select
        id={`${fields}${testId}`}
        className="input"
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        data-testid={testId}
      >
        {options.map((each) => (
          <option key={each} value={each}>
            {testId === 'obs-source-kind' ? kindName(each) : each}
          </option>
        ))}
      </select>
    </div>
  )
  return (
    <Dialog title={t.addTitle} onClose={onClose} testId="obs-source">
      <DialogForm onClose={onClose} onSubmit={submit} action={t.add} testId="obs-source-submit" disabled={!makes}>
        <div className="row">
          {([true, false] as const).map((each) => (
            <label key={String(each)} className="check">
              <input
                type="radio"
                name={`${fields}new`}
                checked={isNew === each}
                onChange={() => setNew(each)}
                data-testid={each ? 'obs-source-new' : 'obs-source-existing'}
              />{' '}
              {each ? t.isNew : t.isExisting}
            </label>
          ))}
        </div>
        {isNew && select('obs-source-kind', t.kind, chosenKind, kinds, setKind)}
        {isNew && (
          <div className="field">
            <label htmlFor={`${fields}name`}>{t.name}</label>
            <input
              id={`${fields}name`}
              className="input"
              value={typed ?? name}
              maxLength={300}
              aria-invalid={isTaken}
              aria-describedby={isTaken ? `${fields}taken` : undefined}
              onChange={(event) => setTyped(event.currentTarget.value)}
              data-testid="obs-source-name"
            />
            {isTaken && (
              <span id={`${fields}taken`} className="hint" role="alert" data-testid="obs-source-taken">
                {t.nameTaken(name)}
              </span>
            )}
          </div>
        )}
        {!isNew && existing.length === 0 && <p className="quiet small">{t.noneExisting}</p>}
        {!isNew && existing.length > 0 && select('obs-source-choose', t.existing, chosenSource, existing, setSource)}
        {select('obs-source-scene', t.scene, scene, scenes, setScene)}
      </DialogForm>
    </Dialog>
  )
}
