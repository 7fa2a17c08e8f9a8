import { useEffect, useState } from 'react'
import { call } from '../client/api.ts'
import { TBar } from '../components/t-bar.tsx'
import { notifyError } from '../components/toasts.tsx'
import { t } from './messages.ts'
import { type PanelProps, send } from './panel.tsx'
import { Screenshot } from './screenshot.tsx'

const image = { width: 720, pauseMs: 400 }
/** So near an end OBS goes there when its T-bar is let go. */
const catchRange = 0.1
const limits = { min: 50, max: 20_000 }

/** What is on air, what is prepared, and how the one becomes the other. */
export function ScreensPanel({ id, mirror, editor }: PanelProps) {
  const { program, preview, studioMode, transitions, transition, transitionDurationMs } = mirror
  const [duration, setDuration] = useState(String(transitionDurationMs ?? ''))
  useEffect(() => setDuration(String(transitionDurationMs ?? '')), [transitionDurationMs])
  /** Where this page has left the T-bar; OBS says nothing of it. */
  const [tBar, setTBar] = useState<number | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another preview is another way
  useEffect(() => setTBar(null), [preview, studioMode])
  const saveDuration = (): void => {
    const durationMs = Number(duration)
    if (durationMs === transitionDurationMs) return
    if (Number.isInteger(durationMs) && durationMs >= limits.min && durationMs <= limits.max)
      send(call('PATCH', `/obs/${id}/transition`, { body: { durationMs } }))
    else setDuration(String(transitionDurationMs ?? ''))
  }
  return (
    <section className="card obs-screens" aria-label={t.program} data-testid="obs-screens">
      <div className={studioMode ? 'obs-two' : 'obs-one'}>
        {studioMode && (
          <figure>
            <figcaption>
              <span>{t.preview}</span> <strong data-testid="obs-preview">{preview}</strong>
            </figcaption>
            {preview !== null && (
              <Screenshot id={id} source={preview} {...image} label={`${t.preview}: ${preview}`} testId="obs-preview-image" />
            )}
          </figure>
        )}
        <figure className="on-air">
          <figcaption>
            <span>{t.program}</span> <strong data-testid="obs-program">{program}</strong>
          </figcaption>
          {program !== null && (
            <Screenshot id={id} source={program} {...image} label={`${t.program}: ${program}`} testId="obs-program-image" />
          )}
        </figure>
      </div>
      <div className="obs-transition">
        <label className="check">
          <input
            type="checkbox"
            checked={studioMode}
            disabled={!editor}
            data-testid="obs-studio-mode"
            onChange={(event) => send(call('PATCH', `/obs/${id}/studio-mode`, { body: { enabled: event.currentTarget.checked } }))}
          />
          {t.studioMode}
        </label>
        <label className="row">
          <span className="small quiet">{t.transition}</span>
          <select
            className="input fit-input"
            value={transition ?? ''}
            disabled={!editor}
            data-testid="obs-transition"
            onChange={(event) => send(call('PATCH', `/obs/${id}/transition`, { body: { transition: event.currentTarget.value } }))}
          >
            {transitions.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {transitionDurationMs !== null && (
          <label className="row">
            <span className="small quiet">{t.duration}</span>
            <input
              className="input obs-duration"
              type="number"
              {...limits}
              step={50}
              value={duration}
              disabled={!editor}
              data-testid="obs-duration"
              onChange={(event) => setDuration(event.currentTarget.value)}
              onBlur={saveDuration}
              onKeyDown={(event) => {
                if (event.key === 'Enter') saveDuration()
              }}
            />
          </label>
        )}
        {studioMode && editor && (
          <span className="row push">
            <TBar
              label={t.tBar}
              position={tBar}
              disabled={preview === null || preview === program}
              move={(position, release) => {
                setTBar(position >= 1 || (release && (position <= catchRange || position >= 1 - catchRange)) ? null : position)
                return call('POST', `/obs/${id}/requests`, { body: { request: 'SetTBarPosition', data: { position, release } } }).catch(
                  notifyError,
                )
              }}
              testId="obs-t-bar"
            />
            <button
              type="button"
              className="button primary"
              title={t.takeHelp}
              data-testid="obs-take"
              onClick={() => send(call('POST', `/obs/${id}/transition`))}
            >
              {t.take}
            </button>
          </span>
        )}
      </div>
    </section>
  )
}
