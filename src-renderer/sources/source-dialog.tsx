import { useState } from 'react'
import { call } from '../client/api.ts'
import type { Source } from '../client/types.ts'
import { Dialog } from '../components/dialog.tsx'
import { DialogForm } from '../components/dialog-form.tsx'
import { nameProblem } from '../keys/stream-name.ts'
import { sources as t } from '../messages/page.ts'

interface Props {
  readonly source: Source | undefined
  readonly onClose: () => void
  readonly onKept: () => void
}

/** Makes or changes a source. The URL of a known one is typed again only if it changes: it may contain a password. */
export function SourceDialog({ source, onClose, onKept }: Props) {
  const [stream, setStream] = useState(source?.stream ?? '')
  const [url, setUrl] = useState('')
  const [when, setWhen] = useState<Source['when']>(source?.when ?? 'always')
  const problem = nameProblem(stream)
  const bad = stream === '' || problem !== undefined || (!source && url.trim() === '')
  const submit = async () => {
    const address = url.trim() === '' ? {} : { url: url.trim() }
    if (source) await call('PATCH', `/live/sources/${source.id}`, { body: { ...address, when } })
    else await call('POST', '/live/sources', { body: { stream, url: url.trim(), when } })
    onKept()
  }
  return (
    <Dialog title={source ? t.sourceOf(source.stream) : t.newSource} onClose={onClose} testId="source-dialog">
      <DialogForm onClose={onClose} onSubmit={submit} action={source ? t.save : t.createSource} testId="source-submit" disabled={bad}>
        <div className="field">
          <label htmlFor="source-url">{t.url}</label>
          <input
            id="source-url"
            className="input"
            value={url}
            placeholder={source ? source.url : 'rtsp://camera.local/stream1'}
            required={!source}
            autoFocus
            spellCheck={false}
            onChange={(event) => setUrl(event.target.value)}
            aria-describedby="source-url-hint"
            data-testid="source-url"
          />
          <span id="source-url-hint" className="hint">
            {source ? t.leaveItEmptyToKeep : t.whatAUrlMayBe}
          </span>
        </div>
        <div className="field">
          <label htmlFor="source-stream">{t.stream}</label>
          <input
            id="source-stream"
            className="input"
            value={stream}
            disabled={source !== undefined}
            placeholder={t.lobbyCamera}
            required
            maxLength={64}
            aria-invalid={problem !== undefined}
            onChange={(event) => setStream(event.target.value)}
            data-testid="source-stream"
          />
          {problem && <span className="hint bad">{problem}</span>}
        </div>
        <div className="field">
          <label htmlFor="source-when">{t.fetched}</label>
          <select
            id="source-when"
            className="input"
            value={when}
            onChange={(event) => setWhen(event.target.value as Source['when'])}
            data-testid="source-when"
          >
            <option value="always">{t.always}</option>
            <option value="on-demand">{t.onDemandWhileSomebodyWatches}</option>
          </select>
        </div>
      </DialogForm>
    </Dialog>
  )
}
