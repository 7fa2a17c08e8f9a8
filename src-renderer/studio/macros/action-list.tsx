import { ArrowDown, ArrowUp, Trash2 } from 'lucide-react'
import { NumberField } from '../../components/number-field.tsx'
import { Tool } from '../docks/tool.tsx'
import { useKinds } from '../kinds.ts'
import { t as studio } from '../messages.ts'
import type { Action } from '../types.ts'
import { type ActionTargets, actionFields, choicesOf, completeAction } from './action-fields.ts'
import { t } from './messages.ts'
import { readJson, TextActionField } from './text-action-field.tsx'

interface ActionListProps {
  readonly title: string
  readonly actions: readonly Action[]
  readonly empty: string
  /** Sets the fields of two lists apart. */
  readonly id: string
  readonly document: ActionTargets
  readonly onChange: (actions: readonly Action[]) => void
}

const maxActions = 64

/** What a macro does, one after the other. */
export function ActionList({ title, actions, empty, id, document, onChange }: ActionListProps) {
  const testId = (of: string): string => (id === 'actions' ? of : `${id}-${of}`)
  const kinds = useKinds('source-kinds')
  const replace = (index: number, next: Action): void => onChange(actions.map((each, at) => (at === index ? next : each)))
  const move = (index: number, to: number): void => {
    const moved = actions[index]
    if (moved !== undefined) onChange(actions.toSpliced(index, 1).toSpliced(to, 0, moved))
  }
  const possible = (Object.keys(actionFields) as Action['do'][]).flatMap((each) => completeAction({ do: each }, document, kinds) ?? [])
  return (
    <fieldset className="field-group" data-testid={id}>
      <legend>{title}</legend>
      {actions.length === 0 && <p className="quiet small">{empty}</p>}
      <ol className="action-list">
        {actions.map((action, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: actions have no ids
          <li key={index} aria-label={t.action(index + 1)} data-testid={testId('macro-action')}>
            <div className="action-head">
              <b>{t.actionName(action.do)}</b>
              <Tool Icon={ArrowUp} label={t.up(index + 1)} disabled={index === 0} onClick={() => move(index, index - 1)} />
              <Tool
                Icon={ArrowDown}
                label={t.down(index + 1)}
                disabled={index === actions.length - 1}
                onClick={() => move(index, index + 1)}
              />
              <Tool
                Icon={Trash2}
                label={t.removeAction(index + 1)}
                onClick={() => onChange(actions.toSpliced(index, 1))}
                testId={testId('delete-action')}
              />
            </div>
            <ActionFields action={action} number={index + 1} list={id} document={document} onChange={(next) => replace(index, next)} />
          </li>
        ))}
      </ol>
      <select
        className="input"
        aria-label={t.addAction}
        value=""
        disabled={actions.length >= maxActions}
        data-testid={testId('add-action')}
        onChange={(event) => {
          const added = possible.find((each) => each.do === event.currentTarget.value)
          if (added !== undefined) onChange([...actions, added])
        }}
      >
        <option value="">{t.addAction}</option>
        {possible.map((each) => (
          <option key={each.do} value={each.do}>
            {t.actionName(each.do)}
          </option>
        ))}
      </select>
    </fieldset>
  )
}

interface ActionFieldsProps {
  readonly action: Action
  readonly number: number
  readonly list: string
  readonly document: ActionTargets
  readonly onChange: (action: Action) => void
}

function ActionFields({ action, number, list, document, onChange }: ActionFieldsProps) {
  const kinds = useKinds('source-kinds')
  const values = action as unknown as Readonly<Record<string, unknown>>
  const set = (name: string, value: unknown): void => {
    const next = completeAction({ ...values, do: action.do, [name]: value }, document, kinds)
    if (next !== undefined) onChange(next)
  }
  return (
    <div className="action-fields">
      {actionFields[action.do].map((field) => {
        const value = values[field.name]
        const label = t.fieldOf(field.name, number)
        if (field.as === 'number') {
          return (
            <label key={field.name} htmlFor={`${list}-${number}-${field.name}`}>
              <span className="quiet small">{t.field(field.name)}</span>
              <NumberField
                id={`${list}-${number}-${field.name}`}
                name={field.name}
                min={field.minimum}
                max={field.maximum}
                integer={field.name === 'ms'}
                value={typeof value === 'number' ? value : 0}
                onChange={(next) => set(field.name, next)}
              />
            </label>
          )
        }
        if (field.as === 'text' || field.as === 'json') {
          return (
            <TextActionField
              key={field.name}
              name={field.name}
              label={label}
              {...(field.as === 'json' && { read: readJson })}
              value={value}
              onChange={(next) => set(field.name, next)}
            />
          )
        }
        const offered =
          field.as === 'state'
            ? ([true, false, 'toggle'] as const).map((each) => ({ value: String(each), label: t.stateName(field.name, each) }))
            : field.as === 'word'
              ? field.words.map((word) => ({ value: word, label: t.word(word) }))
              : choicesOf(field.name, values, document, kinds, studio.commandName)
        const isGone = value !== undefined && !offered.some((each) => each.value === String(value))
        return (
          <select
            key={field.name}
            className="input"
            aria-label={label}
            title={t.field(field.name)}
            value={value === undefined ? '' : String(value)}
            data-setting={field.name}
            onChange={(event) => {
              const chosen = event.currentTarget.value
              set(field.name, field.as === 'state' && chosen !== 'toggle' ? chosen === 'true' : chosen)
            }}
          >
            {field.as === 'choice' && field.optional === true && <option value="">{t.usual}</option>}
            {isGone && <option value={String(value)}>{t.gone(String(value))}</option>}
            {offered.map((each) => (
              <option key={each.value} value={each.value}>
                {each.label}
              </option>
            ))}
          </select>
        )
      })}
    </div>
  )
}
