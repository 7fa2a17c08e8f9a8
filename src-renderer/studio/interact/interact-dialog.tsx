import { type KeyboardEvent, type MouseEvent, useEffect, useRef } from 'react'
import { call, reportProblem } from '../../client/api.ts'
import { CloseAction, Dialog } from '../../components/dialog.tsx'
import { useLiveImage } from '../../components/live-image.ts'
import { sourceImageUrl } from '../canvas/eyedropper.ts'
import type { Source } from '../types.ts'
import { t } from './messages.ts'
import { pageKeyOf } from './page-keys.ts'
import './interact.css'

/** Between two images, and between two positions of the mouse, ms. */
const imagePauseMs = 120
const moveEachMs = 100

const buttons = ['left', 'middle', 'right'] as const

/** A browser page as it is, without its filters: the mouse and keys on it are the page's. */
export function InteractDialog({ source, onClose }: { readonly source: Source; readonly onClose: () => void }) {
  /** One after the other: letters must not overtake each other. */
  const last = useRef<Promise<unknown>>(Promise.resolve())
  const movedAtMs = useRef(0)
  const before = source.filters[0]?.id
  const url = sourceImageUrl(source.id, { type: 'jpeg', ...(before === undefined ? {} : { before }) })
  const { ref, shown } = useLiveImage(url, { pauseMs: imagePauseMs })
  const send = (command: string, details: Readonly<Record<string, unknown>>): void => {
    last.current = last.current.then(() =>
      call('POST', `/studio/sources/${source.id}/commands`, { body: { command, details } }).catch(reportProblem),
    )
  }
  useEffect(() => {
    const frame = requestAnimationFrame(() => ref.current?.focus())
    return () => cancelAnimationFrame(frame)
  }, [ref])

  /** Pixels of the page. */
  const at = (event: MouseEvent): { readonly x: number; readonly y: number } => {
    const canvas = event.currentTarget as HTMLCanvasElement
    const { left, top, width, height } = canvas.getBoundingClientRect()
    const share = (part: number, all: number): number => (all === 0 ? 0 : part / all)
    return {
      x: Math.round(share(event.clientX - left, width) * canvas.width),
      y: Math.round(share(event.clientY - top, height) * canvas.height),
    }
  }
  const click = (event: MouseEvent): void => {
    event.preventDefault()
    ref.current?.focus()
    send('click', { ...at(event), button: buttons[event.button] ?? 'left', count: Math.max(1, Math.min(3, event.detail)) })
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const key = pageKeyOf(event)
    if (key === undefined) return
    event.preventDefault()
    event.stopPropagation()
    send('press', { key })
  }
  return (
    <Dialog title={t.title(source.name)} onClose={onClose} testId="interact-dialog">
      <canvas
        ref={ref}
        className="interact-page"
        tabIndex={0}
        aria-label={t.page}
        data-testid="interact-page"
        data-loaded={shown !== undefined}
        onClick={click}
        onAuxClick={click}
        onContextMenu={(event) => event.preventDefault()}
        onMouseMove={(event) => {
          if (event.timeStamp - movedAtMs.current < moveEachMs) return
          movedAtMs.current = event.timeStamp
          send('move', at(event))
        }}
        onWheel={(event) => send('scroll', { ...at(event), deltaX: event.deltaX, deltaY: event.deltaY })}
        onKeyDown={onKeyDown}
      />
      <p className="quiet small">{t.help}</p>
      <CloseAction onClose={onClose} />
    </Dialog>
  )
}
