import { Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { call } from '../client/api.ts'
import { useCollection } from '../client/collection.ts'
import type { PlaybackKey } from '../client/types.ts'
import { CardTable } from '../components/card-table.tsx'
import { CopyField } from '../components/copy.tsx'
import { confirm, Dialog } from '../components/dialog.tsx'
import { DialogForm } from '../components/dialog-form.tsx'
import { RowButton } from '../components/entity-table.tsx'
import { ShownOnceDialog } from '../components/shown-once-dialog.tsx'
import { Ago } from '../components/time.tsx'
import { notify, notifyError } from '../components/toasts.tsx'
import { rules as t } from '../messages/page.ts'
import { playbackKeys } from './rule-stores.ts'

/** Keys that signed URLs and tokens are checked by. */
export function PlaybackKeysCard({ admin }: { readonly admin: boolean }) {
  const { loaded, items } = useCollection(playbackKeys)
  const [making, setMaking] = useState(false)
  const [secret, setSecret] = useState<string | null>(null)
  const remove = async (key: PlaybackKey) => {
    if (!(await confirm(t.revokeQuestion(key.label), t.everyUrlAndTokenThat, t.revoke))) return
    try {
      await call('DELETE', `/live/playback-keys/${key.id}`)
      notify(t.thePlaybackKeyWasRevoked)
    } catch (error) {
      notifyError(error)
    }
  }
  return (
    <CardTable
      title={t.playbackKeys}
      buttons={
        admin && (
          <button type="button" className="button" onClick={() => setMaking(true)} data-testid="new-playback-key">
            <Plus size={16} /> {t.createKey}
          </button>
        )
      }
      items={loaded ? Object.values(items) : undefined}
      empty={t.noPlaybackKeysYetWith}
      columns={[
        { title: t.label, cell: ({ label }) => label },
        { title: t.id, cell: ({ id }) => <code>{id}</code> },
        { title: t.kind, cell: ({ kind }) => (kind === 'secret' ? t.sharedSecret : t.publicKey) },
        { title: t.created, cell: ({ createdAt }) => <Ago iso={createdAt} /> },
      ]}
      actions={(key) =>
        admin && (
          <RowButton icon={<Trash2 size={16} />} title={t.revoke} label={t.revokeNamed(key.label)} onClick={() => void remove(key)} />
        )
      }
      testId="playback-keys"
      rowTestId="playback-key-row"
    >
      {making && (
        <NewPlaybackKeyDialog
          onClose={() => setMaking(false)}
          onMade={(value) => {
            setMaking(false)
            setSecret(value)
          }}
        />
      )}
      {secret && (
        <ShownOnceDialog
          title={t.newPlaybackKey}
          advice={t.itIsShownOnlyNowYour}
          onClose={() => setSecret(null)}
          testId="playback-key-dialog"
        >
          <CopyField label={t.secret} value={secret} testId="playback-key-secret" />
        </ShownOnceDialog>
      )}
    </CardTable>
  )
}

function NewPlaybackKeyDialog({ onClose, onMade }: { readonly onClose: () => void; readonly onMade: (secret: string | null) => void }) {
  const [label, setLabel] = useState('')
  const [kind, setKind] = useState<'secret' | 'public'>('secret')
  const [publicKey, setPublicKey] = useState('')
  const submit = async () => {
    const body = { label: label.trim(), ...(kind === 'public' ? { publicKey: publicKey.trim() } : {}) }
    onMade((await call('POST', '/live/playback-keys', { body })).secret)
  }
  return (
    <Dialog title={t.newPlaybackKey} onClose={onClose} testId="new-playback-key-dialog">
      <DialogForm onClose={onClose} onSubmit={submit} action={t.createKey} testId="playback-key-submit" disabled={label.trim() === ''}>
        <div className="field">
          <label htmlFor="playback-key-label">{t.label}</label>
          <input
            id="playback-key-label"
            className="input"
            value={label}
            maxLength={100}
            placeholder={t.ourSite}
            required
            autoFocus
            onChange={(event) => setLabel(event.target.value)}
            data-testid="playback-key-label"
          />
        </div>
        <div className="field">
          <label htmlFor="playback-key-kind">{t.kind}</label>
          <select
            id="playback-key-kind"
            className="input"
            value={kind}
            onChange={(event) => setKind(event.target.value as 'secret' | 'public')}
          >
            <option value="secret">{t.sharedSecretCreatedHereSigns}</option>
            <option value="public">{t.publicKeyChecksTokensThat}</option>
          </select>
        </div>
        {kind === 'public' && (
          <div className="field">
            <label htmlFor="playback-key-pem">{t.publicKeyPem}</label>
            <textarea
              id="playback-key-pem"
              className="input lines"
              rows={5}
              required
              spellCheck={false}
              placeholder="-----BEGIN PUBLIC KEY-----"
              value={publicKey}
              onChange={(event) => setPublicKey(event.target.value)}
            />
          </div>
        )}
      </DialogForm>
    </Dialog>
  )
}
