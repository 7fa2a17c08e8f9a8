import { useEffect, useRef } from 'react'

interface NameFieldProps {
  readonly name: string
  readonly label: string
  readonly editing: boolean
  readonly onDone: (name: string | null) => void
}

/** A name in a list: a text, and a field while it is changed. Enter and leaving it keep the new name, Escape the old one. */
export function NameField({ name, label, editing, onDone }: NameFieldProps) {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (!editing) return
    field.current?.focus()
    field.current?.select()
  }, [editing])
  if (!editing) return <span className="entry-name">{name}</span>
  return (
    <input
      ref={field}
      className="entry-rename"
      defaultValue={name}
      aria-label={label}
      maxLength={120}
      data-testid="rename"
      onClick={(event) => event.stopPropagation()}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key !== 'Enter' && event.key !== 'Escape') return
        event.preventDefault()
        if (event.key === 'Escape') event.currentTarget.value = name
        // Leaves the field: keys go on from the entry of the list.
        const entry = event.currentTarget.closest<HTMLElement>('[data-item]')
        if (entry === null) event.currentTarget.blur()
        else entry.focus()
      }}
      onBlur={(event) => {
        const next = event.currentTarget.value.trim()
        onDone(next === '' || next === name ? null : next)
      }}
    />
  )
}
