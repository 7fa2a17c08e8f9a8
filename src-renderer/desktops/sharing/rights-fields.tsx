import type { Right } from '../../../src-main/desktop/rights/rights.ts'
import { t } from './messages.ts'
import './sharing.css'

interface RightsFieldsProps {
  readonly legend: string
  readonly rights: readonly Right[]
  readonly onChange: (rights: readonly Right[]) => void
  readonly testId: string
}

const names = (): readonly Right[] => Object.keys(t.rights) as Right[]

/** A check box for each right. Whoever has one may see. */
export function RightsFields({ legend, rights, onChange, testId }: RightsFieldsProps) {
  return (
    <fieldset className="desktop-rights">
      <legend>{legend}</legend>
      {names().map((right) => (
        <label key={right} className="check">
          <input
            type="checkbox"
            checked={right === 'see' ? rights.length > 0 : rights.includes(right)}
            onChange={({ target }) => {
              const others = rights.filter((each) => each !== right)
              if (right === 'see') onChange(target.checked ? ['see'] : [])
              else onChange(target.checked ? [...new Set<Right>(['see', ...others, right])] : others)
            }}
            data-testid={`${testId}-${right}`}
          />
          {t.rights[right]}
        </label>
      ))}
    </fieldset>
  )
}

/** Rights in words. */
export function RightsList({ rights }: { readonly rights: readonly Right[] }) {
  return (
    <ul data-testid="invitation-rights">
      {names()
        .filter((right) => rights.includes(right))
        .map((right) => (
          <li key={right}>{t.rights[right]}</li>
        ))}
    </ul>
  )
}
