import { useEffect, useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { CloseAction, Dialog } from '../../components/dialog.tsx'
import { notifyError } from '../../components/toasts.tsx'
import { t } from './messages.ts'

type Drift = Answer<'GET', '/network/drift'>
type Log = Answer<'GET', '/network/log'>
type Level = keyof typeof t.levels

/** What differs at nodes from what it should be: asked when it is opened. */
export function DriftDialog({ onClose }: { readonly onClose: () => void }) {
  const [drift, setDrift] = useState<Drift>()
  useEffect(() => {
    call('GET', '/network/drift').then(setDrift, notifyError)
  }, [])
  return (
    <Dialog title={t.driftTitle} onClose={onClose} testId="drift-dialog">
      {drift === undefined ? (
        <p className="quiet">{t.loading}</p>
      ) : (
        <ul className="fleet-list" data-testid="drift">
          {drift.items.map(({ id, name, state, reason, differences }) => (
            <li key={id} data-state={state}>
              <strong translate="no">{name}</strong>
              {state === 'ok' ? (
                <span className="chip">{t.driftOk}</span>
              ) : (
                <span translate="no">{reason || differences.map(({ text }) => text).join('; ')}</span>
              )}
            </li>
          ))}
        </ul>
      )}
      <CloseAction onClose={onClose} />
    </Dialog>
  )
}

/** The last lines of the logs of all nodes. */
export function LogDialog({ onClose }: { readonly onClose: () => void }) {
  const [level, setLevel] = useState<Level>('info')
  const [log, setLog] = useState<Log>()
  useEffect(() => {
    call('GET', '/network/log', { query: { level, lines: 100 } }).then(setLog, notifyError)
  }, [level])
  return (
    <Dialog title={t.logTitle} onClose={onClose} testId="node-log-dialog">
      <div className="field">
        <label htmlFor="node-log-level">{t.level}</label>
        <select id="node-log-level" className="input" value={level} onChange={(event) => setLevel(event.target.value as Level)}>
          {Object.entries(t.levels).map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      </div>
      {log === undefined ? (
        <p className="quiet">{t.loading}</p>
      ) : (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard */}
          <pre className="fleet-lines" translate="no" tabIndex={0} role="log" aria-label={t.log} data-testid="node-log">
            {log.items.length === 0
              ? t.noLines
              : log.items
                  .map(({ at, name, level: of, part, message, fields }) => `${at} ${name} ${of} ${part}: ${message} ${fields}`)
                  .join('\n')}
          </pre>
          {log.missing.map(({ id, name, reason }) => (
            <p key={id} className="quiet small" translate="no">
              {t.missing(name, reason)}
            </p>
          ))}
        </>
      )}
      <CloseAction onClose={onClose} />
    </Dialog>
  )
}
