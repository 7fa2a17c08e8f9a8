import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { CloseAction, Dialog } from '../../components/dialog.tsx'
import { NumberField } from '../../components/number-field.tsx'
import { editUndoably, tryEdit } from '../commands.ts'
import { Tool } from '../docks/tool.tsx'
import { SettingsForm } from '../forms/settings-form.tsx'
import { useKinds } from '../kinds.ts'
import { NameField, PartsList } from '../parts-list.tsx'
import { freeId, freeName } from '../places.ts'
import { change } from '../show-store.ts'
import type { Collection, Transition } from '../types.ts'
import { t } from './messages.ts'
import { transitionName } from './transition-name.ts'
import { Trial } from './trial.tsx'

interface TransitionsDialogProps {
  readonly document: Collection
  readonly onClose: () => void
}

/** Edits the transitions of a show, and which scene has one of its own. Every change is an edit that can be undone. */
export function TransitionsDialog({ document, onClose }: TransitionsDialogProps) {
  const kinds = useKinds('transition-kinds')
  const { transitions } = document
  const [chosen, setChosen] = useState(document.transition)
  const transition = transitions.find(({ id }) => id === chosen) ?? transitions[0]
  const add = async (kind: string): Promise<void> => {
    const name = freeName(kinds.find((each) => each.kind === kind)?.title ?? kind, transitions)
    const made = await tryEdit([{ do: 'add', to: 'transitions', value: { id: freeId(name, transitions), name, kind } }])
    if (made?.[0] !== undefined) setChosen(made[0])
  }
  const remove = async ({ id, name }: Transition): Promise<void> => {
    await editUndoably([{ do: 'remove', at: `transitions/${id}` }], t.deleted(name))
  }
  return (
    <Dialog title={t.title} onClose={onClose} testId="transitions-dialog">
      <div className="parts-editor">
        <PartsList
          label={t.list}
          parts={transitions}
          current={transition?.id}
          onChoose={setChosen}
          testId="transition-entry"
          entry={(each) => (
            <>
              <span className="entry-name">{transitionName(each)}</span>
              {each.id === document.transition && <span className="quiet small">{t.isUsual}</span>}
            </>
          )}
        >
          <select
            className="input"
            aria-label={t.add}
            value=""
            data-testid="add-transition"
            onChange={(event) => void add(event.currentTarget.value)}
          >
            <option value="">{t.add}</option>
            {kinds.map(({ kind, title }) => (
              <option key={kind} value={kind}>
                {title}
              </option>
            ))}
          </select>
          <Tool
            Icon={Trash2}
            label={t.remove}
            disabled={transition === undefined || transitions.length < 2}
            onClick={() => transition && void remove(transition)}
            testId="delete-transition"
          />
        </PartsList>
        {transition !== undefined && <TransitionForm key={transition.id} transition={transition} document={document} />}
      </div>
      {transition !== undefined && <Trial transition={transition} document={document} />}
      <fieldset className="field-group">
        <legend>{t.scenes}</legend>
        <p className="quiet small">{t.scenesHelp}</p>
        <ul className="scene-transitions">
          {document.scenes.map((scene) => (
            <li key={scene.id}>
              <span className="entry-name">{scene.name}</span>
              <select
                className="input"
                aria-label={t.transitionInto(scene.name)}
                value={scene.transition ?? ''}
                data-testid="scene-transition"
                data-scene={scene.id}
                onChange={(event) => change(`scenes/${scene.id}`, { transition: event.currentTarget.value || null })}
              >
                <option value="">{t.asUsual}</option>
                {transitions.map((each) => (
                  <option key={each.id} value={each.id}>
                    {transitionName(each)}
                  </option>
                ))}
              </select>
            </li>
          ))}
        </ul>
      </fieldset>
      <CloseAction onClose={onClose} />
    </Dialog>
  )
}

/** Settings of transitions that name a source of the show. */
const sourceSettings = ['source', 'map'] as const

function TransitionForm({ transition, document }: { readonly transition: Transition; readonly document: Collection }) {
  const kinds = useKinds('transition-kinds')
  const sourceKinds = useKinds('source-kinds')
  const kind = kinds.find((each) => each.kind === transition.kind)
  const at = `transitions/${transition.id}`
  const properties = kind?.settings.properties ?? {}
  const seen = document.sources.filter((source) => sourceKinds.find((each) => each.kind === source.kind)?.pictures === true)
  return (
    <div className="parts-form">
      <NameField id="transition-name" label={t.name} name={transitionName(transition)} onChange={(name) => change(at, { name })} />
      {transition.kind !== 'cut' && (
        <div className="field">
          <label htmlFor="transition-duration">{t.duration}</label>
          <NumberField
            id="transition-duration"
            name="durationMs"
            describedBy={transition.kind === 'stinger' ? 'transition-duration-help' : undefined}
            min={0}
            max={60_000}
            integer
            value={transition.durationMs}
            onChange={(durationMs) => change(at, { durationMs })}
          />
          {transition.kind === 'stinger' && (
            <span className="hint" id="transition-duration-help">
              {t.stingerDuration}
            </span>
          )}
        </div>
      )}
      {sourceSettings
        .filter((name) => properties[name] !== undefined)
        .map((name) => (
          <div className="field" key={name}>
            <label htmlFor={`transition-${name}`}>{t[name]}</label>
            <select
              id={`transition-${name}`}
              className="input"
              value={String(transition.settings[name] ?? '')}
              data-setting={name}
              onChange={(event) => change(at, { settings: { [name]: event.currentTarget.value || null } })}
            >
              <option value="">{t.noSource}</option>
              {seen.map((source) => (
                <option key={source.id} value={source.id}>
                  {source.name}
                </option>
              ))}
            </select>
            <span className="hint">{properties[name]?.description}</span>
          </div>
        ))}
      {kind !== undefined && (
        <SettingsForm
          schema={{
            ...kind.settings,
            properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !sourceSettings.some((each) => each === name))),
          }}
          values={transition.settings}
          onChange={(settings) => change(at, { settings })}
          clearable
        />
      )}
      <div className="field">
        <label className="check">
          <input
            type="checkbox"
            checked={document.transition === transition.id}
            disabled={document.transition === transition.id}
            aria-describedby="transition-usual-help"
            data-testid="transition-usual"
            onChange={() => change('collection', { transition: transition.id })}
          />
          {t.usual}
        </label>
        <span className="hint" id="transition-usual-help">
          {t.usualHelp}
        </span>
      </div>
    </div>
  )
}
