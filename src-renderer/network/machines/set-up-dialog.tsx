import { useEffect, useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { CopyField } from '../../components/copy.tsx'
import { CloseAction, Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { notifyError } from '../../components/toasts.tsx'
import { TextField } from '../text-field.tsx'
import { JobProgress } from './job-progress.tsx'
import { AccessFields, accessOf, type Means, newAccess, type SetUp } from './machine-form.tsx'
import { t } from './messages.ts'
import './machines.css'

type ShownKey = Answer<'POST', '/network/machines/host-key'>
type Report = Answer<'POST', '/network/machines/check'>
type SignInLink = Answer<'POST', '/network/machines/sign-in-link'>

export type MachineRole = NonNullable<SetUp['role']>

/** What is done with a machine: a node or a host is set up, the one that is there is removed, or somebody signs in at its host. */
export type MachineTask =
  | { readonly kind: 'add' }
  | {
      readonly kind: 'remove' | 'sign-in'
      readonly role: MachineRole
      readonly host: string
      readonly port: number
      readonly user: string
    }

type Stage =
  | { readonly at: 'form' }
  | { readonly at: 'key'; readonly key: ShownKey }
  | { readonly at: 'report'; readonly key: ShownKey; readonly report: Report }
  | { readonly at: 'job'; readonly id: string; readonly key: ShownKey }
  | { readonly at: 'link'; readonly link: SignInLink }

/** From a host name to a node that is connected, or a host that answers: how to sign in, the machine's key, what was found there, what is done. */
export function SetUpDialog({ task, onClose }: { readonly task: MachineTask; readonly onClose: () => void }) {
  const [means, setMeans] = useState<Means>()
  useEffect(() => {
    call('GET', '/network/machines/means').then(setMeans, (error) => {
      notifyError(error)
      onClose()
    })
  }, [onClose])
  return (
    <Dialog title={titleOf(task)} onClose={onClose} testId="set-up-dialog" dismissible={false}>
      {means === undefined ? <p className="quiet">{t.starting}</p> : <Stages task={task} means={means} onClose={onClose} />}
    </Dialog>
  )
}

function titleOf(task: MachineTask): string {
  if (task.kind === 'add') return t.setUpTitle
  if (task.kind === 'sign-in') return t.signInTitle(task.host)
  return task.role === 'origin' ? t.removeHostTitle(task.host) : t.removeTitle(task.host)
}

function Stages({ task, means, onClose }: { readonly task: MachineTask; readonly means: Means; readonly onClose: () => void }) {
  const [stage, setStage] = useState<Stage>({ at: 'form' })
  const [access, setAccess] = useState(() => ({ ...newAccess(means), ...(task.kind === 'add' ? {} : place(task)) }))
  const [role, setRole] = useState<MachineRole>(task.kind === 'add' ? 'edge' : task.role)
  const [node, setNode] = useState<NodeDraft>({ ...emptyNode, origin: means.origin })
  const [deleteData, setDeleteData] = useState(false)
  const body = (hostKey: string): SetUp => ({
    ...{ ...accessOf(access), hostKey, role, ...wishOf(node) },
    ...(role === 'origin' ? {} : { origin: node.origin.trim().replace(/\/$/, ''), cache: node.cache }),
    ...(node.name.trim() === '' || role === 'origin' ? {} : { name: node.name.trim() }),
  })
  const signIn = async (hostKey: string): Promise<void> =>
    setStage({ at: 'link', link: await call('POST', '/network/machines/sign-in-link', { body: { ...accessOf(access), hostKey } }) })
  const start = async (key: ShownKey): Promise<void> => {
    const hostKey = key.fingerprint
    const { id } =
      task.kind === 'add'
        ? await call('POST', '/network/machines/set-up', { body: body(hostKey) })
        : await call('POST', '/network/machines/remove', { body: { ...accessOf(access), hostKey, role, deleteData } })
    setStage({ at: 'job', id, key })
  }
  const check = async (key: ShownKey): Promise<void> => {
    if (task.kind === 'remove') await start(key)
    else if (task.kind === 'sign-in') await signIn(key.fingerprint)
    else setStage({ at: 'report', key, report: await call('POST', '/network/machines/check', { body: body(key.fingerprint) }) })
  }
  const look = async (): Promise<void> => {
    const { host, port } = accessOf(access)
    const key = await call('POST', '/network/machines/host-key', { body: { host, port: port ?? 22 } })
    if (key.state === 'known') await check(key)
    else setStage({ at: 'key', key })
  }
  switch (stage.at) {
    case 'form':
      return (
        <DialogForm
          onClose={onClose}
          onSubmit={look}
          action={t.next}
          testId="machine-next"
          disabled={access.host.trim() === '' || (task.kind === 'remove' && role === 'origin' && !deleteData)}
        >
          {means.packages.length === 0 && task.kind === 'add' && <p className="advice">{t.noPackage}</p>}
          <AccessFields means={means} draft={access} change={(changes) => setAccess((before) => ({ ...before, ...changes }))} />
          {task.kind === 'add' && (
            <>
              <div className="field">
                <label htmlFor="machine-role">{t.role}</label>
                <select
                  id="machine-role"
                  className="input"
                  value={role}
                  onChange={(event) => setRole(event.target.value as MachineRole)}
                  aria-describedby="machine-role-hint"
                  data-testid="machine-role"
                >
                  <option value="edge">{t.roleNode}</option>
                  <option value="origin">{t.roleHost}</option>
                </select>
                <span id="machine-role-hint" className="hint">
                  {role === 'origin' ? t.roleHostHint : t.roleNodeHint}
                </span>
              </div>
              <NodeFields role={role} node={node} change={(changes) => setNode((before) => ({ ...before, ...changes }))} />
            </>
          )}
          {task.kind === 'remove' && role === 'origin' && (
            <label className="check">
              <input type="checkbox" checked={deleteData} onChange={() => setDeleteData(!deleteData)} data-testid="machine-delete-data" />{' '}
              {t.deleteData}
            </label>
          )}
        </DialogForm>
      )
    case 'key':
      return (
        <DialogForm
          onClose={onClose}
          onSubmit={() => check(stage.key)}
          action={t.acceptKey}
          testId="machine-accept"
          disabled={stage.key.state === 'changed'}
        >
          <p>{stage.key.state === 'changed' ? t.keyChanged : t.keyNew(access.host)}</p>
          <p className="mono" translate="no" data-testid="machine-fingerprint">
            {stage.key.fingerprint}
          </p>
          <p className="hint">{t.keyHint}</p>
        </DialogForm>
      )
    case 'report':
      return (
        <DialogForm
          onClose={onClose}
          onSubmit={() => start(stage.key)}
          action={role === 'origin' ? t.setUpHostNow : t.setUpNow}
          testId="machine-start"
          disabled={!stage.report.suitable}
        >
          <ReportList report={stage.report} />
        </DialogForm>
      )
    case 'job':
      return (
        <JobProgress
          id={stage.id}
          onClose={onClose}
          {...(task.kind === 'add' && role === 'origin' ? { onSignIn: () => signIn(stage.key.fingerprint) } : {})}
        />
      )
    case 'link':
      return <LinkShown link={stage.link} onClose={onClose} />
  }
}

const place = ({ host, port, user }: { readonly host: string; readonly port: number; readonly user: string }) => ({
  host,
  port: String(port),
  user,
})

function LinkShown({ link: { url, fingerprint }, onClose }: { readonly link: SignInLink; readonly onClose: () => void }) {
  return (
    <div className="stack">
      <p>{t.linkText}</p>
      <CopyField label={t.link} value={url} testId="machine-link" />
      {fingerprint !== null && (
        <>
          <p className="hint">{t.fingerprintHint}</p>
          <p className="mono" translate="no" data-testid="machine-certificate">
            {fingerprint}
          </p>
        </>
      )}
      <CloseAction onClose={onClose} />
    </div>
  )
}

export interface NodeDraft {
  readonly name: string
  readonly origin: string
  readonly httpPort: string
  readonly httpsPort: string
  readonly acmeNames: string
  readonly cache: boolean
}

export const emptyNode: NodeDraft = { name: '', origin: '', httpPort: '8080', httpsPort: '8443', acmeNames: '', cache: false }

/** What nodes and hosts have in common. */
export const wishOf = ({ httpPort, httpsPort, acmeNames }: NodeDraft) => ({
  httpPort: Number(httpPort),
  httpsPort: httpsPort.trim() === '' ? ('off' as const) : Number(httpsPort),
  acmeNames: acmeNames.replaceAll(' ', ''),
})

export function NodeFields({
  role = 'edge',
  needsName = false,
  node,
  change,
}: {
  readonly role?: MachineRole
  /** Nobody knows what the machine calls itself. */
  readonly needsName?: boolean
  readonly node: NodeDraft
  readonly change: (changes: Partial<NodeDraft>) => void
}) {
  return (
    <>
      {role === 'edge' && (
        <>
          <TextField
            id="node-name"
            label={t.name}
            value={node.name}
            onChange={(name) => change({ name })}
            required={needsName}
            {...(needsName ? {} : { hint: t.nameHint })}
          />
          <TextField
            id="node-origin"
            label={t.origin}
            value={node.origin}
            onChange={(origin) => change({ origin })}
            hint={t.originHint}
            required
          />
        </>
      )}
      <div className="machine-place">
        <TextField
          id="node-http"
          label={t.httpPort}
          value={node.httpPort}
          onChange={(httpPort) => change({ httpPort })}
          type="number"
          required
        />
        <TextField
          id="node-https"
          label={t.httpsPort}
          value={node.httpsPort}
          onChange={(httpsPort) => change({ httpsPort })}
          type="number"
          hint={t.httpsHint}
        />
      </div>
      <TextField
        id="node-acme"
        label={t.acmeNames}
        value={node.acmeNames}
        onChange={(acmeNames) => change({ acmeNames })}
        placeholder="live.example.com"
        hint={t.acmeHint}
      />
      {role === 'edge' && (
        <label className="check">
          <input type="checkbox" checked={node.cache} onChange={() => change({ cache: !node.cache })} data-testid="node-cache" /> {t.cache}
        </label>
      )}
    </>
  )
}

function ReportList({ report: { findings, steps, suitable } }: { readonly report: Report }) {
  return (
    <>
      <ul className="machine-findings" data-testid="machine-report">
        {findings.map(({ id, state, text, remedy }) => (
          <li key={id} data-state={state}>
            <span className={`chip ${state === 'ok' ? '' : state === 'warn' ? 'reconnecting' : 'error'}`}>{t.judgements[state]}</span>
            <div>
              <strong>{t.findings[id]}</strong>{' '}
              <span translate="no">
                {text}
                {remedy !== '' && `. ${remedy}`}
              </span>
            </div>
          </li>
        ))}
      </ul>
      <p className={suitable ? 'hint' : 'advice bad'}>
        {suitable ? t.willBeDone(steps.map((step) => t.steps[step]).join(', ')) : t.notSuitable}
      </p>
    </>
  )
}
