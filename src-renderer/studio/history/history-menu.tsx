import { History } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { call, reportProblem } from '../../client/api.ts'
import { notifyError } from '../../components/toasts.tsx'
import { locale } from '../../messages/language.ts'
import { redo, undo } from '../show-store.ts'
import type { HistoryList, OpenCollection } from '../types.ts'
import { t } from './messages.ts'
import { stepWords } from './step-words.ts'

/** Steps that are listed each way. */
const limit = 100

/** The steps of the show as a list: a click goes back, or forward, to behind that step. */
export function HistoryMenu({ open: show }: { readonly open: OpenCollection }) {
  const [shown, setShown] = useState(false)
  const box = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    if (!shown) return
    const close = (event: Event): void => {
      const isKey = event instanceof KeyboardEvent
      if (isKey ? event.key !== 'Escape' : box.current?.contains(event.target as Node) === true) return
      setShown(false)
      if (isKey) box.current?.querySelector('button')?.focus()
    }
    document.addEventListener('pointerdown', close)
    document.addEventListener('keydown', close)
    return () => {
      document.removeEventListener('pointerdown', close)
      document.removeEventListener('keydown', close)
    }
  }, [shown])
  return (
    <span className="menu-box" ref={box}>
      <button
        type="button"
        className="tool"
        aria-label={t.open}
        title={t.open}
        aria-expanded={shown}
        data-testid="history"
        onClick={() => setShown(!shown)}
      >
        <History size={16} />
      </button>
      {shown && <Steps revision={show.revision} />}
    </span>
  )
}

function Steps({ revision }: { readonly revision: number }) {
  const [history, setHistory] = useState<HistoryList>({ undo: [], redo: [] })
  const [busy, setBusy] = useState(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: every revision has another history
  useEffect(() => {
    let stale = false
    call('GET', `/studio/history?limit=${limit}`).then((read) => !stale && setHistory(read), reportProblem)
    return () => {
      stale = true
    }
  }, [revision])
  const jump = async (step: () => Promise<string>, count: number): Promise<void> => {
    setBusy(true)
    try {
      for (let done = 0; done < count; done++) await step()
    } catch (error) {
      notifyError(error)
    } finally {
      setBusy(false)
    }
  }
  const timeOf = (time: string): string => new Date(time).toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' })
  const { undo: done, redo: undone } = history
  return (
    <section className="menu history-menu" aria-label={t.open} data-testid="history-list">
      {undone.length === 0 && done.length === 0 && <p className="quiet small">{t.empty}</p>}
      {undone
        .map((step, index) => (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: steps have no ids
            key={`redo-${index}`}
            type="button"
            className="undone"
            disabled={busy}
            data-testid="history-undone"
            onClick={() => void jump(redo, index + 1)}
          >
            <span className="entry-name">{stepWords(step.name)}</span> <span className="quiet small">{timeOf(step.time)}</span>
          </button>
        ))
        .toReversed()}
      {done.map((step, index) => (
        <button
          // biome-ignore lint/suspicious/noArrayIndexKey: steps have no ids
          key={`undo-${index}`}
          type="button"
          aria-current={index === 0}
          disabled={busy}
          data-testid="history-done"
          onClick={() => void jump(undo, index)}
        >
          <span className="entry-name">{stepWords(step.name)}</span> <span className="quiet small">{timeOf(step.time)}</span>
        </button>
      ))}
      {done.length > 0 && (
        <button type="button" disabled={busy} data-testid="history-start" onClick={() => void jump(undo, done.length)}>
          <span className="entry-name">{done.length < limit ? t.start : t.further}</span>
        </button>
      )}
    </section>
  )
}
