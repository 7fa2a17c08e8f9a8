import { useState } from 'react'
import type { Body } from '../../src-main/api/typed-api.ts'
import { call } from '../client/api.ts'
import type { AlertChannel } from '../client/types.ts'
import { Dialog } from '../components/dialog.tsx'
import { DialogForm } from '../components/dialog-form.tsx'
import { rules as t } from '../messages/page.ts'

type Kind = AlertChannel['kind']

/** A text field of the form by name. */
const textOf = (form: FormData, name: string): string => String(form.get(name) ?? '').trim()

type NewChannel = Body<'POST', '/live/alert-channels'>

function bodyOf(kind: Kind, form: FormData): NewChannel {
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
    security: textOf(form, 'security') as Extract<NewChannel, { kind: 'email' }>['security'],
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
    <Dialog title={t.newChannel} onClose={onClose} testId="channel-dialog">
      <DialogForm onClose={onClose} onSubmit={submit} action={t.createChannel} testId="channel-submit">
        <div className="field">
          <label htmlFor="channel-kind">{t.kind}</label>
          <select
            id="channel-kind"
            className="input"
            value={kind}
            onChange={(event) => setKind(event.target.value as Kind)}
            data-testid="channel-kind"
          >
            <option value="webhook">{t.webhook}</option>
            <option value="slack">{t.slackIncomingWebhook}</option>
            <option value="email">{t.eMail}</option>
          </select>
        </div>
        <Field name="label" label={t.label} maxLength={100} required />
        {kind === 'email' ? (
          <>
            <Field name="to" label={t.to} placeholder="ops@example.com" required />
            <Field name="from" label={t.from} type="email" placeholder="streams@example.com" required />
            <div className="two-fields">
              <Field name="host" label={t.smtpServer} placeholder="smtp.example.com" required />
              <Field name="port" label={t.port} type="number" min={1} max={65_535} defaultValue={587} required />
            </div>
            <div className="field">
              <label htmlFor="channel-security">{t.encryption}</label>
              <select id="channel-security" name="security" className="input" defaultValue="starttls" data-testid="channel-security">
                <option value="starttls">{t.starttlsUsualOn587}</option>
                <option value="tls">{t.tlsUsualOn465}</option>
                <option value="none">{t.noneOnlyOnANetwork}</option>
              </select>
            </div>
            <div className="two-fields">
              <Field name="user" label={t.user} autoComplete="off" />
              <Field name="password" label={t.password} type="password" autoComplete="new-password" />
            </div>
          </>
        ) : (
          <Field name="url" label={t.url} type="url" placeholder="https://" required />
        )}
      </DialogForm>
    </Dialog>
  )
}
