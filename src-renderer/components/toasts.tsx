import { X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { create } from 'zustand'
import { explain } from '../client/api.ts'
import { components as t } from '../messages/page.ts'

interface Toast {
  readonly id: number
  readonly text: string
  readonly bad: boolean
  readonly undo?: () => void
  /** What is on the button; undo where nothing is said. */
  readonly action?: string
}

/** Messages that are shown at a time: more would cover what people work on. The others are counted. */
const maxShown = 2
/** Messages that are kept at all, e.g. while nothing works. */
const maxKept = 20

const useToasts = create<{ readonly toasts: readonly Toast[] }>(() => ({ toasts: [] }))
let nextId = 1

function add(text: string, bad: boolean, undo?: () => void, action?: string): void {
  const toast: Toast = { id: nextId++, text, bad, ...(undo ? { undo } : {}), ...(action === undefined ? {} : { action }) }
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts.filter((other) => !isRepeated(other, toast)), toast].slice(-maxKept) }))
}

/** The same text a second time says nothing new; what can be undone is another step each time. */
const isRepeated = (old: Toast, added: Toast): boolean => old.text === added.text && old.bad === added.bad && !old.undo && !added.undo

function dismiss(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }))
}

/** Says what was done; with `undo` it can be taken back for a few seconds, by a button that says `action` where that is another word. */
export function notify(text: string, undo?: () => void, action?: string): void {
  add(text, false, undo, action)
}

/** Says what failed and what to do about it. */
export function notifyError(error: unknown): void {
  add(explain(error), true)
}

function ToastLine({ toast, hidden }: { readonly toast: Toast; readonly hidden: boolean }) {
  const [focused, setFocused] = useState(false)
  // An error that newer messages hide waits until it can be read, and what has the focus does not go away under it.
  const waits = hidden ? toast.bad : focused
  useEffect(() => {
    if (waits) return
    const timer = setTimeout(() => dismiss(toast.id), toast.bad ? 9000 : toast.undo ? 7000 : 4000)
    return () => clearTimeout(timer)
  }, [toast, waits])
  useEffect(() => {
    if (hidden) setFocused(false)
  }, [hidden])
  if (hidden) return null
  const focus = { onFocus: () => setFocused(true), onBlur: () => setFocused(false) }
  return (
    <div className={toast.bad ? 'toast bad' : 'toast'} data-testid="toast">
      <p>{toast.text}</p>
      {toast.undo && (
        <button
          type="button"
          className="button quiet"
          {...focus}
          onClick={() => {
            toast.undo?.()
            dismiss(toast.id)
          }}
        >
          {toast.action ?? t.undo}
        </button>
      )}
      <button type="button" className="button quiet icon" aria-label={t.dismiss} {...focus} onClick={() => dismiss(toast.id)}>
        <X size={16} />
      </button>
    </div>
  )
}

/** The newest messages, and how many others there are. */
export function Toasts() {
  const toasts = useToasts((state) => state.toasts)
  const [all, setAll] = useState(false)
  const further = toasts.length - maxShown
  useEffect(() => {
    if (further <= 0) setAll(false)
  }, [further])
  const isHidden = (index: number): boolean => !all && index < further
  return (
    <div className="toasts" role="status" aria-live="polite">
      {further > 0 && (
        <div className="toasts-further">
          <button type="button" className="button" aria-expanded={all} onClick={() => setAll(!all)} data-testid="toasts-further">
            {all ? t.fewerMessages : t.moreMessages(further)}
          </button>
          <button type="button" className="button" onClick={() => useToasts.setState({ toasts: [] })} data-testid="toasts-dismiss">
            {t.dismissAll}
          </button>
        </div>
      )}
      {toasts.map((toast, index) => (
        <ToastLine key={toast.id} toast={toast} hidden={isHidden(index)} />
      ))}
    </div>
  )
}
