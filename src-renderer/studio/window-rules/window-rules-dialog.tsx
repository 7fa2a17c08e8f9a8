import { ArrowUp, Plus, Trash2 } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { followEvents } from '../../client/event-followers.ts'
import { CloseAction, Dialog } from '../../components/dialog.tsx'
import { NumberField } from '../../components/number-field.tsx'
import { notifyError } from '../../components/toasts.tsx'
import { locale } from '../../messages/language.ts'
import { editUndoably, moveTo, tryEdit } from '../commands.ts'
import { Tool } from '../docks/tool.tsx'
import { freeId, freeName } from '../places.ts'
import { change } from '../show-store.ts'
import type { Action, Collection, Macro, Scene } from '../types.ts'
import { openMacro } from '../view-store.ts'
import { t } from './messages.ts'
import './window-rules.css'

type Rules = Answer<'GET', '/studio/active-window'>
type Trigger = NonNullable<Macro['window']>

interface WindowRulesDialogProps {
  readonly document: Collection
  /** The scene that a new rule brings on air. */
  readonly scene: Scene
  readonly onClose: () => void
}

/** The host reads the window for whoever asked for it this long ago, ms. */
const askEachMs = 10_000

/** What the host says of the active window, while the dialog is open. */
function useRules(): readonly [Rules | null, (rules: Rules) => void] {
  const [rules, setRules] = useState<Rules | null>(null)
  useEffect(() => {
    const ask = (): void => void call('GET', '/studio/active-window').then(setRules, notifyError)
    const leave = followEvents({
      onFresh: ask,
      onEvent: ({ topic, data }) => {
        if (topic === 'studio.active_window') setRules(data as Rules)
      },
    })
    const timer = setInterval(ask, askEachMs)
    return () => {
      leave()
      clearInterval(timer)
    }
  }, [])
  return [rules, setRules]
}

/** Which window brings which scene on air: macros that have a window, in the order in which they are tried. */
export function WindowRulesDialog({ document, scene, onClose }: WindowRulesDialogProps) {
  const [state, setState] = useRules()
  const rules = document.macros.filter(({ window }) => window !== undefined)
  const add = (window: Trigger): void => {
    const name = freeName(t.macroName(scene.name), document.macros)
    void tryEdit([
      { do: 'add', to: 'macros', value: { id: freeId(name, document.macros), name, window, actions: [{ do: 'switch', scene: scene.id }] } },
    ])
  }
  const shown = state?.window
  const last = state?.last
  const addLast = (): void => {
    if (last == null) add({ of: 'any', text: '' })
    else add(last.class === '' ? { of: 'title', text: last.title.slice(0, 200) } : { of: 'class', text: last.class.slice(0, 200) })
  }
  return (
    <Dialog title={t.title} onClose={onClose} testId="window-rules-dialog">
      <p className="quiet small">{t.help}</p>
      <label className="check">
        <input
          type="checkbox"
          checked={state?.enabled ?? false}
          disabled={state === null}
          data-testid="window-rules-enabled"
          onChange={(event) =>
            void call('PATCH', '/studio/active-window', { body: { enabled: event.currentTarget.checked } }).then(setState, notifyError)
          }
        />
        {t.enabled}
      </label>
      <p className={state?.problem ? 'report bad' : 'report'} role="status" data-testid="active-window">
        {state?.problem ? (
          <>
            {t.unavailable(state.problem)} {t.wayland}
          </>
        ) : (
          <>
            <b>{t.now}</b> {shown == null ? t.nothing : <span translate="no">{t.window(shown.title, shown.class)}</span>}
          </>
        )}
      </p>
      <fieldset className="field-group">
        <legend>{t.rules}</legend>
        {rules.length === 0 && <p className="quiet small">{t.empty}</p>}
        <ol className="window-rules">
          {rules.map((macro, index) => (
            <RuleRow
              key={macro.id}
              macro={macro}
              number={index + 1}
              document={document}
              before={rules[index - 1]}
              problem={state?.problems[macro.id]}
            />
          ))}
        </ol>
        <div className="row">
          <button type="button" className="button" onClick={addLast} data-testid="add-window-rule">
            <Plus size={15} /> {last == null ? t.addPlain : t.add(last.class || last.title.slice(0, 40))}
          </button>
          <button
            type="button"
            className="button"
            disabled={rules.some(({ window }) => window?.of === 'other')}
            onClick={() => add({ of: 'other' })}
            data-testid="add-other-rule"
          >
            <Plus size={15} /> {t.addOther}
          </button>
        </div>
      </fieldset>
      <fieldset className="field-group">
        <legend>{t.log}</legend>
        {(state?.log.length ?? 0) === 0 && <p className="quiet small">{t.logEmpty}</p>}
        <ul className="window-log" data-testid="window-log">
          {state?.log.map(({ time, window, macro, result, problem }) => (
            <li key={`${time} ${macro}`} data-result={result}>
              <time dateTime={time}>{new Date(time).toLocaleTimeString(locale)}</time>
              <span translate="no">{window.title || window.class}</span>
              <span>
                <span translate="no">{targetOf(macro, document)}</span>: {t.result[result]} {problem}
              </span>
            </li>
          ))}
        </ul>
      </fieldset>
      <CloseAction onClose={onClose} />
    </Dialog>
  )
}

/** The only scene that a macro switches to, where it does nothing else. */
function sceneOf({ actions }: Macro): string | undefined {
  const [only, ...more] = actions as unknown as readonly Action[]
  return only?.do === 'switch' && more.length === 0 ? only.scene : undefined
}

/** What a rule does, in the name of its scene or its macro. */
function targetOf(id: string, { macros, scenes }: Collection): string {
  const macro = macros.find((each) => each.id === id)
  if (macro === undefined) return id
  const scene = sceneOf(macro)
  return scenes.find((each) => each.id === scene)?.name ?? macro.name
}

interface RuleRowProps {
  readonly macro: Macro
  readonly number: number
  readonly document: Collection
  /** The rule that is tried before this one. */
  readonly before: Macro | undefined
  readonly problem: string | undefined
}

function RuleRow({ macro, number, document, before, problem }: RuleRowProps) {
  const { window } = macro
  if (window === undefined) return null
  const at = `macros/${macro.id}`
  const set = (changes: Partial<Trigger>): void => change(at, { window: { ...window, ...changes } })
  const scene = sceneOf(macro)
  const nameOf = (of: string): string => document.scenes.find(({ id }) => id === of)?.name ?? of
  /** A macro that has the name of its scene goes by the new one. */
  const setScene = (next: string): void => {
    const named = scene !== undefined && macro.name.startsWith(t.macroName(nameOf(scene)))
    const others = document.macros.filter(({ id }) => id !== macro.id)
    const name = named ? { name: freeName(t.macroName(nameOf(next)), others) } : {}
    change(at, { actions: [{ do: 'switch', scene: next }], ...name })
  }
  const choice = <T extends string>(label: string, names: Readonly<Record<T, string>>, value: T, give: (value: T) => void) => (
    <label>
      <span className="quiet small">{label}</span>
      <select
        className="input"
        aria-label={`${label}, ${t.rule(number)}`}
        value={value}
        onChange={(event) => give(event.currentTarget.value as T)}
      >
        {Object.entries(names).map(([each, text]) => (
          <option key={each} value={each}>
            {text as string}
          </option>
        ))}
      </select>
    </label>
  )
  return (
    <li data-testid="window-rule" aria-label={t.rule(number)}>
      <div className="window-rule-fields">
        {choice(t.of, t.ofName, window.of, (of) => set({ of }))}
        {window.of !== 'other' && (
          <>
            {choice(t.how, t.howName, window.how ?? 'contains', (how) => set({ how }))}
            <label>
              <span className="quiet small">{t.text}</span>
              <input
                className="input"
                aria-label={`${t.text}, ${t.rule(number)}`}
                defaultValue={window.text ?? ''}
                maxLength={200}
                data-testid="window-text"
                onChange={(event) => set({ text: event.currentTarget.value })}
              />
            </label>
          </>
        )}
        <label htmlFor={`delay-${macro.id}`} className="delay">
          <span className="quiet small">{t.delay}</span>
          <NumberField
            id={`delay-${macro.id}`}
            name="delayMs"
            min={0}
            max={60_000}
            integer
            value={window.delayMs ?? 500}
            onChange={(delayMs) => set({ delayMs })}
          />
        </label>
        {scene === undefined ? (
          <button type="button" className="button" onClick={() => openMacro(macro.id)} title={t.edit}>
            {t.runs(macro.name)}
          </button>
        ) : (
          choice(t.scene, Object.fromEntries(document.scenes.map(({ id, name }) => [id, name])), scene, setScene)
        )}
        <Tool
          Icon={ArrowUp}
          label={t.up(number)}
          disabled={before === undefined}
          onClick={() => before && moveTo(at, document.macros.indexOf(before))}
        />
        <Tool
          Icon={Trash2}
          label={t.remove(number)}
          testId="delete-window-rule"
          onClick={() => void editUndoably([{ do: 'remove', at }], t.deleted)}
        />
      </div>
      {problem !== undefined && <p className="small bad-text">{t.problem(problem)}</p>}
    </li>
  )
}
