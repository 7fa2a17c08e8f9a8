import type { Answer, Body } from '../../../src-main/api/typed-api.ts'
import { TextField } from '../text-field.tsx'
import { t } from './messages.ts'

export type Means = Answer<'GET', '/network/machines/means'>
export type SetUp = Body<'POST', '/network/machines/set-up'>
export type Credentials = SetUp['credentials']

/** What is typed to reach a machine. */
export interface AccessDraft {
  readonly host: string
  readonly port: string
  readonly user: string
  readonly kind: Credentials['kind']
  readonly keyFile: string
  readonly privateKey: string
  readonly passphrase: string
  readonly password: string
  readonly sudoPassword: string
}

export function newAccess({ agent, keyFiles }: Means): AccessDraft {
  return {
    ...{ host: '', port: '22', user: 'root', keyFile: keyFiles[0] ?? '', privateKey: '', passphrase: '', password: '', sudoPassword: '' },
    kind: keyFiles.length > 0 ? 'keyFile' : agent ? 'agent' : 'password',
  }
}

/** What the host signs in with. */
export function accessOf(draft: AccessDraft): Omit<SetUp, 'hostKey'> {
  const { kind, keyFile, privateKey, password } = draft
  const passphrase = draft.passphrase === '' ? {} : { passphrase: draft.passphrase }
  const credentials: Credentials =
    kind === 'agent'
      ? { kind }
      : kind === 'password'
        ? { kind, password }
        : kind === 'key'
          ? { kind, privateKey, ...passphrase }
          : { kind, name: keyFile, ...passphrase }
  const sudo = draft.sudoPassword === '' ? {} : { sudoPassword: draft.sudoPassword }
  return { host: draft.host.trim(), port: Number(draft.port), user: draft.user.trim(), credentials, ...sudo }
}

/** Where the machine is and how to sign in there. */
export function AccessFields({
  means,
  draft,
  change,
}: {
  readonly means: Means
  readonly draft: AccessDraft
  readonly change: (changes: Partial<AccessDraft>) => void
}) {
  return (
    <>
      <div className="machine-place">
        <TextField
          id="machine-host"
          label={t.host}
          value={draft.host}
          onChange={(host) => change({ host })}
          placeholder="203.0.113.7"
          required
          autoFocus
        />
        <TextField id="machine-port" label={t.port} value={draft.port} onChange={(port) => change({ port })} type="number" required />
        <TextField id="machine-user" label={t.user} value={draft.user} onChange={(user) => change({ user })} required />
      </div>
      <SignInFields means={means} draft={draft} change={change} />
    </>
  )
}

/** How to sign in on a machine. */
export function SignInFields({
  means,
  draft,
  change,
}: {
  readonly means: Means
  readonly draft: AccessDraft
  readonly change: (changes: Partial<AccessDraft>) => void
}) {
  const { kind } = draft
  return (
    <>
      <div className="field">
        <label htmlFor="machine-kind">{t.signIn}</label>
        <select
          id="machine-kind"
          className="input"
          value={kind}
          onChange={(event) => change({ kind: event.target.value as Credentials['kind'] })}
          data-testid="machine-kind"
        >
          <option value="password">{t.byPassword}</option>
          <option value="key">{t.byKey}</option>
          {means.keyFiles.length > 0 && <option value="keyFile">{t.byKeyFile}</option>}
          {means.agent && <option value="agent">{t.byAgent}</option>}
        </select>
        <span className="hint">{t.neverStored}</span>
      </div>
      {kind === 'password' && (
        <TextField
          id="machine-password"
          label={t.password}
          value={draft.password}
          onChange={(password) => change({ password })}
          type="password"
        />
      )}
      {kind === 'keyFile' && (
        <div className="field">
          <label htmlFor="machine-key-file">{t.keyFile}</label>
          <select
            id="machine-key-file"
            className="input"
            value={draft.keyFile}
            onChange={(event) => change({ keyFile: event.target.value })}
          >
            {means.keyFiles.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
          <span className="hint">{t.keyFileHint}</span>
        </div>
      )}
      {kind === 'key' && (
        <div className="field">
          <label htmlFor="machine-key">{t.privateKey}</label>
          <textarea
            id="machine-key"
            className="input machine-key"
            rows={4}
            value={draft.privateKey}
            placeholder="-----BEGIN OPENSSH PRIVATE KEY-----"
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => change({ privateKey: event.target.value })}
            data-testid="machine-key"
          />
        </div>
      )}
      {(kind === 'key' || kind === 'keyFile') && (
        <TextField
          id="machine-passphrase"
          label={t.passphrase}
          value={draft.passphrase}
          onChange={(passphrase) => change({ passphrase })}
          type="password"
          hint={t.passphraseHint}
        />
      )}
      {draft.user.trim() !== 'root' && (
        <TextField
          id="machine-sudo"
          label={t.sudoPassword}
          value={draft.sudoPassword}
          onChange={(sudoPassword) => change({ sudoPassword })}
          type="password"
          hint={kind === 'password' ? t.sudoAsPassword : t.sudoHint}
        />
      )}
    </>
  )
}
