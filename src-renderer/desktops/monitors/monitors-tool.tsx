import { ExternalLink, MonitorCog } from 'lucide-react'
import { useState } from 'react'
import type { ClientMessage } from '../../../src-main/desktop/sessions/client-message.ts'
import { t } from '../messages.ts'
import { extent, fromCorner, type MonitorPlace, withBeyond, withMoved, withOneMore } from './arrangement.ts'
import './monitors.css'

/** As the host takes them. */
const maxMonitors = 4
/** Of the drawing, CSS pixels. */
const drawing = { width: 268, height: 150 } as const
const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

interface MonitorsToolProps {
  /** The primary one first. */
  readonly monitors: readonly MonitorPlace[]
  /** Which one this window shows, from 1 on; 0: all of them. */
  readonly shown: number
  readonly onShow: (monitor: number) => void
  /** Of the page of the display; undefined where it opens in no other window. */
  readonly href: string | undefined
  /** May change how the display is split. */
  readonly arranges: boolean
  readonly send: (message: ClientMessage) => void
}

/** The monitors of a display: which of them this window shows, and, for those who control it, where they are. */
export function MonitorsTool({ monitors, shown, onShow, href, arranges, send }: MonitorsToolProps) {
  const [open, setOpen] = useState(false)
  if (monitors.length === 0 || (monitors.length === 1 && !arranges)) return null
  const arrange = (next: readonly MonitorPlace[]): void => send({ kind: 'arrange', monitors: next.map((each) => ({ ...each })) })
  return (
    <div className="desktop-latency">
      <button
        type="button"
        className="button quiet icon"
        aria-label={t.monitors.title}
        title={t.monitors.title}
        aria-expanded={open}
        aria-controls="desktop-monitors"
        onClick={() => setOpen(!open)}
        data-testid="desktop-monitors"
      >
        <MonitorCog size={16} aria-hidden="true" />
      </button>
      {open && (
        <div className="desktop-latency-panel" id="desktop-monitors" data-testid="desktop-monitors-panel">
          <h2>{t.monitors.title}</h2>
          <Arrangement monitors={monitors} arranges={arranges} onArrange={arrange} />
          {arranges && (
            <div className="row">
              <button
                type="button"
                className="button"
                disabled={monitors.length >= maxMonitors}
                onClick={() => arrange(withOneMore(monitors))}
                data-testid="desktop-monitor-add"
              >
                {t.monitors.add}
              </button>
              <button
                type="button"
                className="button"
                disabled={monitors.length < 2}
                onClick={() => arrange(fromCorner(monitors.slice(0, -1)))}
                data-testid="desktop-monitor-remove"
              >
                {t.monitors.remove}
              </button>
            </div>
          )}
          {monitors.length > 1 && (
            <>
              <label className="field">
                <span>{t.monitors.shown}</span>
                <select
                  className="input"
                  value={shown}
                  onChange={(event) => onShow(Number(event.target.value))}
                  data-testid="desktop-monitor-shown"
                >
                  <option value={0}>{t.monitors.all}</option>
                  {monitors.map((_, index) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a monitor is its number
                    <option key={index} value={index + 1}>
                      {t.monitors.one(index + 1)}
                    </option>
                  ))}
                </select>
              </label>
              {href !== undefined && (
                <ul className="desktop-monitor-windows">
                  {monitors.map((_, index) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a monitor is its number
                    <li key={index}>
                      <a
                        href={`${href}?monitor=${index + 1}`}
                        target="_blank"
                        rel="noreferrer"
                        data-testid={`desktop-monitor-window-${index + 1}`}
                      >
                        <ExternalLink size={14} aria-hidden="true" /> {t.monitors.inWindow(index + 1)}
                      </a>
                    </li>
                  ))}
                </ul>
              )}
            </>
          )}
          <p className="quiet small">{t.monitors.help}</p>
        </div>
      )}
    </div>
  )
}

interface ArrangementProps {
  readonly monitors: readonly MonitorPlace[]
  readonly arranges: boolean
  readonly onArrange: (monitors: readonly MonitorPlace[]) => void
}

/** The monitors as boxes: drag one, or move it by the arrow keys. */
function Arrangement({ monitors, arranges, onArrange }: ArrangementProps) {
  const [drag, setDrag] = useState<{ readonly index: number; readonly fromX: number; readonly fromY: number; x: number; y: number }>()
  const all = extent(monitors)
  // While one is dragged there is space around the others.
  const scale = Math.min(drawing.width / all.width, drawing.height / all.height) * 0.72
  const left = (drawing.width - all.width * scale) / 2
  const top = (drawing.height - all.height * scale) / 2
  return (
    <div className="desktop-monitor-boxes" style={drawing}>
      {monitors.map(({ x, y, width, height }, index) => {
        const offset = drag?.index === index ? { x: drag.x - drag.fromX, y: drag.y - drag.fromY } : { x: 0, y: 0 }
        return (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: a monitor is its number
            key={index}
            type="button"
            className="desktop-monitor-box"
            disabled={!arranges}
            aria-label={t.monitors.place(index + 1, width, height, x, y)}
            style={{ left: left + x * scale + offset.x, top: top + y * scale + offset.y, width: width * scale, height: height * scale }}
            onPointerDown={(event) => {
              event.currentTarget.setPointerCapture(event.pointerId)
              setDrag({ index, fromX: event.clientX, fromY: event.clientY, x: event.clientX, y: event.clientY })
            }}
            onPointerMove={(event) => {
              if (drag?.index === index) setDrag({ ...drag, x: event.clientX, y: event.clientY })
            }}
            onPointerUp={(event) => {
              setDrag(undefined)
              if (drag?.index !== index || (event.clientX === drag.fromX && event.clientY === drag.fromY)) return
              const [right, down] = [event.clientX - drag.fromX, event.clientY - drag.fromY]
              onArrange(withMoved(monitors, index, Math.round(x + right / scale), Math.round(y + down / scale)))
            }}
            onPointerCancel={() => setDrag(undefined)}
            onKeyDown={(event) => {
              const [right, down] = arrows[event.key] ?? [0, 0]
              if (right === 0 && down === 0) return
              event.preventDefault()
              onArrange(withBeyond(monitors, index, right, down))
            }}
            data-testid={`desktop-monitor-${index + 1}`}
            data-place={`${x},${y} ${width}x${height}`}
          >
            {index + 1}
          </button>
        )
      })}
    </div>
  )
}
