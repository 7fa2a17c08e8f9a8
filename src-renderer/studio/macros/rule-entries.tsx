import { Trash2 } from 'lucide-react'
import { NumberField } from '../../components/number-field.tsx'
import { Tool } from '../docks/tool.tsx'
import { t as studio } from '../messages.ts'
import { t } from './messages.ts'
import { daysOfWord, newEntry, type RuleField, readWhere, wordOfDays, writeWhere } from './rule-fields.ts'
import { TextActionField } from './text-action-field.tsx'

export interface Choice {
  readonly value: string
  readonly label: string
}

type Entry = Readonly<Record<string, unknown>>

interface RuleEntriesProps {
  readonly title: string
  readonly empty: string
  readonly add: string
  /** `on` of triggers, `is` of conditions. */
  readonly word: 'on' | 'is'
  readonly kinds: Readonly<Record<string, readonly RuleField[]>>
  readonly entries: readonly Entry[]
  readonly choices: (field: RuleField) => readonly Choice[]
  readonly onChange: (entries: readonly Entry[]) => void
}

const maxEntries = 16

/** The triggers, or the conditions, of a rule. */
export function RuleEntries({ title, empty, add, word, kinds, entries, choices, onChange }: RuleEntriesProps) {
  const list = word === 'on' ? 'trigger' : 'condition'
  return (
    <fieldset className="field-group" data-testid={`${list}s`}>
      <legend>{title}</legend>
      {entries.length === 0 && <p className="quiet small">{empty}</p>}
      <ol className="action-list">
        {entries.map((entry, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they have no ids
          <li key={index} aria-label={t.ruleEntry(list, index + 1)} data-testid={list}>
            <div className="action-head">
              <b>{t.ruleKind(word, String(entry[word]))}</b>
              <Tool Icon={Trash2} label={t.removeEntry(list, index + 1)} onClick={() => onChange(entries.toSpliced(index, 1))} />
            </div>
            <div className="action-fields">
              {(kinds[String(entry[word])] ?? []).map((field) => (
                <EntryField
                  key={field.name}
                  field={field}
                  id={`${list}-${index}`}
                  value={entry[field.name]}
                  choices={choices(field)}
                  onChange={(value) => {
                    const { [field.name]: _before, ...rest } = entry
                    onChange(entries.with(index, value === undefined ? rest : { ...rest, [field.name]: value }))
                  }}
                />
              ))}
            </div>
          </li>
        ))}
      </ol>
      <select
        className="input"
        aria-label={add}
        value=""
        disabled={entries.length >= maxEntries}
        data-testid={`add-${list}`}
        onChange={(event) => {
          const kind = event.currentTarget.value
          const fields = kinds[kind]
          if (fields === undefined) return
          onChange([...entries, newEntry({ [word]: kind }, fields, (field) => choices(field).map(({ value }) => value)) as Entry])
        }}
      >
        <option value="">{add}</option>
        {Object.keys(kinds).map((kind) => (
          <option key={kind} value={kind}>
            {t.ruleKind(word, kind)}
          </option>
        ))}
      </select>
    </fieldset>
  )
}

interface EntryFieldProps {
  readonly field: RuleField
  readonly id: string
  readonly value: unknown
  readonly choices: readonly Choice[]
  readonly onChange: (value: unknown) => void
}

function EntryField({ field, id, value, choices, onChange }: EntryFieldProps) {
  const { name } = field
  const label = t.ruleField(name)
  if (field.as === 'flag') {
    return (
      <label className="check">
        <input type="checkbox" checked={value === true} data-setting={name} onChange={() => onChange(value === true ? undefined : true)} />{' '}
        {label}
      </label>
    )
  }
  if (field.as === 'number') {
    return (
      <label htmlFor={`${id}-${name}`}>
        <span className="quiet small">{label}</span>
        <NumberField
          id={`${id}-${name}`}
          name={name}
          min={field.minimum}
          max={field.maximum}
          value={typeof value === 'number' ? value : null}
          onChange={onChange}
          {...(field.optional === true && { onClear: () => onChange(undefined), placeholder: studio.form.none })}
        />
      </label>
    )
  }
  if (field.as === 'where') {
    return (
      <TextActionField
        name={name}
        label={label}
        read={readWhere}
        value={writeWhere(value as Parameters<typeof writeWhere>[0])}
        onChange={(next) => onChange((next as readonly unknown[] | undefined)?.length === 0 ? undefined : next)}
      />
    )
  }
  if (field.as === 'text') {
    return (
      <TextActionField
        name={name}
        label={label}
        value={value}
        onChange={(next) => {
          if (next !== '' || field.optional === true) onChange(next === '' ? undefined : next)
        }}
      />
    )
  }
  const isDays = name === 'days'
  const offered = field.as === 'word' ? field.words.map((each) => ({ value: each, label: t.word(each) })) : choices
  const shown = isDays ? wordOfDays(value as readonly number[] | undefined) : value === undefined ? '' : String(value)
  return (
    <select
      className="input"
      aria-label={label}
      title={label}
      value={shown}
      data-setting={name}
      onChange={(event) => {
        const chosen = event.currentTarget.value
        onChange(isDays ? daysOfWord(chosen) : chosen === '' ? undefined : chosen)
      }}
    >
      {field.as === 'choice' && field.optional === true && <option value="">{t.none}</option>}
      {!offered.some((each) => each.value === shown) && (field.as !== 'choice' || field.optional !== true || shown !== '') && (
        <option value={shown}>{t.gone(shown)}</option>
      )}
      {offered.map((each) => (
        <option key={each.value} value={each.value}>
          {each.label}
        </option>
      ))}
    </select>
  )
}
