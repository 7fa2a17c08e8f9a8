import { type ReactNode, useEffect, useId, useRef } from 'react'
import { create } from 'zustand'
import { components as t } from '../messages/page.ts'

interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
  readonly testId?: string
  /** False where closing by Escape would lose something. */
  readonly dismissible?: boolean
}

/** A modal dialog; it is open for as long as it is drawn. */
export function Dialog({ title, onClose, children, testId, dismissible = true }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    const dialog = element.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])
  return (
    <dialog
      ref={element}
      aria-labelledby={titleId}
      data-testid={testId}
      onCancel={(event) => {
        event.preventDefault()
        if (dismissible) onClose()
      }}
    >
      <div className="dialog-body">
        <h2 id={titleId}>{title}</h2>
        {children}
      </div>
    </dialog>
  )
}

/** The last row of a dialog in which every change is made at once: what else can be done, and Close. */
export function CloseAction({ onClose, children }: { readonly onClose: () => void; readonly children?: ReactNode }) {
  return (
    <div className="dialog-actions">
      {children}
      <button type="button" className="button" onClick={onClose}>
        {t.close}
      </button>
    </div>
  )
}

interface Question {
  readonly title: string
  readonly text: string
  readonly action: string
  readonly answer: (yes: boolean) => void
}

const useQuestion = create<{ readonly question: Question | null }>(() => ({ question: null }))

/** Asks before something that cannot be undone. */
export function confirm(title: string, text: string, action: string): Promise<boolean> {
  return new Promise((resolve) => {
    useQuestion.getState().question?.answer(false)
    useQuestion.setState({
      question: {
        title,
        text,
        action,
        answer(yes) {
          useQuestion.setState({ question: null })
          resolve(yes)
        },
      },
    })
  })
}

export function ConfirmDialog() {
  const question = useQuestion((state) => state.question)
  if (!question) return null
  return (
    <Dialog title={question.title} onClose={() => question.answer(false)} testId="confirm-dialog">
      <p className="quiet">{question.text}</p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={() => question.answer(false)} data-testid="confirm-no">
          {t.cancel}
        </button>
        <button type="button" className="button primary danger" onClick={() => question.answer(true)} data-testid="confirm-yes">
          {question.action}
        </button>
      </div>
    </Dialog>
  )
}
