import { t } from './messages.ts'

/** Minutes that a guest may be away before their desktop is removed. */
const ends = [5, 10, 60, 480] as const

/** What each guest is given a desktop of their own from. */
export interface Separate {
  /** As it was typed; empty: a light desktop. */
  readonly command: string
  readonly endAfterMinutes: number
}

/** As the API takes it. */
export const templateOf = ({ command, endAfterMinutes }: Separate) => ({
  ...(command.trim() !== '' && { command: command.trim().split(/\s+/) }),
  endAfterMinutes,
})

interface SeparateFieldsProps {
  /** Undefined: all guests come to the same desktop. */
  readonly value: Separate | undefined
  readonly onChange: (value: Separate | undefined) => void
}

/** Whether each guest comes to a desktop of their own, and to which. */
export function SeparateFields({ value, onChange }: SeparateFieldsProps) {
  return (
    <>
      <label className="check">
        <input
          type="checkbox"
          checked={value !== undefined}
          onChange={({ target }) => onChange(target.checked ? { command: '', endAfterMinutes: 10 } : undefined)}
          data-testid="share-separate"
        />{' '}
        {t.separate}
      </label>
      {value !== undefined && (
        <>
          <div className="field">
            <label htmlFor="share-command">{t.separateCommand}</label>
            <input
              id="share-command"
              className="input"
              value={value.command}
              maxLength={1000}
              spellCheck={false}
              autoComplete="off"
              aria-describedby="share-command-help"
              onChange={({ target }) => onChange({ ...value, command: target.value })}
              data-testid="share-command"
            />
            <span className="hint" id="share-command-help">
              {t.separateHelp}
            </span>
          </div>
          <div className="field">
            <label htmlFor="share-ends">{t.separateEnds}</label>
            <select
              id="share-ends"
              className="input"
              value={value.endAfterMinutes}
              onChange={({ target }) => onChange({ ...value, endAfterMinutes: Number(target.value) })}
              data-testid="share-ends"
            >
              {ends.map((minutes) => (
                <option key={minutes} value={minutes}>
                  {minutes < 60 ? t.minutes(minutes) : t.hours(minutes / 60)}
                </option>
              ))}
            </select>
          </div>
        </>
      )}
    </>
  )
}
