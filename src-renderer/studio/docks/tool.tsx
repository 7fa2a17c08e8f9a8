import type { LucideIcon } from 'lucide-react'

interface ToolProps {
  readonly Icon: LucideIcon
  readonly label: string
  /** A word or two, shown beside the icon in the bar of a wide screen. */
  readonly text?: string
  readonly onClick: () => void
  readonly disabled?: boolean
  readonly pressed?: boolean
  readonly testId?: string
}

/** A small button with an icon; its label is its tooltip and its name. */
export function Tool({ Icon, label, text, onClick, disabled = false, pressed, testId }: ToolProps) {
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
      {text !== undefined && <span className="tool-text">{text}</span>}
    </button>
  )
}
