import type { ReactNode } from 'react'
import { moveInList } from '../components/list-keys.ts'

interface PartsListProps<Part> {
  readonly label: string
  readonly parts: readonly Part[]
  /** Id of the part that is edited beside the list. */
  readonly current: string | undefined
  readonly onChoose: (id: string) => void
  /** What the Delete key does. */
  readonly onDelete?: (part: Part) => void
  readonly testId: string
  readonly entryClass?: string
  /** In the button of a part. */
  readonly entry: (part: Part) => ReactNode
  /** Behind the button of a part. */
  readonly aside?: (part: Part) => ReactNode
  /** Tools below the list. */
  readonly children?: ReactNode
}

/** The list on the left of a dialog that edits parts of a show, one at a time. */
export function PartsList<Part extends { readonly id: string }>({
  label,
  parts,
  current,
  onChoose,
  onDelete,
  testId,
  entryClass = 'entry',
  entry,
  aside,
  children,
}: PartsListProps<Part>) {
  return (
    <div className="parts-list">
      <ul className="entries" aria-label={label} onKeyDown={moveInList}>
        {parts.map((part) => (
          <li key={part.id} className={entryClass} data-current={part.id === current} data-testid={testId}>
            <button
              type="button"
              className="entry-main"
              data-item
              aria-current={part.id === current}
              aria-keyshortcuts={onDelete && 'Delete'}
              onClick={() => onChoose(part.id)}
              onFocus={() => onChoose(part.id)}
              onKeyDown={(event) => {
                if (event.key !== 'Delete' || onDelete === undefined) return
                event.preventDefault()
                onDelete(part)
              }}
            >
              {entry(part)}
            </button>
            {aside?.(part)}
          </li>
        ))}
      </ul>
      {children !== undefined && <div className="dock-tools">{children}</div>}
    </div>
  )
}

interface NameFieldProps {
  /** Also the test id. */
  readonly id: string
  readonly label: string
  readonly name: string
  /** Every change that leaves a name. */
  readonly onChange: (name: string) => void
}

/** The name of a part, changed while it is typed. */
export function NameField({ id, label, name, onChange }: NameFieldProps) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="input"
        defaultValue={name}
        maxLength={120}
        data-testid={id}
        onChange={(event) => {
          const typed = event.currentTarget.value.trim()
          if (typed !== '') onChange(typed)
        }}
      />
    </div>
  )
}
