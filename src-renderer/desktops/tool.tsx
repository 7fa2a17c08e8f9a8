import type { ReactNode } from 'react'

interface ToolProps {
  readonly label: string
  readonly pressed?: boolean
  readonly onClick: () => void
  readonly testId: string
  readonly children: ReactNode
}

/** A button of the toolbar: an icon with its name. */
export function Tool({ label, pressed, onClick, testId, children }: ToolProps) {
  return (
    <button
      type="button"
      className="button quiet icon"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      onClick={onClick}
      data-testid={testId}
    >
      {children}
    </button>
  )
}
