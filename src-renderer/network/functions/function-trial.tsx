import { Play } from 'lucide-react'
import { useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { ApiError, call } from '../../client/api.ts'
import { notifyError } from '../../components/toasts.tsx'
import { type FileFault, type FunctionDraft, faultIn, filesOf, pairsOf } from './function-draft.ts'
import { t } from './messages.ts'

type Tried = Answer<'POST', '/network/functions/try'>

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE']

interface TrialProps {
  readonly draft: FunctionDraft
  /** Name under which it is deployed, whose secrets it gets; empty where it is not. */
  readonly deployed: string
  readonly onFaults: (faults: readonly FileFault[]) => void
}

/** Runs a draft once with a request, at this host. */
export function FunctionTrial({ draft, deployed, onFaults }: TrialProps) {
  const [method, setMethod] = useState('GET')
  const [url, setUrl] = useState('https://example.com/')
  const [headers, setHeaders] = useState('')
  const [body, setBody] = useState('')
  const [tried, setTried] = useState<Tried>()
  const [isBusy, setBusy] = useState(false)
  const hasBody = method === 'POST' || method === 'PUT'
  const run = async (): Promise<void> => {
    setBusy(true)
    try {
      const request = { method, url, headers: pairsOf(headers, ':'), ...(hasBody ? { body } : {}) }
      const secretsOf = deployed === '' ? {} : { secretsOf: deployed }
      const result = await call('POST', '/network/functions/try', { body: { ...filesOf(draft), ...secretsOf, request } })
      setTried(result.faults.length > 0 ? undefined : result)
      onFaults(result.faults)
    } catch (error) {
      const fault = error instanceof ApiError ? faultIn(error.message) : undefined
      if (fault === undefined) notifyError(error)
      else onFaults([fault])
    } finally {
      setBusy(false)
    }
  }
  return (
    <fieldset className="stack function-trial">
      <legend>{t.tryTitle}</legend>
      <p className="quiet small">{t.tryText}</p>
      <div className="row">
        <select className="input" aria-label={t.method} value={method} onChange={(event) => setMethod(event.target.value)}>
          {methods.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
        <input
          className="input mono"
          type="url"
          aria-label={t.url}
          value={url}
          onChange={(event) => setUrl(event.target.value)}
          data-testid="try-url"
        />
        <button type="button" className="button" onClick={() => void run()} disabled={isBusy} data-testid="try-function">
          <Play size={16} aria-hidden="true" /> {t.run}
        </button>
      </div>
      <label className="field">
        <span className="label">{t.headers}</span>
        <textarea className="input mono" rows={2} value={headers} onChange={(event) => setHeaders(event.target.value)} spellCheck={false} />
      </label>
      {hasBody && (
        <label className="field">
          <span className="label">{t.body}</span>
          <textarea className="input mono" rows={3} value={body} onChange={(event) => setBody(event.target.value)} spellCheck={false} />
        </label>
      )}
      {tried !== undefined && <Result tried={tried} />}
    </fieldset>
  )
}

function Result({ tried: { answer, fault, lines, ms } }: { readonly tried: Tried }) {
  return (
    <output className="stack" data-testid="tried">
      <strong>{answer === null ? t.noAnswer : t.answered(answer.status, ms)}</strong>
      {fault !== null && <span className="error">{fault}</span>}
      {answer !== null && (
        <pre className="mono function-output">
          {answer.headers.map(([name, value]) => `${name}: ${value}\n`).join('')}
          {'\n'}
          {answer.body}
        </pre>
      )}
      {lines.length > 0 && (
        <>
          <span className="quiet small">{t.lines}</span>
          <pre className="mono function-output">{lines.map(({ level, text }) => `${level} ${text}\n`).join('')}</pre>
        </>
      )}
    </output>
  )
}
