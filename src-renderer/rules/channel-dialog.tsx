import { useState } from 'react'
import { call } from '../client/api.ts'
import { Dialog } from '../components/dialog.tsx'
import { DialogForm } from '../components/dialog-form.tsx'

type Kind = 'webhook' | 'slack' | 'email'

/** A text field of the form by name. */
const textOf = (form: FormData, name: string): string => String(form.get(name) ?? '').trim()

function bodyOf(kind: Kind, form: FormData): object {
  const label = textOf(form, 'label')
  if (kind !== 'email') return { kind, label, url: textOf(form, 'url') }
  const user = textOf(form, 'user')
  return {
    kind,
    label,
    to: textOf(form, 'to').split(/[\s,;]+/),
    from: textOf(form, 'from'),
    host: textOf(form, 'host'),
    port: Number(textOf(form, 'port')),
    security: textOf(form, 'security'),
    ...(user === '' ? {} : { user, password: textOf(form, 'password') }),
  }
}

function Field({ name, label, ...rest }: { readonly name: string; readonly label: string } & React.ComponentProps<'input'>) {
  return (
    <div className="field">
      <label htmlFor={`channel-${name}`}>{label}</label>
      <input id={`channel-${name}`} name={name} className="input" data-testid={`channel-${name}`} {...rest} />
    </div>
  )
}

/** Makes a channel for alerts. */
export function ChannelDialog({ onClose, onMade }: { readonly onClose: () => void; readonly onMade: () => void }) {
  const [kind, setKind] = useState<Kind>('webhook')
  const submit = async (fields: FormData) => {
    await call('POST', '/live/alert-channels', { body: bodyOf(kind, fields) })
    onMade()
  }
  return (
    <Dialog title="New channel" onClose={onClose} testId="channel-dialog">
      <DialogForm onClose={onClose} onSubmit={submit} action="Create channel" testId="channel-submit">
        <div className="field">
          <label htmlFor="channel-kind">Kind</label>
          <select
            id="channel-kind"
            className="input"
            value={kind}
            onChange={(event) => setKind(event.target.value as Kind)}
            data-testid="channel-kind"
          >
            <option value="webhook">Webhook</option>
            <option value="slack">Slack (incoming webhook)</option>
            <option value="email">E-mail</option>
          </select>
        </div>
        <Field name="label" label="Label" maxLength={100} required />
        {kind === 'email' ? (
          <>
            <Field name="to" label="To" placeholder="ops@example.com" required />
            <Field name="from" label="From" type="email" placeholder="streams@example.com" required />
            <div className="two-fields">
              <Field name="host" label="SMTP server" placeholder="smtp.example.com" required />
              <Field name="port" label="Port" type="number" min={1} max={65_535} defaultValue={587} required />
            </div>
            <div className="field">
              <label htmlFor="channel-security">Encryption</label>
              <select id="channel-security" name="security" className="input" defaultValue="starttls" data-testid="channel-security">
                <option value="starttls">STARTTLS (usual on 587)</option>
                <option value="tls">TLS (usual on 465)</option>
                <option value="none">None: only on a network that you trust</option>
              </select>
            </div>
            <div className="two-fields">
              <Field name="user" label="User" autoComplete="off" />
              <Field name="password" label="Password" type="password" autoComplete="new-password" />
            </div>
          </>
        ) : (
          <Field name="url" label="URL" type="url" placeholder="https://" required />
        )}
      </DialogForm>
    </Dialog>
  )
}
