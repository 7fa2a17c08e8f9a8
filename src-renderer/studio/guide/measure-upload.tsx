import { useState } from 'react'
import { call, explain } from '../../client/api.ts'
import { formatBitrate } from '../../client/format.ts'
import { FormError } from '../../components/form-error.tsx'
import { t } from './messages.ts'

/** Measures the upload to another host of the user, and hands it over as it would be typed, Mbit/s. */
export function MeasureUpload({ onMeasured }: { readonly onMeasured: (upload: string) => void }) {
  const [url, setUrl] = useState('')
  const [token, setToken] = useState('')
  const [state, setState] = useState<{ readonly busy: boolean; readonly problem: string; readonly result: string }>({
    busy: false,
    problem: '',
    result: '',
  })
  const measure = async (): Promise<void> => {
    setState({ busy: true, problem: '', result: '' })
    try {
      const { kbps } = await call('POST', '/studio/upload-speed', { body: { url: url.trim(), token: token.trim() } })
      setState({ busy: false, problem: '', result: t.measuredUpload(formatBitrate(kbps), new URL(url.trim()).host) })
      onMeasured((Math.floor(kbps / 100) / 10).toString())
    } catch (error) {
      setState({ busy: false, problem: explain(error), result: '' })
    }
  }
  return (
    <details className="guide-measure" data-testid="guide-measure">
      <summary>{t.measureUpload}</summary>
      <div className="guide-measure-fields">
        <p className="hint">{t.measureUploadHelp}</p>
        <div className="field">
          <label htmlFor="guide-measure-url">{t.otherHost}</label>
          <input
            id="guide-measure-url"
            className="input"
            type="url"
            maxLength={500}
            placeholder="https://"
            value={url}
            onChange={(event) => setUrl(event.currentTarget.value)}
            data-testid="guide-measure-url"
          />
        </div>
        <div className="field">
          <label htmlFor="guide-measure-token">{t.otherToken}</label>
          <input
            id="guide-measure-token"
            className="input"
            type="password"
            autoComplete="off"
            maxLength={500}
            value={token}
            aria-describedby="guide-measure-token-help"
            onChange={(event) => setToken(event.currentTarget.value)}
            data-testid="guide-measure-token"
          />
          <span className="hint" id="guide-measure-token-help">
            {t.otherTokenHelp}
          </span>
        </div>
        <FormError text={state.problem} />
        <div className="row">
          <button
            type="button"
            className="button"
            disabled={state.busy || url.trim() === '' || token.trim() === ''}
            onClick={() => void measure()}
            data-testid="guide-measure-start"
          >
            {state.busy ? t.measuringUpload : t.measure}
          </button>
          <span role="status" data-testid="guide-measured">
            {state.result}
          </span>
        </div>
      </div>
    </details>
  )
}
