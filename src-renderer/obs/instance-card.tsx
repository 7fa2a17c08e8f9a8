import { EllipsisVertical } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { ContextMenu } from '../components/context-menu.tsx'
import { useIsAdmin } from '../components/page.ts'
import { ActivityChips, ConnectionChip, ConnectionProblem } from './connection-state.tsx'
import { ConnectorToken } from './connector-dialog.tsx'
import { instanceEntries } from './instance-menu.ts'
import { t } from './messages.ts'
import type { ObsInstance } from './obs-stores.ts'
import { Screenshot } from './screenshot.tsx'

/** A card is small, and there may be several of them. */
const cardImage = { width: 480, pauseMs: 2000 }

interface InstanceCardProps {
  readonly instance: ObsInstance
  readonly editor: boolean
  readonly onEdit: () => void
}

/** One OBS: what it shows, how its connection is, and what of it is on air. */
export function InstanceCard({ instance, editor, onEdit }: InstanceCardProps) {
  const { id, name, state, activity } = instance
  const admin = useIsAdmin()
  const [token, setToken] = useState<string>()
  const [menu, setMenu] = useState<{ readonly x: number; readonly y: number } | null>(null)
  return (
    <li className="card obs-card" data-testid="obs-card" data-obs={id}>
      {state === 'connected' ? (
        <Link href={`/obs/${id}`} aria-label={t.openNamed(name)} className="obs-card-screen">
          <Screenshot id={id} {...cardImage} label={t.onAir(activity?.program ?? '')} testId="obs-thumbnail" />
        </Link>
      ) : (
        <div className="obs-card-screen">
          <ConnectionProblem instance={instance} onEdit={editor ? onEdit : undefined} />
        </div>
      )}
      <div className="obs-card-foot">
        <div>
          <h2>
            <Link href={`/obs/${id}`}>{name}</Link>
          </h2>
          <p className="quiet small">{activity?.program == null ? placeOf(instance) : t.onAir(activity.program)}</p>
        </div>
        <div className="row">
          <ActivityChips instance={instance} />
          <ConnectionChip instance={instance} />
          {editor && (
            <button
              type="button"
              className="button quiet icon"
              aria-haspopup="menu"
              aria-label={t.menu(name)}
              title={t.menu(name)}
              data-testid="obs-more"
              onClick={(event) => {
                const { left, bottom } = event.currentTarget.getBoundingClientRect()
                setMenu({ x: left, y: bottom })
              }}
            >
              <EllipsisVertical size={16} aria-hidden="true" />
            </button>
          )}
        </div>
      </div>
      {menu !== null && (
        <ContextMenu
          at={menu}
          label={t.menu(name)}
          groups={instanceEntries(instance, onEdit, admin ? { onToken: setToken } : {})}
          onClose={() => setMenu(null)}
          testId="obs-menu"
        />
      )}
      {token !== undefined && <ConnectorToken token={token} onClose={() => setToken(undefined)} />}
    </li>
  )
}

/** Where it is, for people. */
const placeOf = ({ host, port, connector }: ObsInstance): string => (connector === null ? `${host}:${port}` : t.byConnector)
