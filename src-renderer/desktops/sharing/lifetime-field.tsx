import { locale } from '../../messages/language.ts'
import { t } from './messages.ts'

/** Minutes that somebody may be allowed to come; 0: until it is taken back; -1: until the time that was set before. */
export type Lifetime = -1 | 0 | 15 | 60 | 480 | 1440 | 10_080 | 43_200

interface LifetimeFieldProps<Value extends number> {
  readonly id: string
  readonly values: readonly Value[]
  readonly value: Value
  readonly onChange: (minutes: Value) => void
  /** The time that was set before, ISO 8601. */
  readonly before?: string | undefined
}

function lifetimeText(minutes: number, before: string): string {
  if (minutes < 0) return t.asBefore(new Date(before).toLocaleString(locale))
  if (minutes === 0) return t.always
  if (minutes < 60) return t.minutes(minutes)
  return minutes < 24 * 60 ? t.hours(minutes / 60) : t.days(minutes / (24 * 60))
}

/** For how long somebody may come. */
export function LifetimeField<Value extends Lifetime>({ id, values, value, onChange, before = '' }: LifetimeFieldProps<Value>) {
  return (
    <div className="field">
      <label htmlFor={id}>{t.validFor}</label>
      <select id={id} className="input" value={value} onChange={({ target }) => onChange(Number(target.value) as Value)} data-testid={id}>
        {values.map((each) => (
          <option key={each} value={each}>
            {lifetimeText(each, before)}
          </option>
        ))}
      </select>
    </div>
  )
}
