import { Plus, RefreshCw, ScanSearch, ScrollText, Tags, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { call } from '../../client/api.ts'
import { Resource, useResource } from '../../client/resource.ts'
import { confirm } from '../../components/dialog.tsx'
import { notify, notifyError } from '../../components/toasts.tsx'
import type { NodeItem } from '../nodes.ts'
import { AssignDialog } from './assign-dialog.tsx'
import { GroupDialog } from './group-dialog.tsx'
import { t } from './messages.ts'
import { DriftDialog, LogDialog } from './node-reports.tsx'
import { UpdateDialog } from './update-dialog.tsx'
import './fleet.css'

const groups = new Resource({
  path: () => '/network/groups' as const,
  isStale: ({ topic }) => topic.startsWith('network.group.'),
})

type Open =
  | { readonly what: 'group'; readonly name: string | null }
  | { readonly what: 'node'; readonly id: string }
  | { readonly what: 'update' | 'drift' | 'log' }

/** Several nodes at once: groups with their configuration, updates, differences, logs. */
export function FleetPanel({ nodes }: { readonly nodes: readonly NodeItem[] }) {
  const items = useResource(groups)?.items ?? []
  const [open, setOpen] = useState<Open | null>(null)
  const close = (): void => setOpen(null)
  const names = items.map(({ name }) => name)
  const remove = async (name: string): Promise<void> => {
    if (!(await confirm(t.removeTitle(name), t.removeText, t.removeAction))) return
    try {
      await call('DELETE', `/network/groups/${name}`)
      notify(t.removed(name))
    } catch (error) {
      notifyError(error)
    }
  }
  const membersOf = (name: string): string => nodes.flatMap((node) => (node.group === name ? node.name : [])).join(', ')
  const node = open?.what === 'node' ? nodes.find(({ id }) => id === open.id) : undefined
  return (
    <section className="card card-body stack" aria-label={t.title} data-testid="fleet-panel">
      <div className="network-section-head">
        <h2>{t.title}</h2>
        <div className="row">
          <button type="button" className="button" onClick={() => setOpen({ what: 'group', name: null })} data-testid="add-group">
            <Plus size={16} aria-hidden="true" /> {t.addGroup}
          </button>
          <button type="button" className="button" onClick={() => setOpen({ what: 'update' })} data-testid="update-nodes">
            <RefreshCw size={16} aria-hidden="true" /> {t.updateNodes}
          </button>
          <button type="button" className="button" onClick={() => setOpen({ what: 'drift' })} data-testid="check-drift">
            <ScanSearch size={16} aria-hidden="true" /> {t.checkDrift}
          </button>
          <button type="button" className="button" onClick={() => setOpen({ what: 'log' })} data-testid="show-node-log">
            <ScrollText size={16} aria-hidden="true" /> {t.showLog}
          </button>
        </div>
      </div>
      <p className="quiet small">{t.lead}</p>
      {items.length === 0 && <p className="quiet">{t.none}</p>}
      <ul className="fleet-list">
        {items.map(({ name }) => (
          <li key={name} data-testid="node-group" data-group={name}>
            <button type="button" className="button quiet" onClick={() => setOpen({ what: 'group', name })} data-testid="edit-group">
              {t.edit(name)}
            </button>
            <span className="quiet small">{membersOf(name) === '' ? t.noNodes : t.nodesOf(membersOf(name))}</span>
            <button
              type="button"
              className="button quiet icon"
              aria-label={t.remove(name)}
              title={t.remove(name)}
              onClick={() => void remove(name)}
              data-testid="delete-group"
            >
              <Trash2 size={16} aria-hidden="true" />
            </button>
          </li>
        ))}
      </ul>
      <div className="row">
        {nodes.map(({ id, name }) => (
          <button
            key={id}
            type="button"
            className="button quiet"
            onClick={() => setOpen({ what: 'node', id })}
            data-testid="assign-node"
            data-node={id}
          >
            <Tags size={16} aria-hidden="true" /> {t.assign(name)}
          </button>
        ))}
      </div>
      {open?.what === 'group' && <GroupDialog group={items.find(({ name }) => name === open.name) ?? null} onClose={close} />}
      {open?.what === 'update' && <UpdateDialog groups={names} onClose={close} />}
      {open?.what === 'drift' && <DriftDialog onClose={close} />}
      {open?.what === 'log' && <LogDialog onClose={close} />}
      {node !== undefined && <AssignDialog node={node} groups={names} onClose={close} />}
    </section>
  )
}
