import { Globe, Plus } from 'lucide-react'
import { useState } from 'react'
import { call } from '../client/api.ts'
import { useCollection } from '../client/collection.ts'
import { CopyField } from '../components/copy.tsx'
import { useIsAdmin, useTitle } from '../components/page.ts'
import { ShownOnceDialog } from '../components/shown-once-dialog.tsx'
import { notifyError } from '../components/toasts.tsx'
import { CachePanel } from './cache-panel.tsx'
import { CloudPanel } from './cloud/cloud-panel.tsx'
import { FleetPanel } from './fleet/fleet-panel.tsx'
import { FunctionsPanel } from './functions/functions-panel.tsx'
import {
  HostsPanel,
  type Machines,
  RemoveButton,
  SetUpButton,
  SetUpDialog,
  UserDataButton,
  UserDataDialog,
  useMachines,
} from './machines/machine-tools.tsx'
import { t } from './messages.ts'
import { NodeCard } from './node-card.tsx'
import { type NodeItem, nodes } from './nodes.ts'
import { ProtectionPanel } from './protection-panel.tsx'
import { RoutingPanel } from './routing-panel.tsx'
import { useTraffic } from './traffic.ts'
import { TrafficPanel } from './traffic-panel.tsx'
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
  const [userData, setUserData] = useState(false)
  const machines = useMachines(items)
  const all = Object.values(items).sort((a, b) => a.createdAt.localeCompare(b.createdAt))
  const add = async (): Promise<void> => {
    try {
      const made = await call('POST', '/network/join-tokens', { body: { expiresInS: 3600 } })
      setCommand(made.command)
    } catch (error) {
      notifyError(error)
    }
  }
  const buttons = (
    <div className="row">
      <SetUpButton onClick={() => machines.open({ kind: 'add' })} />
      <UserDataButton onClick={() => setUserData(true)} />
      <button type="button" className="button" onClick={() => void add()} data-testid="add-node">
        <Plus size={16} aria-hidden="true" /> {t.add}
      </button>
    </div>
  )
  return (
    <div className="stack">
      {!loaded ? (
        <div className="skeleton stream-skeleton" aria-hidden="true" />
      ) : all.length === 0 ? (
        <>
          <div className="card empty" data-testid="network-empty">
            <Globe size={32} aria-hidden="true" />
            <h2>{t.empty}</h2>
            <p>{t.emptyText}</p>
            {buttons}
          </div>
          <HostsPanel machines={machines} />
          <CloudPanel />
        </>
      ) : (
        <>
          {buttons}
          <NodeCards all={all} machines={machines} />
          <HostsPanel machines={machines} />
          <RoutingPanel nodes={all} />
          <TrafficPanel />
          <CachePanel nodes={all} />
          <FleetPanel nodes={all} />
          <CloudPanel />
          <FunctionsPanel />
          <ProtectionPanel nodes={all} />
        </>
      )}
      {machines.task !== null && <SetUpDialog task={machines.task} onClose={machines.close} />}
      {userData && <UserDataDialog onClose={() => setUserData(false)} />}
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

/** Each with its last hour. */
function NodeCards({ all, machines }: { readonly all: readonly NodeItem[]; readonly machines: Machines }) {
  const traffic = useTraffic('hour', 'node')
  return (
    <ul className="node-cards">
      {all.map((node) => (
        <NodeCard key={node.id} node={node} traffic={traffic} tools={<RemoveButton node={node} machines={machines} />} />
      ))}
    </ul>
  )
}

/** True where the URL of this page is of no use elsewhere. */
const isLoopbackPage = (): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname)
