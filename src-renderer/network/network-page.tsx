import { Globe, Plus, Power, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { call } from '../client/api.ts'
import { useCollection } from '../client/collection.ts'
import { formatBytes } from '../client/format.ts'
import { CopyField } from '../components/copy.tsx'
import { confirm } from '../components/dialog.tsx'
import { useIsAdmin, useTitle } from '../components/page.ts'
import { ShownOnceDialog } from '../components/shown-once-dialog.tsx'
import { notify, notifyError } from '../components/toasts.tsx'
import { t } from './messages.ts'
import { type NodeItem, nodes } from './nodes.ts'
import './network.css'

/** Nodes that deliver streams of this host elsewhere. */
export function NetworkPage() {
  useTitle(t.title)
  const admin = useIsAdmin()
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{t.title}</h1>
          <p>{t.lead}</p>
        </div>
      </header>
      {admin ? <Nodes /> : <p className="card empty">{t.adminsOnly}</p>}
    </>
  )
}

function Nodes() {
  const { loaded, items } = useCollection(nodes)
  const [command, setCommand] = useState<string | null>(null)
  const all = Object.values(items).sort((a, b) => a.createdAt.localeCompare(b.createdAt))
  const add = async (): Promise<void> => {
    try {
      const made = await call('POST', '/network/join-tokens', { body: { expiresInS: 3600 } })
      setCommand(made.command)
    } catch (error) {
      notifyError(error)
    }
  }
  const button = (
    <button type="button" className="button primary" onClick={() => void add()} data-testid="add-node">
      <Plus size={16} aria-hidden="true" /> {t.add}
    </button>
  )
  return (
    <div className="stack">
      {!loaded ? (
        <div className="skeleton stream-skeleton" aria-hidden="true" />
      ) : all.length === 0 ? (
        <div className="card empty" data-testid="network-empty">
          <Globe size={32} aria-hidden="true" />
          <h2>{t.empty}</h2>
          <p>{t.emptyText}</p>
          {button}
        </div>
      ) : (
        <>
          <div>{button}</div>
          <ul className="node-cards">
            {all.map((node) => (
              <NodeCard key={node.id} node={node} />
            ))}
          </ul>
        </>
      )}
      {command !== null && (
        <ShownOnceDialog
          title={t.joinTitle}
          advice={t.joinAdvice}
          onClose={() => setCommand(null)}
          testId="join-dialog"
          savedTestId="join-done"
        >
          <CopyField label={t.joinCommand} value={command} testId="join-command" />
          {isLoopbackPage() && <p className="hint">{t.loopbackAdvice}</p>}
        </ShownOnceDialog>
      )}
    </div>
  )
}

/** True where the URL of this page is of no use elsewhere. */
const isLoopbackPage = (): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname)

function NodeCard({ node }: { readonly node: NodeItem }) {
  const { id, name, enabled, connected, remoteAddress, version, streams, sentBytes, deliveredBytes, waiting } = node
  const act = async (work: () => Promise<unknown>, done: string): Promise<void> => {
    try {
      await work()
      notify(done)
    } catch (error) {
      notifyError(error)
    }
  }
  const toggle = (): Promise<void> =>
    act(
      () => nodes.keep(call('PATCH', `/network/nodes/${id}`, { body: { enabled: !enabled } })),
      enabled ? t.disabledNow(name) : t.enabledNow(name),
    )
  const revoke = async (): Promise<void> => {
    if (await confirm(t.revokeTitle(name), t.revokeText, t.revokeAction))
      await act(() => call('DELETE', `/network/nodes/${id}`), t.revoked(name))
  }
  const state = !enabled ? 'ended' : connected ? 'live' : 'reconnecting'
  const figures: readonly (readonly [string, string])[] = [
    [t.streams, String(streams)],
    [t.sent, formatBytes(sentBytes)],
    [t.delivered, formatBytes(deliveredBytes)],
    [t.waiting, String(waiting)],
  ]
  return (
    <li className="card node-card" data-testid="node-card" data-node={id} data-state={state}>
      <div className="node-card-head">
        <div>
          <h2>{name}</h2>
          <p className="quiet small">
            <span className={`chip ${state}`}>{!enabled ? t.disabled : connected ? t.connected : t.away}</span>
            {remoteAddress !== null && ` ${t.from(remoteAddress)}`}
            {version !== null && ` · ${t.version(version)}`}
          </p>
        </div>
        <div className="row">
          <button
            type="button"
            className="button quiet icon"
            aria-label={enabled ? t.disable(name) : t.enable(name)}
            title={enabled ? t.disable(name) : t.enable(name)}
            onClick={() => void toggle()}
            data-testid="toggle-node"
          >
            <Power size={16} aria-hidden="true" />
          </button>
          <button
            type="button"
            className="button quiet icon"
            aria-label={t.revoke(name)}
            title={t.revoke(name)}
            onClick={() => void revoke()}
            data-testid="revoke-node"
          >
            <Trash2 size={16} aria-hidden="true" />
          </button>
        </div>
      </div>
      <dl className="node-figures">
        {figures.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </li>
  )
}
