import { CloudUpload, LogIn, ServerCog, ServerOff } from 'lucide-react'
import { useCallback, useEffect, useState } from 'react'
import type { Item } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { notifyError } from '../../components/toasts.tsx'
import { t } from './messages.ts'
import type { MachineTask } from './set-up-dialog.tsx'

export { SetUpDialog } from './set-up-dialog.tsx'
export { UserDataDialog } from './user-data-dialog.tsx'

type Machine = Item<'/network/machines'>

/** Machines that nodes were set up on, and what is being done with one of them. */
export interface Machines {
  readonly of: (nodeId: string) => Machine | undefined
  /** Machines with a host of their own. */
  readonly hosts: readonly Machine[]
  readonly task: MachineTask | null
  readonly open: (task: MachineTask) => void
  readonly close: () => void
}

/** Reads the machines again whenever the list of nodes has changed, or a dialog was closed. */
export function useMachines(nodes: Readonly<Record<string, unknown>>): Machines {
  const [machines, setMachines] = useState<readonly Machine[]>([])
  const [task, setTask] = useState<MachineTask | null>(null)
  const ids = Object.keys(nodes).join(' ')
  // biome-ignore lint/correctness/useExhaustiveDependencies: a machine has its node once the list has it
  useEffect(() => {
    call('GET', '/network/machines').then(({ items }) => setMachines(items), notifyError)
  }, [ids, task])
  const close = useCallback(() => setTask(null), [])
  const hosts = machines.filter(({ hostUrl }) => hostUrl !== null)
  return { of: (id) => machines.find(({ nodeId }) => nodeId === id), hosts, task, open: setTask, close }
}

export function SetUpButton({ onClick }: { readonly onClick: () => void }) {
  return (
    <button type="button" className="button primary" onClick={onClick} data-testid="set-up-machine">
      <ServerCog size={16} aria-hidden="true" /> {t.setUp}
    </button>
  )
}

export function UserDataButton({ onClick }: { readonly onClick: () => void }) {
  return (
    <button type="button" className="button" onClick={onClick} data-testid="user-data-button">
      <CloudUpload size={16} aria-hidden="true" /> {t.userData}
    </button>
  )
}

/** Hosts of their own that were set up from here, with what can be done with each; nothing without any. */
export function HostsPanel({ machines }: { readonly machines: Machines }) {
  if (machines.hosts.length === 0) return null
  return (
    <section className="card stack" aria-labelledby="hosts-title" data-testid="own-hosts">
      <h2 id="hosts-title">{t.hosts}</h2>
      <p className="hint">{t.hostsText}</p>
      <ul className="machine-hosts">
        {machines.hosts.map(({ host, port, user, hostUrl }) => (
          <li key={`${host} ${port}`}>
            <a href={hostUrl ?? ''} target="_blank" rel="noreferrer" translate="no">
              {hostUrl}
            </a>
            <span className="row">
              <button
                type="button"
                className="button"
                onClick={() => machines.open({ kind: 'sign-in', role: 'origin', host, port, user })}
                aria-label={t.makeLinkFor(host)}
                data-testid="host-sign-in"
              >
                <LogIn size={16} aria-hidden="true" /> {t.makeLink}
              </button>
              <button
                type="button"
                className="button quiet icon"
                aria-label={t.removeHostTitle(host)}
                title={t.removeHostTitle(host)}
                onClick={() => machines.open({ kind: 'remove', role: 'origin', host, port, user })}
                data-testid="remove-host"
              >
                <ServerOff size={16} aria-hidden="true" />
              </button>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Removes a node from its machine; nothing for a node that was started by hand. */
export function RemoveButton({
  node,
  machines,
}: {
  readonly node: { readonly id: string; readonly name: string }
  readonly machines: Machines
}) {
  const machine = machines.of(node.id)
  if (machine === undefined) return null
  const { host, port, user } = machine
  return (
    <button
      type="button"
      className="button quiet icon"
      aria-label={t.remove(node.name)}
      title={t.remove(node.name)}
      onClick={() => machines.open({ kind: 'remove', role: 'edge', host, port, user })}
      data-testid="remove-node"
    >
      <ServerOff size={16} aria-hidden="true" />
    </button>
  )
}
