import { useState } from 'react'
import { call } from '../client/api.ts'
import { Resource, useResource } from '../client/resource.ts'
import { Dialog } from '../components/dialog.tsx'
import { t } from './messages.ts'
import { send } from './panel.tsx'

/** The search for OBS in a network: one at a time for everybody. */
const scan = new Resource({ path: () => '/obs/scan' as const, updated: ['obs.scan'] })

const usualPort = 4455

interface ScanDialogProps {
  /** Host and port of what is to be added. */
  readonly onAdd: (host: string, port: number) => void
  readonly onClose: () => void
}

/** Looks for OBS in a network, because somebody asked for it. */
export function ScanDialog({ onAdd, onClose }: ScanDialogProps) {
  const status = useResource(scan)
  const [typed, setTyped] = useState<string>()
  const [port, setPort] = useState(String(usualPort))
  const network = typed ?? status?.networks[0] ?? ''
  const running = status?.state === 'running'
  return (
    <Dialog title={t.scanTitle} onClose={onClose} testId="obs-scan">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          send(scan.keep('only', call('POST', '/obs/scan', { body: { network: network.trim(), port: Number(port) } })))
        }}
      >
        <p className="quiet small">{t.scanHelp}</p>
        <div className="obs-server">
          <div className="field">
            <label htmlFor="obs-scan-network">{t.scanNetwork}</label>
            <input
              id="obs-scan-network"
              className="input"
              value={network}
              list="obs-scan-networks"
              spellCheck={false}
              required
              maxLength={18}
              onChange={(event) => setTyped(event.currentTarget.value)}
              data-testid="obs-scan-network"
            />
            <datalist id="obs-scan-networks">
              {status?.networks.map((each) => (
                <option key={each} value={each} />
              ))}
            </datalist>
          </div>
          <div className="field">
            <label htmlFor="obs-scan-port">{t.port}</label>
            <input
              id="obs-scan-port"
              className="input"
              type="number"
              min={1}
              max={65535}
              required
              value={port}
              onChange={(event) => setPort(event.currentTarget.value)}
              data-testid="obs-scan-port"
            />
          </div>
        </div>
        {status !== undefined && status.state !== 'idle' && (
          <div role="status" data-testid="obs-scan-status" data-state={status.state}>
            <progress value={status.done} max={Math.max(status.total, 1)} aria-label={t.scanTitle} />
            <p className="quiet small">{t.scanDone(status.done, status.total, status.found.length)}</p>
          </div>
        )}
        <ul className="obs-found">
          {status?.found.map(({ host, port: at, webSocket }) => (
            <li key={host} data-testid="obs-scanned">
              <div>
                <span>{`${host}:${at}`}</span>
                <p className="quiet small">{t.scanned(webSocket)}</p>
              </div>
              <button type="button" className="button" onClick={() => onAdd(host, at)} aria-label={t.addNamed(host)}>
                {t.add}
              </button>
            </li>
          ))}
        </ul>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose} data-testid="obs-scan-close">
            {t.close}
          </button>
          {running ? (
            <button
              type="button"
              className="button primary"
              onClick={() => send(call('DELETE', '/obs/scan'))}
              data-testid="obs-scan-cancel"
            >
              {t.scanCancel}
            </button>
          ) : (
            <button type="submit" className="button primary" data-testid="obs-scan-start">
              {t.scanStart}
            </button>
          )}
        </div>
      </form>
    </Dialog>
  )
}
