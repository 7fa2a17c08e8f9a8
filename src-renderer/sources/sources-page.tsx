import { Pencil, Plus, RotateCw, Trash2, Webcam } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { call } from '../client/api.ts'
import { useCollection } from '../client/collection.ts'
import type { Source } from '../client/types.ts'
import { confirm } from '../components/dialog.tsx'
import { useIsAdmin, useMayEdit, useTitle } from '../components/page.ts'
import { Ago } from '../components/time.tsx'
import { notify, notifyError } from '../components/toasts.tsx'
import { sources as t } from '../messages/page.ts'
import { SourceDialog } from './source-dialog.tsx'
import { sources } from './source-stores.ts'
import { UdpInputsCard } from './udp-inputs-card.tsx'

const states = (): Readonly<Record<Source['state'], readonly [string, string]>> => ({
  'off': ['chip', t.off],
  'idle': ['chip', t.waitsForAViewer],
  'connecting': ['chip pending', t.connecting],
  'live': ['chip live', t.live],
  'retrying': ['chip error', t.failedTryingAgain],
})

/** Sources that the host fetches by itself. */
export function SourcesPage() {
  useTitle(t.inputs)
  const admin = useIsAdmin()
  const editor = useMayEdit()
  const { loaded, items } = useCollection(sources)
  const shown = Object.values(items)
  const [edited, setEdited] = useState<Source | 'new' | null>(null)
  const act = async (work: () => Promise<unknown>, said?: string) => {
    try {
      await work()
      if (said) notify(said)
    } catch (error) {
      notifyError(error)
    }
  }
  const remove = async (source: Source) => {
    if (await confirm(t.removeTheSourceOfQuestion(source.stream), t.itsUrlIsDeletedThe, t.remove))
      await act(() => call('DELETE', `/live/sources/${source.id}`), t.theSourceWasRemoved)
  }
  const create = admin && (
    <button type="button" className="button primary" onClick={() => setEdited('new')} data-testid="new-source">
      <Plus size={16} /> {t.createSource}
    </button>
  )
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{t.inputs}</h1>
          <p>{t.streamsThatThisHostFetches}</p>
        </div>
        {shown.length > 0 && create}
      </header>
      <div className="stack">
        {!loaded ? (
          <div className="skeleton stream-skeleton" aria-hidden="true" />
        ) : shown.length === 0 ? (
          <div className="card empty">
            <Webcam size={32} />
            <h2>{t.noSourcesYet}</h2>
            <p>{t.aSourceIsAUrl}</p>
            {create}
          </div>
        ) : (
          <section className="card table-wrap" aria-label={t.sources}>
            <table data-testid="sources">
              <thead>
                <tr>
                  <th>{t.stream}</th>
                  <th>{t.url}</th>
                  <th>{t.state}</th>
                  <th>{t.on}</th>
                  <th>
                    <span className="sr-only">{t.actions}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {shown.map((source) => (
                  <tr key={source.id} data-testid="source-row" data-state={source.state}>
                    <td>
                      <Link href={`/live/${source.stream}`}>{source.stream}</Link>
                      <div className="small quiet">{source.when === 'always' ? t.alwaysLower : t.onDemand}</div>
                    </td>
                    <td className="small break">{source.url}</td>
                    <td>
                      <span className={states()[source.state][0]}>{states()[source.state][1]}</span>
                      {source.liveSince && (
                        <span className="small quiet">
                          {' '}
                          {source.format}, <Ago iso={source.liveSince} />
                        </span>
                      )}
                      {source.error && <div className="small quiet">{source.error}</div>}
                      {source.skipped.length > 0 && <div className="small quiet">{t.leftOut(source.skipped.join(', '))}</div>}
                    </td>
                    <td>
                      <button
                        type="button"
                        className="switch"
                        role="switch"
                        disabled={!admin}
                        aria-checked={source.enabled}
                        aria-label={t.theSourceOfIsOn(source.stream)}
                        onClick={() => void act(() => call('PATCH', `/live/sources/${source.id}`, { body: { enabled: !source.enabled } }))}
                        data-testid="source-toggle"
                      />
                    </td>
                    <td className="end">
                      {editor && source.state === 'retrying' && (
                        <button
                          type="button"
                          className="button quiet icon"
                          title={t.tryNow}
                          aria-label={t.tryTheSourceOfNow(source.stream)}
                          onClick={() => void act(() => call('POST', `/live/sources/${source.id}/retry`))}
                          data-testid="source-retry"
                        >
                          <RotateCw size={16} />
                        </button>
                      )}
                      {admin && (
                        <>
                          <button
                            type="button"
                            className="button quiet icon"
                            title={t.edit}
                            aria-label={t.editTheSourceOf(source.stream)}
                            onClick={() => setEdited(source)}
                          >
                            <Pencil size={16} />
                          </button>
                          <button
                            type="button"
                            className="button quiet icon"
                            title={t.remove}
                            aria-label={t.removeTheSourceOf(source.stream)}
                            onClick={() => void remove(source)}
                            data-testid="source-remove"
                          >
                            <Trash2 size={16} />
                          </button>
                        </>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        )}
        <UdpInputsCard />
      </div>
      {edited && (
        <SourceDialog source={edited === 'new' ? undefined : edited} onClose={() => setEdited(null)} onKept={() => setEdited(null)} />
      )}
    </>
  )
}
