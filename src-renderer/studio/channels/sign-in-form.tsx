import { useEffect, useState } from 'react'
import type { Item } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { useNow } from '../../client/clock.ts'
import { CopyField } from '../../components/copy.tsx'
import { CloseAction } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { loadLater } from '../../components/load-later.tsx'
import { notifyError } from '../../components/toasts.tsx'
import type { ChannelServiceId } from './has-channel.ts'
import { t } from './messages.ts'

/** Loaded with the first sign-in. */
const QrCode = loadLater(async () => (await import('../../components/qr-code.tsx')).QrCode)

export type Account = Item<'/studio/channels'>

interface SignInFormProps {
  readonly account: Account
  /** Name of the service. */
  readonly name: string
  readonly onClose: () => void
  /** Reads the account again. */
  readonly onChange: () => void
}

/** How often the host is asked whether the code was entered, ms. */
const askEveryMs = 1000

/** Comes to an access token: by signing in with an application of the user, or by a token entered by hand. */
export function SignInForm({ account, name, onClose, onChange }: SignInFormProps) {
  const [way, setWay] = useState<'sign-in' | 'application' | 'token'>('sign-in')
  const props = { account, name, onClose, onChange }
  if (way === 'token') return <TokenForm {...props} onBack={() => setWay('sign-in')} />
  if (account.signIn?.state === 'waiting') return <WaitingForm {...props} signIn={account.signIn} />
  if (account.clientId === null || way === 'application')
    return <ApplicationForm {...props} onToken={() => setWay('token')} onDone={() => setWay('sign-in')} />
  return <StartForm {...props} onApplication={() => setWay('application')} onToken={() => setWay('token')} />
}

const startSignIn = async (service: ChannelServiceId, onChange: () => void): Promise<void> => {
  await call('POST', `/studio/channels/${service}/sign-in`)
  onChange()
}

/** Client ID and secret of the application: entered once for a host. */
function ApplicationForm({
  account: { service, clientId, hasClientSecret },
  name,
  onClose,
  onChange,
  onToken,
  onDone,
}: SignInFormProps & { readonly onToken: () => void; readonly onDone: () => void }) {
  const save = async (fields: FormData): Promise<void> => {
    const field = (key: string): string => String(fields.get(key) ?? '').trim()
    await call('PUT', `/studio/channels/${service}/application`, {
      body: { clientId: field('clientId'), clientSecret: field('clientSecret') },
    })
    await startSignIn(service, onChange)
    onDone()
  }
  return (
    <DialogForm
      onClose={onClose}
      onSubmit={save}
      action={t.signIn(name)}
      testId="channel-application"
      aside={<TokenButton onToken={onToken} />}
    >
      <p className="quiet">{t.applicationText(name)}</p>
      <ol className="channel-steps">
        {(t.applicationSteps[service] ?? []).map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <p>
        <a href={t.applicationPage[service]} target="_blank" rel="noreferrer">
          {t.openConsole(name)}
        </a>
      </p>
      <div className="field">
        <label htmlFor="channel-client-id">{t.clientId}</label>
        <input
          id="channel-client-id"
          name="clientId"
          className="input"
          autoComplete="off"
          spellCheck={false}
          required
          maxLength={200}
          // biome-ignore lint/a11y/noAutofocus: the dialog, open already, would give the focus to nothing
          autoFocus
          defaultValue={clientId ?? ''}
          data-testid="channel-client-id"
        />
      </div>
      {service === 'youtube' && (
        <div className="field">
          <label htmlFor="channel-client-secret">{t.clientSecret}</label>
          <input
            id="channel-client-secret"
            name="clientSecret"
            className="input"
            type="password"
            autoComplete="off"
            required
            maxLength={200}
            placeholder={hasClientSecret ? t.enterAgain : undefined}
            data-testid="channel-client-secret"
          />
        </div>
      )}
    </DialogForm>
  )
}

/** The application is known: what is left is to sign in. */
function StartForm({
  account: { service, signIn },
  name,
  onClose,
  onChange,
  onApplication,
  onToken,
}: SignInFormProps & { readonly onApplication: () => void; readonly onToken: () => void }) {
  const reason = signIn?.reason ?? undefined
  return (
    <DialogForm
      onClose={onClose}
      onSubmit={() => startSignIn(service, onChange)}
      action={reason === undefined ? t.signIn(name) : t.signInAgain}
      testId="channel-sign-in"
      aside={
        <>
          <button type="button" className="button quiet" onClick={onApplication} data-testid="channel-other-application">
            {t.changeApplication}
          </button>
          <TokenButton onToken={onToken} />
        </>
      }
    >
      {reason !== undefined && (
        <p className="output-error" role="alert" data-testid="channel-sign-in-failed">
          {t.failed[reason](name)}
          {signIn?.detail != null && <small translate="no">{` ${signIn.detail}`}</small>}
        </p>
      )}
      <p className="quiet">{t.signInText(name)}</p>
    </DialogForm>
  )
}

/** The code to enter at the service; the host asks there until it was. */
function WaitingForm({
  account: { service },
  signIn: { userCode, url, expiresAt },
  name,
  onClose,
  onChange,
}: SignInFormProps & { readonly signIn: NonNullable<Account['signIn']> }) {
  const now = useNow()
  useEffect(() => {
    const timer = setInterval(onChange, askEveryMs)
    return () => clearInterval(timer)
  }, [onChange])
  const minutes = Math.max(1, Math.ceil((Date.parse(expiresAt) - now) / 60_000))
  const cancel = (): void => {
    call('DELETE', `/studio/channels/${service}/sign-in`).then(onChange, notifyError)
  }
  return (
    <div className="stack">
      <p>{t.enterCode(name)}</p>
      <div className="channel-code">
        <div>
          <CopyField label={t.code} value={userCode} testId="channel-code" />
          <p>
            <a className="button" href={url} target="_blank" rel="noreferrer" data-testid="channel-code-page">
              {t.openPage(name)}
            </a>
          </p>
        </div>
        <figure>
          <QrCode text={url} label={t.qrCode(name)} />
          <figcaption className="hint">{t.orByPhone}</figcaption>
        </figure>
      </div>
      <p className="quiet" role="status" data-testid="channel-waiting">
        {t.waiting(minutes)}
      </p>
      <CloseAction onClose={onClose}>
        <button type="button" className="button quiet" onClick={cancel} data-testid="channel-cancel-sign-in">
          {t.cancelSignIn}
        </button>
      </CloseAction>
    </div>
  )
}

const TokenButton = ({ onToken }: { readonly onToken: () => void }) => (
  <button type="button" className="button quiet" onClick={onToken} data-testid="channel-use-token">
    {t.useToken}
  </button>
)

function TokenForm({ account: { service }, name, onClose, onChange, onBack }: SignInFormProps & { readonly onBack: () => void }) {
  const connect = async (fields: FormData): Promise<void> => {
    await call('PUT', `/studio/channels/${service}/token`, { body: { token: String(fields.get('token') ?? '').trim() } })
    onChange()
  }
  return (
    <DialogForm
      onClose={onClose}
      onSubmit={connect}
      action={t.connect}
      testId="channel-connect"
      aside={
        <button type="button" className="button quiet" onClick={onBack} data-testid="channel-use-sign-in">
          {t.useSignIn}
        </button>
      }
    >
      <p className="quiet">{t.tokenText(name)}</p>
      <div className="field">
        <label htmlFor="channel-token">{t.token}</label>
        <input
          id="channel-token"
          name="token"
          className="input"
          type="password"
          autoComplete="off"
          required
          maxLength={4000}
          // biome-ignore lint/a11y/noAutofocus: the form replaces another one, whose button had the focus
          autoFocus
          aria-describedby="channel-token-help"
          data-testid="channel-token"
        />
        <span className="hint" id="channel-token-help">
          {t.tokenHelp[service]}
        </span>
      </div>
    </DialogForm>
  )
}
