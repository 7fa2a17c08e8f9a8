import { Trash2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import type { Answer } from '../../src-main/api/typed-api.ts'
import { call } from '../client/api.ts'
import { sentencesOf } from '../client/host-error.ts'
import { only, Resource, useResource } from '../client/resource.ts'
import { CopyField } from '../components/copy.tsx'
import { confirm } from '../components/dialog.tsx'
import { EntityTable, RowButton } from '../components/entity-table.tsx'
import { Ago } from '../components/time.tsx'
import { notifyError } from '../components/toasts.tsx'
import { settings as t } from '../messages/page.ts'

type Server = Answer<'GET', '/studio/obs-protocol'>
type Client = Answer<'GET', '/studio/obs-protocol/clients'>['items'][number]
type Right = Client['right']
type Asking = Server['pairingRequests'][number]

const topic = 'studio.obs-protocol'
const server = new Resource({ path: () => '/studio/obs-protocol', updated: [topic] })
const clients = new Resource({ path: () => '/studio/obs-protocol/clients', isStale: (event) => event.topic === topic })

const change = (changes: Partial<Pick<Server, 'enabled' | 'port' | 'listen'>>): void => {
  server.keep(only, call('PATCH', '/studio/obs-protocol', { body: changes })).catch(notifyError)
}
const pair = (open: boolean): void => {
  server.keep(only, call('POST', '/studio/obs-protocol/pairing', { body: { open } })).catch(notifyError)
}

/** The server that programs made for OBS Studio connect to, their passwords, and who asks to be paired. For admins. */
export function ObsProgramsCard() {
  const now = useResource(server)
  const kept = useResource(clients)
  const [password, setPassword] = useState<string>()
  return (
    <section className="card" aria-label={t.obsPrograms}>
      <header>
        <h2>{t.obsPrograms}</h2>
      </header>
      <div className="card-body stack">
        <p className="hint">{t.obsProgramsLead}</p>
        {now === undefined ? <div className="skeleton settings-skeleton" /> : <ServerForm key={now.port} now={now} />}
        {now?.pairingRequests.map((asking) => (
          <PairingRequest key={asking.id} asking={asking} onPaired={setPassword} />
        ))}
        {password !== undefined && (
          <div className="stack" role="status" data-testid="obs-program-password">
            <p>{t.obsPasswordOnce}</p>
            <CopyField label={t.obsPassword} value={password} testId="obs-program-password-text" />
            <button type="button" className="button" onClick={() => setPassword(undefined)}>
              {t.obsPasswordSaved}
            </button>
          </div>
        )}
        <NewProgram onMade={setPassword} />
      </div>
      {kept !== undefined && kept.items.length > 0 && <Programs items={kept.items} />}
    </section>
  )
}

function ServerForm({ now }: { readonly now: Server }) {
  const [port, setPort] = useState(String(now.port))
  const wanted = Number(port)
  const isBad = !Number.isInteger(wanted) || wanted < 0 || wanted > 65_535 || port.trim() === ''
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    change({ port: wanted })
  }
  return (
    <>
      <label className="check">
        <input
          type="checkbox"
          checked={now.enabled}
          onChange={() => change({ enabled: !now.enabled })}
          data-testid="obs-programs-enabled"
        />
        {t.obsProgramsEnabled}
      </label>
      <form className="row" onSubmit={submit}>
        <div className="field">
          <label htmlFor="obs-programs-port">{t.obsProgramsPort}</label>
          <input
            id="obs-programs-port"
            className="input number"
            inputMode="numeric"
            value={port}
            aria-invalid={isBad}
            onChange={(event) => setPort(event.target.value)}
            data-testid="obs-programs-port"
          />
        </div>
        <button type="submit" className="button" disabled={isBad || wanted === now.port} data-testid="obs-programs-save">
          {t.save}
        </button>
        <div className="field">
          <label htmlFor="obs-programs-listen">{t.obsProgramsFrom}</label>
          <select
            id="obs-programs-listen"
            className="input"
            value={now.listen}
            onChange={(event) => change({ listen: event.target.value as Server['listen'] })}
            data-testid="obs-programs-listen"
          >
            <option value="loopback">{t.obsProgramsLoopback}</option>
            <option value="network">{t.obsProgramsNetwork}</option>
          </select>
        </div>
      </form>
      {now.error !== null && <p className="hint bad">{sentencesOf(now.error)}</p>}
      {now.state === 'listening' && (
        <div className="row">
          <p className="quiet" data-testid="obs-programs-state">
            {t.obsProgramsListening(now.openPort ?? now.port, now.connections)}
          </p>
          <button type="button" className="button" onClick={() => pair(now.pairingUntil === null)} data-testid="obs-programs-pair">
            {now.pairingUntil === null ? t.obsPairingOpen : t.obsPairingClose}
          </button>
        </div>
      )}
      {now.pairingUntil !== null && <p className="hint">{t.obsPairingHint}</p>}
    </>
  )
}

const rights: readonly Right[] = ['view', 'control', 'edit']

function RightChoice({
  value,
  onChange,
  label,
}: {
  readonly value: Right
  readonly onChange: (right: Right) => void
  readonly label: string
}) {
  return (
    <select
      className="input"
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value as Right)}
      data-testid="obs-program-right"
    >
      {rights.map((right) => (
        <option key={right} value={right}>
          {t.obsRights[right]}
        </option>
      ))}
    </select>
  )
}

function PairingRequest({ asking, onPaired }: { readonly asking: Asking; readonly onPaired: (password: string) => void }) {
  const [right, setRight] = useState<Right>('control')
  const allow = (): void => {
    call('POST', `/studio/obs-protocol/pairing/${asking.id}`, { body: { name: asking.program || asking.ip, right } }).then(
      ({ password }) => onPaired(password),
      notifyError,
    )
  }
  const deny = (): void => {
    call('DELETE', `/studio/obs-protocol/pairing/${asking.id}`).catch(notifyError)
  }
  return (
    <div className="row" role="alert" data-testid="obs-pairing-request">
      <span>{t.obsAsks(asking.ip, asking.program || t.obsNoName)}</span>
      <RightChoice value={right} onChange={setRight} label={t.obsRight} />
      <button type="button" className="button primary" onClick={allow} data-testid="obs-pairing-allow">
        {t.obsAllow}
      </button>
      <button type="button" className="button" onClick={deny} data-testid="obs-pairing-deny">
        {t.obsDeny}
      </button>
    </div>
  )
}

function NewProgram({ onMade }: { readonly onMade: (password: string) => void }) {
  const [name, setName] = useState('')
  const [right, setRight] = useState<Right>('control')
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    try {
      onMade((await call('POST', '/studio/obs-protocol/clients', { body: { name: name.trim(), right } })).password)
      setName('')
    } catch (error) {
      notifyError(error)
    }
  }
  return (
    <form className="row" onSubmit={(event) => void submit(event)}>
      <input
        className="input"
        aria-label={t.obsProgramName}
        placeholder={t.obsProgramName}
        value={name}
        maxLength={80}
        onChange={(event) => setName(event.target.value)}
        data-testid="obs-program-name"
      />
      <RightChoice value={right} onChange={setRight} label={t.obsRight} />
      <button type="submit" className="button" disabled={name.trim() === ''} data-testid="obs-program-create">
        {t.obsCreatePassword}
      </button>
    </form>
  )
}

function Programs({ items }: { readonly items: readonly Client[] }) {
  const revoke = async ({ id, name }: Client): Promise<void> => {
    if (!(await confirm(t.obsRevokeQuestion(name), t.obsRevokeText, t.obsRevoke))) return
    call('DELETE', `/studio/obs-protocol/clients/${id}`).catch(notifyError)
  }
  const allow = ({ id }: Client, right: Right): void => {
    call('PATCH', `/studio/obs-protocol/clients/${id}`, { body: { right } }).catch(notifyError)
  }
  return (
    <EntityTable
      items={items}
      columns={[
        { title: t.label, cell: ({ name }) => name },
        {
          title: t.obsRight,
          cell: (client) => (
            <RightChoice value={client.right} onChange={(right) => allow(client, right)} label={t.obsRightOf(client.name)} />
          ),
        },
        { title: t.lastUsed, cell: ({ lastUsedAt }) => (lastUsedAt === null ? t.never : <Ago iso={lastUsedAt} />) },
      ]}
      actions={(client) => (
        <RowButton
          icon={<Trash2 size={16} />}
          title={t.obsRevoke}
          label={t.obsRevokeNamed(client.name)}
          onClick={() => void revoke(client)}
          testId="obs-program-withdraw"
        />
      )}
      testId="obs-programs"
      rowTestId="obs-program-row"
    />
  )
}
