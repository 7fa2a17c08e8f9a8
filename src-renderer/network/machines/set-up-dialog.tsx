import { useEffect, useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { notifyError } from '../../components/toasts.tsx'
import { TextField } from '../text-field.tsx'
import { JobProgress } from './job-progress.tsx'
import { AccessFields, accessOf, type Means, newAccess, type SetUp } from './machine-form.tsx'
import { t } from './messages.ts'
import './machines.css'

type ShownKey = Answer<'POST', '/network/machines/host-key'>
type Report = Answer<'POST', '/network/machines/check'>

/** What is done with a machine: a node is set up, or the one that is there is removed. */
export type MachineTask =
  | { readonly kind: 'add' }
  | { readonly kind: 'remove'; readonly host: string; readonly port: number; readonly user: string }

type Stage =
  | { readonly at: 'form' }
  | { readonly at: 'key'; readonly key: ShownKey }
  | { readonly at: 'report'; readonly key: ShownKey; readonly report: Report }
  | { readonly at: 'job'; readonly id: string }

/** From a host name to a node that is connected: how to sign in, the machine's key, what was found there, what is done. */
export function SetUpDialog({ task, onClose }: { readonly task: MachineTask; readonly onClose: () => void }) {
  const [means, setMeans] = useState<Means>()
  useEffect(() => {
    call('GET', '/network/machines/means').then(setMeans, (error) => {
      notifyError(error)
      onClose()
    })
  }, [onClose])
  return (
    <Dialog
      title={task.kind === 'add' ? t.setUpTitle : t.removeTitle(task.host)}
      onClose={onClose}
      testId="set-up-dialog"
      dismissible={false}
    >
      {means === undefined ? <p className="quiet">{t.starting}</p> : <Stages task={task} means={means} onClose={onClose} />}
    </Dialog>
  )
}

function Stages({ task, means, onClose }: { readonly task: MachineTask; readonly means: Means; readonly onClose: () => void }) {
  const [stage, setStage] = useState<Stage>({ at: 'form' })
  const [access, setAccess] = useState(() => ({ ...newAccess(means), ...(task.kind === 'remove' ? place(task) : {}) }))
  const [node, setNode] = useState({ name: '', origin: means.origin, httpPort: '8080', httpsPort: '8443', cache: false })
  const body = (hostKey: string): SetUp => ({
    ...accessOf(access),
    hostKey,
    ...(node.name.trim() === '' ? {} : { name: node.name.trim() }),
    origin: node.origin.trim().replace(/\/$/, ''),
    httpPort: Number(node.httpPort),
    httpsPort: node.httpsPort.trim() === '' ? 'off' : Number(node.httpsPort),
    cache: node.cache,
  })
  const start = async (hostKey: string): Promise<void> => {
    const { id } =
      task.kind === 'add'
        ? await call('POST', '/network/machines/set-up', { body: body(hostKey) })
        : await call('POST', '/network/machines/remove', { body: { ...accessOf(access), hostKey } })
    setStage({ at: 'job', id })
  }
  const check = async (key: ShownKey): Promise<void> => {
    if (task.kind === 'remove') await start(key.fingerprint)
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
        <DialogForm onClose={onClose} onSubmit={look} action={t.next} testId="machine-next" disabled={access.host.trim() === ''}>
          {means.packages.length === 0 && task.kind === 'add' && <p className="advice">{t.noPackage}</p>}
          <AccessFields means={means} draft={access} change={(changes) => setAccess((before) => ({ ...before, ...changes }))} />
          {task.kind === 'add' && <NodeFields node={node} change={(changes) => setNode((before) => ({ ...before, ...changes }))} />}
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
          onSubmit={() => start(stage.key.fingerprint)}
          action={t.setUpNow}
          testId="machine-start"
          disabled={!stage.report.suitable}
        >
          <ReportList report={stage.report} />
        </DialogForm>
      )
    case 'job':
      return <JobProgress id={stage.id} onClose={onClose} />
  }
}

const place = ({ host, port, user }: { readonly host: string; readonly port: number; readonly user: string }) => ({
  host,
  port: String(port),
  user,
})

export interface NodeDraft {
  readonly name: string
  readonly origin: string
  readonly httpPort: string
  readonly httpsPort: string
  readonly cache: boolean
}

export function NodeFields({ node, change }: { readonly node: NodeDraft; readonly change: (changes: Partial<NodeDraft>) => void }) {
  return (
    <>
      <TextField id="node-name" label={t.name} value={node.name} onChange={(name) => change({ name })} hint={t.nameHint} />
      <TextField
        id="node-origin"
        label={t.origin}
        value={node.origin}
        onChange={(origin) => change({ origin })}
        hint={t.originHint}
        required
      />
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
      <label className="check">
        <input type="checkbox" checked={node.cache} onChange={() => change({ cache: !node.cache })} data-testid="node-cache" /> {t.cache}
      </label>
    </>
  )
}

function ReportList({ report: { findings, steps, suitable } }: { readonly report: Report }) {
  return (
    <>
      <ul className="machine-findings" data-testid="machine-report">
        {findings.map(({ id, state, text, remedy }) => (
          <li key={id} data-state={state}>
            <span className={`chip ${state === 'ok' ? '' : state === 'warn' ? 'reconnecting' : 'live'}`}>{t.judgements[state]}</span>
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
