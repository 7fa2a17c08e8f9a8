import { useId } from 'react'
import type { IpRules } from '../client/types.ts'
import { rules as t } from '../messages/page.ts'

/** One IP address or network a line, as in text areas. */
export const toLines = (list: readonly string[]): string => list.join('\n')

export const fromLines = (text: string): string[] =>
  text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== '')

interface Props {
  readonly rules: IpRules
  readonly disabled: boolean
  readonly onChange: (rules: IpRules) => void
  readonly testId: string
}

/** Who may come by IP address: two lists, one IP address or network a line. */
export function IpRulesFields({ rules, disabled, onChange, testId }: Props) {
  const id = useId()
  return (
    <div className="two-fields">
      {(['allow', 'deny'] as const).map((list) => (
        <div className="field" key={list}>
          <label htmlFor={`${id}-${list}`}>{list === 'allow' ? t.allowOnly : t.deny}</label>
          <textarea
            id={`${id}-${list}`}
            className="input lines"
            rows={3}
            spellCheck={false}
            defaultValue={toLines(rules[list])}
            disabled={disabled}
            placeholder={list === 'allow' ? t.everybody : t.nobody}
            onChange={(event) => onChange({ ...rules, [list]: fromLines(event.target.value) })}
            data-testid={`${testId}-${list}`}
          />
        </div>
      ))}
      <span className="hint">{t.ipAddressesAndNetworksOne}</span>
    </div>
  )
}
