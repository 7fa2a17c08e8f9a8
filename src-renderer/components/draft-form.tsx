import type { ReactNode } from 'react'
import { components as t } from '../messages/page.ts'

interface DraftFormProps {
  readonly children: ReactNode
  /** Whether the one who looks may save at all. */
  readonly editable: boolean
  readonly changed: boolean
  readonly onSave: () => void
  readonly saveTestId: string
  readonly testId?: string
}

/** The body of a card of settings: its fields, and a button that saves what was changed. */
export function DraftForm({ children, editable, changed, onSave, saveTestId, testId }: DraftFormProps) {
  return (
    <form
      className="card-body stack"
      onSubmit={(event) => {
        event.preventDefault()
        onSave()
      }}
      data-testid={testId}
    >
      {children}
      {editable && (
        <div className="row">
          <button type="submit" className="button primary" disabled={!changed} data-testid={saveTestId}>
            {t.save}
          </button>
        </div>
      )}
    </form>
  )
}
