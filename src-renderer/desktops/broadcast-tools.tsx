import { Radio } from 'lucide-react'
import { useState } from 'react'
import { call } from '../client/api.ts'
import { confirm, Dialog } from '../components/dialog.tsx'
import { DialogForm } from '../components/dialog-form.tsx'
import { notify, notifyError } from '../components/toasts.tsx'
import type { DisplayItem } from './displays.ts'
import { t } from './messages.ts'
import { Tool } from './tool.tsx'

/** Says to everybody at a display that it is sent live. */
export function LiveMark({ stream }: { readonly stream: string }) {
  return (
    <span className="chip live" role="status" title={t.liveHelp(stream)} data-testid="desktop-live">
      {t.live}
    </span>
  )
}

/** Sends a display live, and ends that. */
export function BroadcastTool({ display: { id, name, kind, live } }: { readonly display: DisplayItem }) {
  const [asking, setAsking] = useState(false)
  const shown = kind === 'screen' ? t.screen : name
  const end = async (): Promise<void> => {
    if (!(await confirm(t.endLiveTitle(shown), t.endLiveText, t.endLive))) return
    try {
      await call('DELETE', `/desktop/displays/${id}/live`)
      notify(t.liveEnded(shown))
    } catch (error) {
      notifyError(error)
    }
  }
  return (
    <>
      <Tool
        label={live === null ? t.sendLive : t.endLive}
        pressed={live !== null}
        onClick={() => (live === null ? setAsking(true) : void end())}
        testId="desktop-send-live"
      >
        <Radio size={16} aria-hidden="true" />
      </Tool>
      {asking && <BroadcastDialog id={id} name={shown} onClose={() => setAsking(false)} />}
    </>
  )
}

/** Asks which stream it is to be. */
function BroadcastDialog({ id, name, onClose }: { readonly id: string; readonly name: string; readonly onClose: () => void }) {
  const [stream, setStream] = useState('')
  const [audio, setAudio] = useState(true)
  const submit = async (): Promise<void> => {
    const made = await call('POST', `/desktop/displays/${id}/live`, {
      body: { audio, ...(stream.trim() === '' ? {} : { stream: stream.trim() }) },
    })
    if (made.stream !== null) notify(t.liveStarted(name, made.stream))
    onClose()
  }
  return (
    <Dialog title={t.sendLiveTitle(name)} onClose={onClose} testId="broadcast-dialog">
      <DialogForm onClose={onClose} onSubmit={submit} action={t.sendLive} testId="broadcast-submit">
        <p>{t.sendLiveText}</p>
        <div className="field">
          <label htmlFor="broadcast-stream">{t.liveStream}</label>
          <input
            id="broadcast-stream"
            className="input"
            value={stream}
            onChange={(event) => setStream(event.target.value)}
            maxLength={64}
            pattern="[a-z0-9][a-z0-9_\-]*"
            spellCheck={false}
            autoComplete="off"
            aria-describedby="broadcast-stream-help"
            data-testid="broadcast-stream"
          />
          <span className="hint" id="broadcast-stream-help">
            {t.liveStreamHelp}
          </span>
        </div>
        <div className="field">
          <label className="check">
            <input type="checkbox" checked={audio} onChange={({ target }) => setAudio(target.checked)} data-testid="broadcast-audio" />{' '}
            {t.liveAudio}
          </label>
        </div>
      </DialogForm>
    </Dialog>
  )
}
