import { useState } from 'react'
import { call } from '../client/api.ts'
import { CopyField } from '../components/copy.tsx'
import { Dialog } from '../components/dialog.tsx'
import { DialogForm } from '../components/dialog-form.tsx'
import { ShownOnceDialog } from '../components/shown-once-dialog.tsx'
import { t } from './messages.ts'

/** Adds an OBS that this host cannot reach, and shows what to run beside it. */
export function ConnectorDialog({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('')
  const [token, setToken] = useState<string>()
  if (token !== undefined) return <ConnectorToken token={token} onClose={onClose} />
  const submit = async (): Promise<void> => {
    const answer = await call('POST', '/obs/connectors', { body: name.trim() === '' ? {} : { name: name.trim() } })
    setToken(answer.token)
  }
  return (
    <Dialog title={t.addByConnector} onClose={onClose} testId="obs-connector">
      <DialogForm onClose={onClose} onSubmit={submit} action={t.createToken} testId="obs-connector-submit">
        <p className="quiet small">{t.connectorHelp}</p>
        <div className="field">
          <label htmlFor="obs-connector-name">{t.name}</label>
          <input
            id="obs-connector-name"
            className="input"
            value={name}
            maxLength={100}
            onChange={(event) => setName(event.currentTarget.value)}
            data-testid="obs-connector-name"
          />
        </div>
      </DialogForm>
    </Dialog>
  )
}

/** What to run on the machine of OBS, with a token that is shown this once. */
export function ConnectorToken({ token, onClose }: { readonly token: string; readonly onClose: () => void }) {
  return (
    <ShownOnceDialog
      title={t.connectorToken}
      advice={t.connectorAdvice}
      onClose={onClose}
      testId="obs-connector-token"
      savedTestId="obs-token-saved"
    >
      <CopyField
        label={t.connectorCommand}
        value={`streams obs connect --to ${location.origin} --token ${token}`}
        testId="obs-connector-command"
      />
    </ShownOnceDialog>
  )
}
