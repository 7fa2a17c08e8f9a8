import type { LucideIcon } from 'lucide-react'

interface ToolProps {
  readonly Icon: LucideIcon
  readonly label: string
  readonly onClick: () => void
  readonly disabled?: boolean
  readonly pressed?: boolean
  readonly testId?: string
}

/** A small button with an icon; its label is its tooltip and its name. */
export function Tool({ Icon, label, onClick, disabled = false, pressed, testId }: ToolProps) {
  return (
    <button
      type="button"
      className="tool"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      disabled={disabled}
      data-testid={testId}
      onClick={(event) => {
        event.stopPropagation()
        onClick()
      }}
    >
      <Icon size={16} />
    </button>
  )
}
