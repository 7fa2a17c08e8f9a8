import { History, LogIn, LogOut } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { ClipWindow } from '../../src-main/live/jobs/clips/schemas.ts'
import { call } from '../client/api.ts'
import type { Stream } from '../client/types.ts'
import { useMayEdit } from '../components/page.ts'
import { Preview } from '../components/preview.tsx'
import { notify, notifyError } from '../components/toasts.tsx'
import { clips as t } from '../messages/page.ts'
import type { WatchSession } from '../player/watch-session.ts'
import { clips } from './clip-store.ts'
import { TrimDialog } from './trim-dialog.tsx'
import './clips.css'
import { locale } from '../messages/language.ts'

interface Trim {
  readonly window: ClipWindow
  readonly fromMs: number
  readonly toMs: number
}

/** The stream as its viewers see it, and below it the marks between which a clip is made. */
export function ClipPreview({ stream }: { readonly stream: Stream }) {
  const editor = useMayEdit()
  const session = useRef<WatchSession | null>(null)
  const [markMs, setMarkMs] = useState<number | null>(null)
  const [trim, setTrim] = useState<Trim | null>(null)

  const shown = (): number | undefined => session.current?.shownTimeMs()
  const markStart = () => {
    const at = shown()
    if (at === undefined) notify(t.thePreviewDoesNotPlay)
    else setMarkMs(at)
  }
  const markEnd = async () => {
    const at = shown()
    if (markMs === null) notify(t.markTheStartFirst)
    else if (at === undefined || at <= markMs) notify(t.theEndLiesBeforeThe)
    else {
      try {
        const window = await call('GET', `/live/streams/${stream.id}/clip-window`)
        const { originTimeMs } = window
        setTrim({ window, fromMs: Math.max(window.fromMs, markMs - originTimeMs), toMs: at - originTimeMs })
      } catch (error) {
        notifyError(error)
      }
    }
  }
  const clipLast = async () => {
    try {
      await clips.keep(call('POST', `/live/streams/${stream.id}/clips`, { body: { lastSeconds: 30 } }))
      notify(t.theClipIsBeingCreated)
    } catch (error) {
      notifyError(error)
    }
  }
  const acts = useRef({ markStart, markEnd })
  acts.current = { markStart, markEnd }
  useEffect(() => {
    if (!editor) return
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      if ((event.target as Element).closest('input, select, textarea, dialog')) return
      if (event.key === 'i') acts.current.markStart()
      else if (event.key === 'o') void acts.current.markEnd()
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [editor])

  return (
    <div className="stack">
      <Preview name={stream.name} session={session} />
      {editor && (
        <div className="row clip-marks" role="toolbar" aria-label={t.clip}>
          <button type="button" className="button" aria-keyshortcuts="i" onClick={markStart} data-testid="mark-start">
            <LogIn size={16} /> {markMs === null ? t.markStart : t.markStartAgain}
            <kbd>I</kbd>
          </button>
          <button
            type="button"
            className={markMs === null ? 'button' : 'button primary'}
            aria-keyshortcuts="o"
            disabled={markMs === null}
            onClick={() => void markEnd()}
            data-testid="mark-end"
          >
            <LogOut size={16} /> {t.markEnd}
            <kbd>O</kbd>
          </button>
          <button type="button" className="button" onClick={() => void clipLast()} data-testid="clip-last">
            <History size={16} /> {t.clipLast30S}
          </button>
          {markMs !== null && (
            <span className="quiet" role="status" data-testid="clip-mark">
              {t.fromNamed(new Date(markMs).toLocaleTimeString(locale, { hour12: false }))}
            </span>
          )}
        </div>
      )}
      {trim && (
        <TrimDialog
          stream={stream}
          {...trim}
          onClose={() => {
            setTrim(null)
            setMarkMs(null)
          }}
        />
      )}
    </div>
  )
}
