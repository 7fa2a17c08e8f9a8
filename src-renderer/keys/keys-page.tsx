import { KeyRound, Plus, RotateCcw, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useLocation, useSearch } from 'wouter'
import { call } from '../client/api.ts'
import { keepKey } from '../client/follow-host.ts'
import { useClient } from '../client/store.ts'
import type { StreamKey, StreamKeyCreated } from '../client/types.ts'
import { confirm } from '../components/dialog.tsx'
import { useMayEdit, useTitle } from '../components/page.ts'
import { Ago } from '../components/time.tsx'
import { notify, notifyError } from '../components/toasts.tsx'
import { keys as t } from '../messages/page.ts'
import { limitsInWords } from './key-limit-fields.tsx'
import { KeyLimitsDialog } from './key-limits-dialog.tsx'
import { MakeKeyDialog } from './make-key-dialog.tsx'
import { SecretDialog } from './secret-dialog.tsx'
import './keys.css'

type Change = Partial<Pick<StreamKey, 'label' | 'enabled' | 'onSecondPublisher'>>

async function change(key: StreamKey, what: Change, said: string): Promise<void> {
  const before: Change = Object.fromEntries(Object.keys(what).map((field) => [field, key[field as keyof Change]]))
  try {
    await keepKey(call('PATCH', `/live/keys/${key.id}`, { body: what }))
    notify(said, () => {
      keepKey(call('PATCH', `/live/keys/${key.id}`, { body: before })).catch(notifyError)
    })
  } catch (error) {
    notifyError(error)
  }
}

function KeyRow({
  streamKey: key,
  editor,
  onSecret,
  onLimits,
}: {
  readonly streamKey: StreamKey
  readonly editor: boolean
  readonly onSecret: (created: StreamKeyCreated) => void
  readonly onLimits: () => void
}) {
  const rotate = async () => {
    if (!(await confirm(t.rotateTheKeyOfQuestion(key.stream), t.theOldKeyStopsWorking, t.rotate))) return
    try {
      const created = call('POST', `/live/keys/${key.id}/rotate`)
      await keepKey(created.then((answer) => answer.key))
      onSecret(await created)
    } catch (error) {
      notifyError(error)
    }
  }
  const revoke = async () => {
    if (!(await confirm(t.revokeTheKeyOfQuestion(key.stream), t.itCanNeverBeUsed, t.revoke))) return
    try {
      await keepKey(call('DELETE', `/live/keys/${key.id}`))
      notify(t.theKeyWasRevoked)
    } catch (error) {
      notifyError(error)
    }
  }
  const revoked = key.revokedAt !== null
  return (
    <tr className={revoked ? 'revoked' : ''} data-testid="key-row" data-stream={key.stream}>
      <td data-label={t.stream}>
        <b>{key.stream}</b>
        {key.role === 'backup' && <div className="small quiet">{t.forTheBackup}</div>}
      </td>
      <td data-label={t.label}>
        {editor && !revoked ? (
          <input
            key={key.label}
            className="inline-edit"
            defaultValue={key.label}
            placeholder={t.addALabel}
            aria-label={t.labelOfTheKeyOf(key.stream)}
            data-testid="key-label"
            onKeyDown={(event) => {
              if (event.key === 'Enter') event.currentTarget.blur()
              if (event.key === 'Escape') event.currentTarget.value = key.label
            }}
            onBlur={(event) => {
              const label = event.currentTarget.value.trim()
              if (label !== key.label) void change(key, { label }, t.theLabelWasChanged)
            }}
          />
        ) : (
          key.label || <span className="quiet">–</span>
        )}
      </td>
      <td data-label={t.key}>
        <code>{key.hint}…</code>
      </td>
      <td data-label={t.secondPublisher}>
        {editor && !revoked ? (
          <select
            className="inline-edit"
            value={key.onSecondPublisher}
            aria-label={t.whenASecondPublisherComes(key.stream)}
            data-testid="key-second"
            onChange={(event) => void change(key, { onSecondPublisher: event.target.value as StreamKey['onSecondPublisher'] }, t.ruleSaved)}
          >
            <option value="refuse">{t.isRejected}</option>
            <option value="takeover">{t.takesOver}</option>
            <option value="backup">{t.isTheBackup}</option>
          </select>
        ) : (
          { refuse: t.isRejected, takeover: t.takesOver, backup: t.isTheBackup }[key.onSecondPublisher]
        )}
      </td>
      <td data-label={t.limits}>
        {editor && !revoked ? (
          <button
            type="button"
            className="button quiet limits-button"
            onClick={onLimits}
            aria-label={`${t.rulesAndLimitsOfThe(key.stream)}: ${limitsInWords(key)}`}
            data-testid="key-limits"
          >
            {limitsInWords(key)}
          </button>
        ) : (
          limitsInWords(key)
        )}
      </td>
      <td data-label={t.lastUsed}>
        <Ago iso={key.lastUsedAt} />
      </td>
      <td data-label={t.enabled}>
        {revoked ? (
          <span className="chip plain">{t.revoked}</span>
        ) : (
          <button
            type="button"
            className="switch"
            role="switch"
            aria-checked={key.enabled}
            aria-label={t.theKeyOfIsEnabled(key.stream)}
            disabled={!editor}
            data-testid="key-enabled"
            onClick={() => void change(key, { enabled: !key.enabled }, key.enabled ? t.theKeyIsDisabled : t.theKeyIsEnabled)}
          />
        )}
      </td>
      <td className="end">
        {editor && !revoked && (
          <span className="row key-actions">
            <button
              type="button"
              className="button quiet icon"
              aria-label={t.rotateTheKeyOf(key.stream)}
              title={t.rotate}
              onClick={() => void rotate()}
              data-testid="key-rotate"
            >
              <RotateCcw size={16} />
            </button>
            <button
              type="button"
              className="button quiet icon"
              aria-label={t.revokeTheKeyOf(key.stream)}
              title={t.revoke}
              onClick={() => void revoke()}
              data-testid="key-revoke"
            >
              <Trash2 size={16} />
            </button>
          </span>
        )}
      </td>
    </tr>
  )
}

export function KeysPage() {
  useTitle(t.keys)
  const keys = useClient((state) => state.keys)
  const phase = useClient((state) => state.phase)
  const editor = useMayEdit()
  const [, navigate] = useLocation()
  const making = new URLSearchParams(useSearch()).has('new') && editor
  const [limiting, setLimiting] = useState<string | null>(null)
  const limited = limiting === null ? undefined : keys[limiting]
  const [created, setCreated] = useState<StreamKeyCreated | null>(null)
  const list = Object.values(keys).sort(
    (a, b) => Number(a.revokedAt !== null) - Number(b.revokedAt !== null) || b.createdAt.localeCompare(a.createdAt),
  )
  const create = editor && (
    <button type="button" className="button primary" onClick={() => navigate('/keys?new')} data-testid="new-key">
      <Plus size={16} /> {t.createKey}
    </button>
  )
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{t.keys}</h1>
          <p>{t.aStreamKeyLetsOne}</p>
        </div>
        {list.length > 0 && create}
      </header>
      {phase === 'loading' ? (
        <div className="skeleton stream-skeleton" aria-hidden="true" />
      ) : list.length === 0 ? (
        <div className="card empty" data-testid="keys-empty">
          <KeyRound size={32} />
          <h2>{editor ? t.noKeysYet : t.keysAreForEditors}</h2>
          <p>{editor ? t.createOnePasteItInto : t.yourRoleMayWatchThe}</p>
          {create}
        </div>
      ) : (
        <div className="card table-wrap">
          <table className="keys" data-testid="keys">
            <thead>
              <tr>
                <th>{t.stream}</th>
                <th>{t.label}</th>
                <th>{t.key}</th>
                <th>{t.aSecondPublisher}</th>
                <th>{t.limits}</th>
                <th>{t.lastUsed}</th>
                <th>{t.enabled}</th>
                <th>
                  <span className="sr-only">{t.actions}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {list.map((key) => (
                <KeyRow key={key.id} streamKey={key} editor={editor} onSecret={setCreated} onLimits={() => setLimiting(key.id)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {making && (
        <MakeKeyDialog
          onClose={() => navigate('/keys', { replace: true })}
          onMade={(made) => {
            navigate('/keys', { replace: true })
            setCreated(made)
          }}
        />
      )}
      {limited && <KeyLimitsDialog streamKey={limited} onClose={() => setLimiting(null)} />}
      {created && <SecretDialog created={created} onClose={() => setCreated(null)} />}
    </>
  )
}
