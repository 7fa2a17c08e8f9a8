import { MonitorPlay, Plus, Radar, Unplug } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { Item } from '../../src-main/api/typed-api.ts'
import { call, reportProblem } from '../client/api.ts'
import { useCollection } from '../client/collection.ts'
import { useIsAdmin, useMayEdit, useTitle } from '../components/page.ts'
import { notify, notifyError } from '../components/toasts.tsx'
import { ConnectionDialog } from './connection-dialog.tsx'
import { ConnectorDialog } from './connector-dialog.tsx'
import { InstanceCard } from './instance-card.tsx'
import { t } from './messages.ts'
import { instances, type ObsInstance } from './obs-stores.ts'
import { ScanDialog } from './scan-dialog.tsx'
import './obs.css'

/** Every OBS that is controlled from here, side by side, and those that were found on the host's machine. */
export function ObsPage() {
  useTitle(t.title)
  const { loaded, items } = useCollection(instances)
  const all = loaded ? Object.values(items).sort((a, b) => a.createdAt.localeCompare(b.createdAt)) : undefined
  const editor = useMayEdit()
  const admin = useIsAdmin()
  const [open, setOpen] = useState<ObsInstance | 'new' | 'scan' | 'connector' | { readonly host: string; readonly port: number } | null>(
    null,
  )
  const close = (): void => setOpen(null)
  const add = editor && (
    <div className="row">
      {admin && (
        <>
          <button type="button" className="button" onClick={() => setOpen('scan')} data-testid="scan-obs">
            <Radar size={16} aria-hidden="true" /> {t.scanTitle}
          </button>
          <button type="button" className="button" onClick={() => setOpen('connector')} data-testid="add-connector">
            <Unplug size={16} aria-hidden="true" /> {t.addByConnector}
          </button>
        </>
      )}
      <button type="button" className="button primary" onClick={() => setOpen('new')} data-testid="add-obs">
        <Plus size={16} aria-hidden="true" /> {t.add}
      </button>
    </div>
  )
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{t.title}</h1>
          <p>{t.lead}</p>
        </div>
        {all !== undefined && all.length > 0 && add}
      </header>
      <div className="stack">
        {all === undefined ? (
          <div className="skeleton stream-skeleton" aria-hidden="true" />
        ) : all.length === 0 ? (
          <div className="card empty" data-testid="obs-empty">
            <MonitorPlay size={32} aria-hidden="true" />
            <h2>{t.empty}</h2>
            <p>{t.emptyText}</p>
            <p className="quiet small">{t.howTo}</p>
            {add}
          </div>
        ) : (
          <ul className="obs-cards">
            {all.map((instance) => (
              <InstanceCard key={instance.id} instance={instance} editor={editor} onEdit={() => setOpen(instance)} />
            ))}
          </ul>
        )}
        {editor && <Found known={all?.length ?? 0} />}
        <p className="quiet small" data-testid="obs-plugin">
          {t.inObs}
        </p>
      </div>
      {open === 'scan' && <ScanDialog onAdd={(host, port) => setOpen({ host, port })} onClose={close} />}
      {open === 'connector' && <ConnectorDialog onClose={close} />}
      {open === 'new' && <ConnectionDialog onClose={close} />}
      {open !== null && typeof open === 'object' && (
        <ConnectionDialog {...('id' in open ? { instance: open } : { at: open })} onClose={close} />
      )}
    </>
  )
}

/** Installations of OBS that nobody has added yet. They are looked for when the page is opened, and after each change of the list. */
function Found({ known }: { readonly known: number }) {
  const [found, setFound] = useState<readonly Item<'/obs/found'>[]>([])
  const [busy, setBusy] = useState(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: who was added is not listed any more
  useEffect(() => {
    const stop = new AbortController()
    call('GET', '/obs/found', { signal: stop.signal })
      .then(({ items }) => setFound(items.filter(({ instance }) => instance === null)))
      .catch((error: unknown) => {
        if (!stop.signal.aborted) reportProblem(error)
      })
    return () => stop.abort()
  }, [known])
  if (found.length === 0) return null
  const connect = async (id: string): Promise<void> => {
    setBusy(true)
    try {
      const { name } = await call('POST', '/obs', { body: { found: id } })
      notify(t.added(name))
    } catch (error) {
      notifyError(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <section className="card" aria-label={t.found} data-testid="obs-found">
      <header>
        <h2>{t.found}</h2>
      </header>
      <ul className="obs-found">
        {found.map(({ id, folder, port, serverEnabled, remedy }) => (
          <li key={id}>
            <div>
              <span>OBS Studio</span>
              <p className="quiet small">{t.foundText(folder, port)}</p>
              {!serverEnabled && (
                <p className="small" translate="no">
                  {t.serverOff} {remedy}
                </p>
              )}
            </div>
            <button
              type="button"
              className="button"
              disabled={busy}
              aria-label={t.connectFoundNamed(folder)}
              onClick={() => void connect(id)}
              data-testid="connect-found"
            >
              {t.connectFound}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
