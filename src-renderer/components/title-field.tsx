import { components as t } from '../messages/page.ts'

interface TitleFieldProps {
  readonly title: string
  /** Whose title it is. */
  readonly of: string
  readonly editor: boolean
  readonly testId: string
  readonly onChange: (title: string) => void
}

/** A title in a list: an editor changes it in place. An empty one is not taken. */
export function TitleField({ title, of, editor, testId, onChange }: TitleFieldProps) {
  if (!editor) return <b>{title}</b>
  return (
    <input
      key={title}
      className="inline-edit"
      defaultValue={title}
      aria-label={t.titleOf(of)}
      maxLength={200}
      data-testid={testId}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur()
      }}
      onBlur={(event) => {
        const next = event.currentTarget.value.trim()
        if (next !== '' && next !== title) onChange(next)
        else event.currentTarget.value = title
      }}
    />
  )
}
