import type { ReactNode } from 'react'

interface ToolProps {
  readonly label: string
  readonly pressed?: boolean
  readonly disabled?: boolean
  readonly onClick: () => void
  readonly testId: string
  readonly children: ReactNode
}

/** A button of the toolbar, with an icon of what it does. */
export function Tool({ label, pressed, disabled, onClick, testId, children }: ToolProps) {
  return (
    <button
      type="button"
      className="button quiet icon"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
      data-testid={testId}
    >
      {children}
    </button>
  )
}
