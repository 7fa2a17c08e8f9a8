import { X } from 'lucide-react'
import { useEffect } from 'react'
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

const useToasts = create<{ readonly toasts: readonly Toast[] }>(() => ({ toasts: [] }))
let nextId = 1

function add(text: string, bad: boolean, undo?: () => void, action?: string): void {
  const toast: Toast = { id: nextId++, text, bad, ...(undo ? { undo } : {}), ...(action === undefined ? {} : { action }) }
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts, toast].slice(-4) }))
}

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

function ToastLine({ toast }: { readonly toast: Toast }) {
  useEffect(() => {
    const timer = setTimeout(() => dismiss(toast.id), toast.bad ? 9000 : toast.undo ? 7000 : 4000)
    return () => clearTimeout(timer)
  }, [toast])
  return (
    <div className={toast.bad ? 'toast bad' : 'toast'} data-testid="toast">
      <p>{toast.text}</p>
      {toast.undo && (
        <button
          type="button"
          className="button quiet"
          onClick={() => {
            toast.undo?.()
            dismiss(toast.id)
          }}
        >
          {toast.action ?? t.undo}
        </button>
      )}
      <button type="button" className="button quiet icon" aria-label={t.dismiss} onClick={() => dismiss(toast.id)}>
        <X size={16} />
      </button>
    </div>
  )
}

export function Toasts() {
  const toasts = useToasts((state) => state.toasts)
  return (
    <div className="toasts" role="status" aria-live="polite">
      {toasts.map((toast) => (
        <ToastLine key={toast.id} toast={toast} />
      ))}
    </div>
  )
}
