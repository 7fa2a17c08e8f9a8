import { useState } from 'react'
import { call } from '../client/api.ts'
import type { Hook, HookEvent } from '../client/types.ts'
import { Dialog } from '../components/dialog.tsx'
import { DialogForm } from '../components/dialog-form.tsx'
import { rules as t } from '../messages/page.ts'

const events = (): readonly (readonly [HookEvent, string])[] => [
  ['publish', t.decidesWhetherAPublisherMay],
  ['play', t.decidesWhetherAViewerMay],
  ['stream.live', t.aStreamWentLive],
  ['stream.lost', t.aStreamLostItsPublisher],
  ['stream.returned', t.thePublisherCameBack],
  ['stream.ended', t.aStreamEnded],
  ['play.ended', t.aViewerLeft],
  ['recording.completed', t.aRecordingIsComplete],
  ['alert', t.anAlertWasRaisedOr],
]

interface Props {
  readonly hook: Hook | undefined
  readonly onClose: () => void
  /** With the secret where the hook is new. */
  readonly onKept: (secret: string | undefined) => void
}

/** Makes or changes a hook. */
export function HookDialog({ hook, onClose, onKept }: Props) {
  const [label, setLabel] = useState(hook?.label ?? '')
  const [url, setUrl] = useState(hook?.url ?? '')
  const [chosen, setChosen] = useState<readonly HookEvent[]>(hook?.events ?? ['stream.live', 'stream.ended'])
  const [stream, setStream] = useState(hook?.stream ?? '')
  const [seconds, setSeconds] = useState(String((hook?.timeoutMs ?? 3000) / 1000))
  const [onFailure, setOnFailure] = useState<'refuse' | 'allow'>(hook?.onFailure ?? 'refuse')
  const decides = chosen.includes('publish') || chosen.includes('play')
  const timeoutMs = Math.round(Number(seconds) * 1000)
  const bad = label.trim() === '' || !/^https?:\/\/\S+$/.test(url) || chosen.length === 0 || !(timeoutMs >= 100 && timeoutMs <= 30_000)
  const submit = async () => {
    const body = {
      label: label.trim(),
      url: url.trim(),
      events: chosen,
      stream: stream.trim() === '' ? null : stream.trim(),
      timeoutMs,
      onFailure,
    }
    if (hook) {
      await call('PATCH', `/live/hooks/${hook.id}`, { body })
      onKept(undefined)
    } else onKept((await call('POST', '/live/hooks', { body })).secret)
  }
  return (
    <Dialog title={hook ? t.editNamed(hook.label) : t.newHook} onClose={onClose} testId="hook-dialog">
      <DialogForm onClose={onClose} onSubmit={submit} action={hook ? t.save : t.createHook} testId="hook-submit" disabled={bad}>
        <div className="field">
          <label htmlFor="hook-label">{t.label}</label>
          <input
            id="hook-label"
            className="input"
            value={label}
            maxLength={100}
            required
            autoFocus
            onChange={(event) => setLabel(event.target.value)}
            data-testid="hook-label"
          />
        </div>
        <div className="field">
          <label htmlFor="hook-url">{t.url}</label>
          <input
            id="hook-url"
            className="input"
            value={url}
            type="url"
            placeholder="https://example.com/streams"
            required
            onChange={(event) => setUrl(event.target.value)}
            data-testid="hook-url"
          />
        </div>
        <fieldset className="plain">
          <legend>{t.events}</legend>
          {events().map(([event, text]) => (
            <label key={event} className="check">
              <input
                type="checkbox"
                checked={chosen.includes(event)}
                onChange={({ target }) => setChosen(target.checked ? [...chosen, event] : chosen.filter((each) => each !== event))}
                data-testid={`hook-event-${event}`}
              />
              <code>{event}</code> <span className="quiet">{text}</span>
            </label>
          ))}
        </fieldset>
        <div className="two-fields">
          <div className="field">
            <label htmlFor="hook-stream">{t.stream}</label>
            <input
              id="hook-stream"
              className="input"
              value={stream}
              placeholder={t.everyStream}
              onChange={(event) => setStream(event.target.value)}
            />
          </div>
          <div className="field">
            <label htmlFor="hook-timeout">{t.timeOutSeconds}</label>
            <input
              id="hook-timeout"
              className="input"
              inputMode="decimal"
              value={seconds}
              onChange={(event) => setSeconds(event.target.value)}
            />
          </div>
        </div>
        {decides && (
          <div className="field">
            <label htmlFor="hook-failure">{t.whenItDoesNotAnswer}</label>
            <select
              id="hook-failure"
              className="input"
              value={onFailure}
              onChange={(event) => setOnFailure(event.target.value as 'refuse' | 'allow')}
            >
              <option value="refuse">{t.denyThePublisherOrViewer}</option>
              <option value="allow">{t.letThemIn}</option>
            </select>
          </div>
        )}
      </DialogForm>
    </Dialog>
  )
}
