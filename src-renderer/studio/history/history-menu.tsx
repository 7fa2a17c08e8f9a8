import { History } from 'lucide-react'
import { useCallback, useEffect, useRef, useState } from 'react'
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
  const reads = useRef(0)
  const read = useCallback(async (): Promise<HistoryList> => {
    const mine = ++reads.current
    const list = await call('GET', `/studio/history?limit=${limit}`)
    if (mine === reads.current) setHistory(list)
    return list
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: every revision has another history
  useEffect(() => {
    read().catch(reportProblem)
  }, [revision, read])
  /** Somebody may have edited since the list was drawn: steps are counted in the list as it is now. */
  const jump = async (step: () => Promise<string>, countIn: (now: HistoryList) => number): Promise<void> => {
    setBusy(true)
    try {
      const count = countIn(await read())
      for (let done = 0; done < count; done++) await step()
      if (count > 0) await read()
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
            onClick={() => void jump(redo, (now) => placeOf(step, now.redo) + 1)}
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
          onClick={() => void jump(undo, (now) => placeOf(step, now.undo))}
        >
          <span className="entry-name">{stepWords(step.name)}</span> <span className="quiet small">{timeOf(step.time)}</span>
        </button>
      ))}
      {done.length > 0 && (
        <button type="button" disabled={busy} data-testid="history-start" onClick={() => void jump(undo, (now) => now.undo.length)}>
          <span className="entry-name">{done.length < limit ? t.start : t.further}</span>
        </button>
      )}
    </section>
  )
}

/** Steps have no ids; -1 where it is not in the list any more. */
const placeOf = (step: HistoryList['undo'][number], steps: HistoryList['undo']): number =>
  steps.findIndex(({ name, time }) => name === step.name && time === step.time)
