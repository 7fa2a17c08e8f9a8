import { ChevronLeft, ChevronRight, ChevronsLeft, ChevronsRight, Scissors } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { ClipOrderBody, ClipWindow } from '../../src-main/live/jobs/clips/schemas.ts'
import { call } from '../client/api.ts'
import type { Stream } from '../client/types.ts'
import { Dialog } from '../components/dialog.tsx'
import { DialogForm } from '../components/dialog-form.tsx'
import { notify } from '../components/toasts.tsx'
import { clips as t } from '../messages/page.ts'
import { clips } from './clip-store.ts'
import { FrameSource } from './frame-source.ts'
import './clips.css'
import { locale } from '../messages/language.ts'
import { decimal } from '../messages/numbers.ts'

/** What of the stream the slider of an end spans, to either side of where it was marked, ms. */
const spanMs = 15_000
const defaultFrameMs = 1000 / 30

/** 20:15:07.033 */
function clock(wallMs: number): string {
  const at = new Date(wallMs)
  return `${at.toLocaleTimeString(locale, { hour12: false })}.${String(at.getMilliseconds()).padStart(3, '0')}`
}

function End({
  stream,
  window: { originTimeMs },
  label,
  name,
  value,
  min,
  max,
  frameMs,
  onChange,
}: {
  readonly stream: Stream
  readonly window: ClipWindow
  readonly label: string
  readonly name: 'from' | 'to'
  /** A moment at which the frame is on screen; the middle of it once it is there. */
  readonly value: number
  readonly min: number
  readonly max: number
  readonly frameMs: number
  readonly onChange: (value: number) => void
}) {
  const video = useRef<HTMLVideoElement>(null)
  const source = useRef<FrameSource | null>(null)
  const codec = stream.tracks.find((track) => track.kind === 'video')?.codecString
  const wanted = useRef(value)
  wanted.current = value
  const snap = useRef((_startMs: number): void => undefined)
  snap.current = (startMs) => {
    const middle = startMs + frameMs / 2
    // a frame that comes late belongs to a moment that was left meanwhile
    const isThis = value > startMs - 1 && value < startMs + frameMs + 1
    if (isThis && Math.abs(middle - value) > 0.5) onChange(middle)
  }
  useEffect(() => {
    if (!video.current || !codec || !('MediaSource' in globalThis)) return
    const made = new FrameSource(video.current, stream.name, originTimeMs, codec)
    source.current = made
    made.onShown = (startMs) => snap.current(startMs)
    made.show(wanted.current)
    return () => made.stop()
  }, [stream.name, originTimeMs, codec])
  useEffect(() => source.current?.show(value), [value])
  const move = (by: number) => onChange(Math.min(max, Math.max(min, value + by)))
  const step = (by: number, what: string, Icon: typeof ChevronLeft) => (
    <button
      type="button"
      className="button quiet icon"
      aria-label={`${label}: ${what}`}
      title={what}
      onClick={() => move(by)}
      data-testid={`${name}-${what.replaceAll(' ', '-')}`}
    >
      <Icon size={16} />
    </button>
  )
  return (
    <fieldset className="trim-end">
      <legend>{label}</legend>
      <div className="trim-picture">
        <video ref={video} muted playsInline tabIndex={-1} aria-label={t.ofTheClip(label)} data-testid={`trim-${name}-picture`} />
        <span data-testid={`trim-${name}-time`}>{clock(originTimeMs + value)}</span>
      </div>
      <input
        type="range"
        min={min}
        max={max}
        step={frameMs}
        value={value}
        aria-label={t.ofTheClip(label)}
        aria-valuetext={clock(originTimeMs + value)}
        onChange={(event) => onChange(Number(event.target.value))}
        data-testid={`trim-${name}`}
      />
      <div className="row trim-steps">
        {step(-1000, t.aSecondBack, ChevronsLeft)}
        {step(-frameMs, t.aFrameBack, ChevronLeft)}
        {step(frameMs, t.aFrameOn, ChevronRight)}
        {step(1000, t.aSecondOn, ChevronsRight)}
      </div>
    </fieldset>
  )
}

/** Moves the marks by frames, with the frames in sight, and orders the clip. `fromMs` and `toMs` are moments at which its first and its last frame are on screen. */
export function TrimDialog({
  stream,
  window,
  fromMs,
  toMs,
  onClose,
}: {
  readonly stream: Stream
  readonly window: ClipWindow
  readonly fromMs: number
  readonly toMs: number
  readonly onClose: () => void
}) {
  const [from, setFrom] = useState(fromMs)
  const [to, setTo] = useState(toMs)
  const [title, setTitle] = useState(stream.title || stream.name)
  const frameMs = window.frameMs ?? defaultFrameMs
  const make = async () => {
    const body: ClipOrderBody = { from, to: to + frameMs, ...(title.trim() === '' ? {} : { title: title.trim() }) }
    await clips.keep(call('POST', `/live/streams/${stream.id}/clips`, { body }))
    notify(t.theClipIsBeingCreated)
    onClose()
  }
  const around = (at: number) => ({
    min: Math.max(window.fromMs, at - spanMs),
    max: Math.max(at, Math.min(window.toMs, at + spanMs)),
  })
  const ends = { stream, window, frameMs }
  return (
    <Dialog title={t.createClip} onClose={onClose} testId="trim-dialog">
      <DialogForm
        onClose={onClose}
        onSubmit={make}
        action={
          <>
            <Scissors size={16} /> {t.createClip}
          </>
        }
        testId="make-clip"
        disabled={to < from}
        aside={
          <span className="quiet" data-testid="trim-length">
            {to > from ? t.length(decimal((to - from) / 1000, 2), Math.round((to - from) / frameMs)) : t.theLastFrameLiesBefore}
          </span>
        }
      >
        <div className="trim">
          <End {...ends} {...around(fromMs)} label={t.firstFrame} name="from" value={from} onChange={setFrom} />
          <End {...ends} {...around(toMs)} label={t.lastFrame} name="to" value={to} onChange={setTo} />
        </div>
        <div className="field">
          <label htmlFor="clip-new-title">{t.title}</label>
          <input
            id="clip-new-title"
            className="input"
            value={title}
            maxLength={200}
            onChange={(event) => setTitle(event.target.value)}
            data-testid="clip-new-title"
          />
        </div>
      </DialogForm>
    </Dialog>
  )
}
