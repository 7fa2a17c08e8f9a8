import { type FormEvent, type ReactNode, useState } from 'react'
import { explain } from '../client/api.ts'
import { components as t } from '../messages/page.ts'
import { FormError } from './form-error.tsx'

interface DialogFormProps {
  readonly children: ReactNode
  readonly onClose: () => void
  /** Does what the form is for; what it rejects with is shown in the dialog, which stays open. */
  readonly onSubmit: (fields: FormData) => Promise<void>
  /** What the button that submits says. */
  readonly action: ReactNode
  readonly testId: string
  /** True while the fields do not make sense. */
  readonly disabled?: boolean
  /** Shown before the buttons, at the other end of the line. */
  readonly aside?: ReactNode
}

/** The form of a dialog: its fields, why it was rejected, and its buttons. */
export function DialogForm({ children, onClose, onSubmit, action, testId, disabled = false, aside }: DialogFormProps) {
  const [rejection, setRejection] = useState('')
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setBusy(true)
    setRejection('')
    try {
      await onSubmit(new FormData(event.currentTarget))
    } catch (error) {
      setRejection(explain(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form className="stack" onSubmit={submit}>
      {children}
      <FormError text={rejection} />
      <div className="dialog-actions">
        {aside && <span className="dialog-aside">{aside}</span>}
        <button type="button" className="button" onClick={onClose}>
          {t.cancel}
        </button>
        <button type="submit" className="button primary" disabled={busy || disabled} data-testid={testId}>
          {action}
        </button>
      </div>
    </form>
  )
}
