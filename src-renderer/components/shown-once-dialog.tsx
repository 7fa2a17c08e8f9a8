import type { ReactNode } from 'react'
import { components as t } from '../messages/page.ts'
import { Dialog } from './dialog.tsx'

interface ShownOnceDialogProps {
  readonly title: string
  readonly advice: string
  /** The secret, to copy. */
  readonly children: ReactNode
  readonly onClose: () => void
  readonly testId: string
  readonly savedTestId?: string
}

/** Shows a secret that the host does not tell again: it closes only by saying that it was saved. */
export function ShownOnceDialog({ title, advice, children, onClose, testId, savedTestId }: ShownOnceDialogProps) {
  return (
    <Dialog title={title} onClose={onClose} dismissible={false} testId={testId}>
      <p className="advice">{advice}</p>
      {children}
      <div className="dialog-actions">
        <button type="button" className="button primary" onClick={onClose} data-testid={savedTestId}>
          {t.iHaveSavedIt}
        </button>
      </div>
    </Dialog>
  )
}
