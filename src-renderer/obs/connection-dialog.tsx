import { useState } from 'react'
import { call } from '../client/api.ts'
import { Dialog } from '../components/dialog.tsx'
import { DialogForm } from '../components/dialog-form.tsx'
import { notify } from '../components/toasts.tsx'
import { t } from './messages.ts'
import { instances, type ObsInstance } from './obs-stores.ts'

/** Where an OBS listens when nobody changed it. */
const defaultPort = 4455

interface ConnectionDialogProps {
  /** The one to change; a new one where absent. */
  readonly instance?: ObsInstance
  /** Where a new one is. */
  readonly at?: { readonly host: string; readonly port: number }
  readonly onClose: () => void
}

/** Adds an OBS by host and port, or changes how it is connected to. */
export function ConnectionDialog({ instance, at, onClose }: ConnectionDialogProps) {
  /** Its connector connects to us: it has no host and port. */
  const byConnector = instance != null && instance.connector !== null
  const [name, setName] = useState(instance?.name ?? '')
  const [host, setHost] = useState(instance?.host ?? at?.host ?? '127.0.0.1')
  const [port, setPort] = useState(String(instance?.port ?? at?.port ?? defaultPort))
  const [password, setPassword] = useState('')
  const submit = async (): Promise<void> => {
    const place = byConnector ? {} : { host: host.trim(), port: Number(port) }
    const body = {
      ...place,
      ...(name.trim() === '' ? {} : { name: name.trim() }),
      ...(password === '' ? {} : { password }),
    }
    if (instance === undefined) {
      const added = await instances.keep(call('POST', '/obs', { body }))
      notify(t.added(added.name))
    } else {
      await instances.keep(call('PATCH', `/obs/${instance.id}`, { body }))
      notify(t.changed)
    }
    onClose()
  }
  return (
    <Dialog title={instance === undefined ? t.addTitle : t.editTitle(instance.name)} onClose={onClose} testId="obs-dialog">
      <DialogForm onClose={onClose} onSubmit={submit} action={instance === undefined ? t.add : t.save} testId="obs-submit">
        {instance === undefined && <p className="quiet small">{t.howTo}</p>}
        {!byConnector && (
          <>
            <div className="obs-server">
              <div className="field">
                <label htmlFor="obs-host">{t.host}</label>
                <input
                  id="obs-host"
                  className="input"
                  value={host}
                  onChange={(event) => setHost(event.target.value)}
                  spellCheck={false}
                  autoComplete="off"
                  required
                  maxLength={253}
                  data-testid="obs-host"
                />
              </div>
              <div className="field">
                <label htmlFor="obs-port">{t.port}</label>
                <input
                  id="obs-port"
                  className="input"
                  type="number"
                  min={1}
                  max={65535}
                  value={port}
                  onChange={(event) => setPort(event.target.value)}
                  required
                  data-testid="obs-port"
                />
              </div>
            </div>
            <span className="hint">{t.hostHelp}</span>
          </>
        )}
        <div className="field">
          <label htmlFor="obs-password">{t.password}</label>
          <input
            id="obs-password"
            className="input"
            type="password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            autoComplete="new-password"
            maxLength={500}
            aria-describedby="obs-password-help"
            data-testid="obs-password"
          />
          <span className="hint" id="obs-password-help">
            {instance === undefined || instance.password === 'none' ? t.passwordHelp : t.passwordKept}
          </span>
        </div>
        <div className="field">
          <label htmlFor="obs-name">{t.name}</label>
          <input
            id="obs-name"
            className="input"
            value={name}
            onChange={(event) => setName(event.target.value)}
            maxLength={100}
            aria-describedby="obs-name-help"
            data-testid="obs-name"
          />
          <span className="hint" id="obs-name-help">
            {t.nameHelp}
          </span>
        </div>
      </DialogForm>
    </Dialog>
  )
}
