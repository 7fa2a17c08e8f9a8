import { t } from '../messages.ts'

interface SearchFieldProps {
  readonly value: string
  readonly label: string
  readonly onChange: (text: string) => void
  readonly testId: string
}

/** Lists with this many entries can be searched. */
export const searchFrom = 8

/** Whether a name has every word of a search in it. */
export const matches = (search: string, name: string): boolean =>
  search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => name.toLowerCase().includes(word))

/** Finds entries of a list by letters of their names; Escape shows all again. */
export function SearchField({ value, label, onChange, testId }: SearchFieldProps) {
  return (
    <input
      type="search"
      className="input dock-search"
      placeholder={t.find}
      aria-label={label}
      value={value}
      data-testid={testId}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || value === '') return
        event.stopPropagation()
        onChange('')
      }}
    />
  )
}
