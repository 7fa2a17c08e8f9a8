import { ArrowLeft, ChevronDown, ClipboardPaste, Maximize, Minimize, Pin, Power, Scaling } from 'lucide-react'
import { type ReactNode, type RefObject, useEffect, useState } from 'react'
import type { Quality } from '../../src-main/desktop/sessions/client-message.ts'
import { readChoice, storeChoice } from '../client/stored-choice.ts'
import { t } from './messages.ts'
import { Tool } from './tool.tsx'

/** Without pointer or focus it hides after so long, ms; longer when the desktop was just opened. */
const hideMs = 900
const firstMs = 4000
/** Narrower windows need their height for the display. */
const wideWindow = '(min-width: 900px) and (min-height: 600px)'

export const qualities = ['fast', 'balanced', 'sharp'] as const satisfies readonly Quality[]

interface DesktopToolbarProps {
  readonly name: string
  /** The open show of the studio has it. */
  readonly inShow: boolean
  /** First of it: keys lead there from the display. */
  readonly start: RefObject<HTMLButtonElement | null>
  readonly onLeave: () => void
  readonly fullScreen: boolean
  readonly onFullScreen: () => void
  /** Undefined where the display has a size of its own. */
  readonly follows: boolean | undefined
  readonly onFollow: () => void
  readonly quality: Quality
  readonly onQuality: (quality: Quality) => void
  readonly onPaste: () => void
  readonly onAttention: () => void
  /** What is seen also while the toolbar hides. */
  readonly mark: ReactNode
  /** Further figures and tools, before the buttons. */
  readonly children: ReactNode
}

/** Tools of an open desktop. In full screen, in small windows and where it was not pinned it hides; a handle at the top shows it. */
export function DesktopToolbar(props: DesktopToolbarProps) {
  const { name, inShow, start, fullScreen, follows, quality } = props
  const [pinned, setPinned] = useState(() => readChoice('desktop.toolbar', ['pinned', 'hides']) === 'pinned')
  const [wide, setWide] = useState(() => matchMedia(wideWindow).matches)
  const [waits, setWaits] = useState(firstMs)
  const [inside, setInside] = useState(false)
  const [shown, setShown] = useState(true)
  const hides = fullScreen || !pinned || !wide
  useEffect(() => {
    const media = matchMedia(wideWindow)
    const follow = (): void => setWide(media.matches)
    media.addEventListener('change', follow)
    return () => media.removeEventListener('change', follow)
  }, [])
  useEffect(() => {
    if (!hides || inside || !shown) return
    const timer = setTimeout(() => setShown(false), waits)
    return () => clearTimeout(timer)
  }, [hides, inside, shown, waits])
  const enter = (): void => {
    setInside(true)
    setShown(true)
    setWaits(hideMs)
  }
  const pin = (): void => {
    setPinned(!pinned)
    storeChoice('desktop.toolbar', pinned ? 'hides' : 'pinned')
  }
  return (
    <div
      className="desktop-bar"
      role="toolbar"
      aria-label={t.tools}
      data-testid="desktop-bar"
      data-hides={hides}
      data-shown={!hides || shown}
      onPointerEnter={enter}
      onPointerLeave={(event) => setInside(event.pointerType === 'touch')}
      onFocus={enter}
      onBlur={(event) => setInside(event.currentTarget.contains(event.relatedTarget))}
    >
      <div className="desktop-toolbar">
        <button
          ref={start}
          type="button"
          className="button quiet"
          aria-label={t.back}
          title={t.back}
          onClick={props.onLeave}
          data-testid="desktop-back"
        >
          <ArrowLeft size={16} aria-hidden="true" />
        </button>
        <h1>{name}</h1>
        {inShow && (
          <span className="chip live" title={t.inShowHelp} data-testid="desktop-in-show">
            {t.inShow}
          </span>
        )}
        {(!hides || shown) && props.mark}
        <div className="row">
          {props.children}
          <label className="desktop-quality">
            <span className="sr-only">{t.quality}</span>
            <input
              type="range"
              min={0}
              max={qualities.length - 1}
              step={1}
              value={qualities.indexOf(quality)}
              aria-valuetext={t.qualities[quality]}
              title={t.qualityHelp}
              onChange={(event) => props.onQuality(qualities[Number(event.target.value)] ?? 'balanced')}
              data-testid="desktop-quality"
            />
            <span className="small">{t.qualities[quality]}</span>
          </label>
          {follows !== undefined && (
            <Tool label={t.fit} pressed={follows} onClick={props.onFollow} testId="desktop-follow">
              <Scaling size={16} aria-hidden="true" />
            </Tool>
          )}
          <Tool label={t.paste} onClick={props.onPaste} testId="desktop-paste">
            <ClipboardPaste size={16} aria-hidden="true" />
          </Tool>
          <Tool label={t.control} onClick={props.onAttention} testId="desktop-attention">
            <Power size={16} aria-hidden="true" />
          </Tool>
          {wide && !fullScreen && (
            <Tool label={t.pin} pressed={pinned} onClick={pin} testId="desktop-pin">
              <Pin size={16} aria-hidden="true" />
            </Tool>
          )}
          <Tool label={fullScreen ? t.leaveFullScreen : t.fullScreen} onClick={props.onFullScreen} testId="desktop-full">
            {fullScreen ? <Minimize size={16} aria-hidden="true" /> : <Maximize size={16} aria-hidden="true" />}
          </Tool>
        </div>
      </div>
      {hides && !shown && props.mark !== null && <div className="desktop-mark">{props.mark}</div>}
      {hides && (
        <button
          type="button"
          className="desktop-handle"
          aria-label={t.showTools}
          title={t.showTools}
          aria-expanded={shown}
          onClick={() => {
            setShown(true)
            setInside(true)
          }}
          data-testid="desktop-handle"
        >
          <ChevronDown size={16} aria-hidden="true" />
        </button>
      )}
    </div>
  )
}
