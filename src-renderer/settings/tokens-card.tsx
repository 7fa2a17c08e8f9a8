import { Link2, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { call } from '../client/api.ts'
import { useCollection } from '../client/collection.ts'
import { tokens } from '../client/tokens.ts'
import type { Role, TokenInfo } from '../client/types.ts'
import { CardTable } from '../components/card-table.tsx'
import { CopyField } from '../components/copy.tsx'
import { confirm, Dialog } from '../components/dialog.tsx'
import { DialogForm } from '../components/dialog-form.tsx'
import { RowButton } from '../components/entity-table.tsx'
import { LinkCode } from '../components/link-code.tsx'
import { ShownOnceDialog } from '../components/shown-once-dialog.tsx'
import { Ago } from '../components/time.tsx'
import { notify, notifyError } from '../components/toasts.tsx'
import { locale } from '../messages/language.ts'
import { settings as t } from '../messages/page.ts'

/** API tokens and sign-in links. */
export function TokensCard() {
  const { loaded, items } = useCollection(tokens)
  const [making, setMaking] = useState<'token' | 'link' | null>(null)
  const [secret, setSecret] = useState<{
    readonly title: string
    readonly text: string
    readonly label: string
    readonly value: string
    /** A link, which a phone opens by its QR code. */
    readonly isLink?: boolean
  } | null>(null)

  const revoke = async (token: TokenInfo) => {
    if (!(await confirm(t.revokeQuestion(token.label), t.everyProgramThatUsesThis, t.revoke))) return
    try {
      await tokens.keep(call('DELETE', `/tokens/${token.id}`))
      notify(t.theTokenWasRevoked)
    } catch (error) {
      notifyError(error)
    }
  }
  const active = Object.values(items)
    .filter(({ revokedAt }) => revokedAt === null)
    .sort((one, two) => one.createdAt.localeCompare(two.createdAt))
  return (
    <CardTable
      title={t.apiTokens}
      buttons={
        <span className="row">
          <button type="button" className="button" onClick={() => setMaking('link')} data-testid="make-link">
            <Link2 size={16} /> {t.signInLink}
          </button>
          <button type="button" className="button" onClick={() => setMaking('token')} data-testid="new-token">
            <Plus size={16} /> {t.createToken}
          </button>
        </span>
      }
      items={loaded ? active : undefined}
      empty={t.noTokensYetAToken}
      columns={[
        { title: t.label, cell: ({ label }) => label },
        { title: t.role, cell: ({ role }) => t.roles[role] },
        { title: t.created, cell: ({ createdAt }) => <Ago iso={createdAt} /> },
        {
          title: t.expires,
          cell: ({ expiresAt }) => (expiresAt ? new Date(expiresAt).toLocaleDateString(locale) : <span className="quiet">{t.never}</span>),
        },
      ]}
      actions={(token) => (
        <RowButton
          icon={<Trash2 size={16} />}
          title={t.revoke}
          label={t.revokeNamed(token.label)}
          onClick={() => void revoke(token)}
          testId="token-revoke"
        />
      )}
      testId="tokens"
      rowTestId="token-row"
    >
      {making === 'token' && (
        <NewTokenDialog
          onClose={() => setMaking(null)}
          onMade={(value) => {
            setMaking(null)
            setSecret({ title: t.newToken, text: t.itIsShownOnlyNow, label: t.token, value })
          }}
        />
      )}
      {making === 'link' && (
        <NewLinkDialog
          onClose={() => setMaking(null)}
          onMade={(value) => {
            setMaking(null)
            setSecret({ title: t.signInLink, text: t.itWorksOnceInAny, label: t.link, value, isLink: true })
          }}
        />
      )}
      {secret && (
        <ShownOnceDialog
          title={secret.title}
          advice={secret.text}
          onClose={() => setSecret(null)}
          testId="token-secret-dialog"
          savedTestId="token-saved"
        >
          {secret.isLink ? (
            <LinkCode
              link={secret.value}
              label={secret.label}
              testId="token-secret"
              codeLabel={t.signInCode}
              codeHelp={t.signInCodeHelp}
              localHelp={t.signInLinkLocal}
              localTestId="sign-in-link-local"
            />
          ) : (
            <CopyField label={secret.label} value={secret.value} testId="token-secret" />
          )}
        </ShownOnceDialog>
      )}
    </CardTable>
  )
}

const roles = (): readonly (readonly [Role, string])[] => [
  ['viewer', t.viewerSeesEverythingChangesNothing],
  ['editor', t.editorKeysAndStreams],
  ['admin', t.adminSettingsAndTokensToo],
]

interface RoleFieldProps {
  readonly role: Role
  readonly onRole: (role: Role) => void
  readonly testId: string
}

function RoleField({ role, onRole, testId }: RoleFieldProps) {
  return (
    <div className="field">
      <label htmlFor={testId}>{t.role}</label>
      <select id={testId} className="input" value={role} onChange={(event) => onRole(event.target.value as Role)} data-testid={testId}>
        {roles().map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  )
}

interface DialogProps {
  readonly onClose: () => void
  /** Its secret, or its URL. */
  readonly onMade: (value: string) => void
}

function NewLinkDialog({ onClose, onMade }: DialogProps) {
  const [role, setRole] = useState<Role>('admin')
  const submit = async () => onMade((await call('POST', '/tokens/link', { body: { role } })).url)
  return (
    <Dialog title={t.newSignInLink} onClose={onClose} testId="new-link-dialog">
      <DialogForm onClose={onClose} onSubmit={submit} action={t.createLink} testId="link-submit">
        <RoleField role={role} onRole={setRole} testId="link-role" />
      </DialogForm>
    </Dialog>
  )
}

function NewTokenDialog({ onClose, onMade }: DialogProps) {
  const [label, setLabel] = useState('')
  const [role, setRole] = useState<Role>('viewer')
  const submit = async () => {
    const created = call('POST', '/tokens', { body: { label: label.trim(), role } })
    await tokens.keep(created.then(({ token }) => token))
    onMade((await created).secret)
  }
  return (
    <Dialog title={t.newApiToken} onClose={onClose} testId="new-token-dialog">
      <DialogForm onClose={onClose} onSubmit={submit} action={t.createToken} testId="token-submit" disabled={label.trim() === ''}>
        <div className="field">
          <label htmlFor="token-label">{t.label}</label>
          <input
            id="token-label"
            className="input"
            value={label}
            onChange={(event) => setLabel(event.target.value)}
            placeholder={t.dashboard}
            maxLength={100}
            required
            autoFocus
            data-testid="token-label"
          />
        </div>
        <RoleField role={role} onRole={setRole} testId="token-role" />
      </DialogForm>
    </Dialog>
  )
}
