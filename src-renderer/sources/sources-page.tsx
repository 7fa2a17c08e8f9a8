import { Pencil, Plus, RotateCw, Trash2, Webcam } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { call } from '../client/api.ts'
import { useCollection } from '../client/collection.ts'
import type { Source } from '../client/types.ts'
import { confirm } from '../components/dialog.tsx'
import { useIsAdmin, useMayEdit, useTitle } from '../components/page.ts'
import { Ago } from '../components/time.tsx'
import { tell, tellError } from '../components/toasts.tsx'
import { SourceDialog } from './source-dialog.tsx'
import { sources } from './source-stores.ts'
import { UdpInputsCard } from './udp-inputs-card.tsx'

const states: Readonly<Record<Source['state'], readonly [string, string]>> = {
  'off': ['chip', 'off'],
  'idle': ['chip', 'waits for a viewer'],
  'connecting': ['chip pending', 'connecting'],
  'live': ['chip live', 'live'],
  'retrying': ['chip error', 'failed, trying again'],
}

/** Sources that the host fetches by itself. */
export function SourcesPage() {
  useTitle('Inputs')
  const admin = useIsAdmin()
  const editor = useMayEdit()
  const { loaded, items } = useCollection(sources)
  const shown = Object.values(items)
  const [edited, setEdited] = useState<Source | 'new' | null>(null)
  const act = async (work: () => Promise<unknown>, said?: string) => {
    try {
      await work()
      if (said) tell(said)
    } catch (error) {
      tellError(error)
    }
  }
  const remove = async (source: Source) => {
    if (await confirm(`Remove the source of ${source.stream}?`, 'Its URL is deleted; the stream ends.', 'Remove'))
      await act(() => call('DELETE', `/live/sources/${source.id}`), 'The source was removed')
  }
  return (
    <>
      <header className="page-head">
        <div>
          <h1>Inputs</h1>
          <p>Streams that this host fetches by itself: cameras, other servers, files in a loop.</p>
        </div>
        {admin && (
          <button type="button" className="button primary" onClick={() => setEdited('new')} data-testid="new-source">
            <Plus size={16} /> New source
          </button>
        )}
      </header>
      <div className="stack">
        {!loaded ? (
          <div className="skeleton stream-skeleton" aria-hidden="true" />
        ) : shown.length === 0 ? (
          <div className="card empty">
            <Webcam size={32} />
            <h2>No sources yet</h2>
            <p>
              A source is a URL that AMI Streams fetches and publishes, for what does not publish by itself, like a camera. Encoders publish
              with a key (see Keys).
            </p>
          </div>
        ) : (
          <section className="card table-wrap" aria-label="Sources">
            <table data-testid="sources">
              <thead>
                <tr>
                  <th>Stream</th>
                  <th>URL</th>
                  <th>State</th>
                  <th>On</th>
                  <th>
                    <span className="sr-only">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {shown.map((source) => (
                  <tr key={source.id} data-testid="source-row" data-state={source.state}>
                    <td>
                      <Link href={`/live/${source.stream}`}>{source.stream}</Link>
                      <div className="small quiet">{source.when === 'always' ? 'always' : 'on demand'}</div>
                    </td>
                    <td className="small break">{source.url}</td>
                    <td>
                      <span className={states[source.state][0]}>{states[source.state][1]}</span>
                      {source.liveSince && (
                        <span className="small quiet">
                          {' '}
                          {source.format}, <Ago iso={source.liveSince} />
                        </span>
                      )}
                      {source.error && <div className="small quiet">{source.error}</div>}
                      {source.skipped.length > 0 && <div className="small quiet">left out: {source.skipped.join(', ')}</div>}
                    </td>
                    <td>
                      <button
                        type="button"
                        className="switch"
                        role="switch"
                        disabled={!admin}
                        aria-checked={source.enabled}
                        aria-label={`The source of ${source.stream} is on`}
                        onClick={() => void act(() => call('PATCH', `/live/sources/${source.id}`, { body: { enabled: !source.enabled } }))}
                        data-testid="source-toggle"
                      />
                    </td>
                    <td className="end">
                      {editor && source.state === 'retrying' && (
                        <button
                          type="button"
                          className="button quiet icon"
                          title="Try now"
                          aria-label={`Try the source of ${source.stream} now`}
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
                            title="Edit"
                            aria-label={`Edit the source of ${source.stream}`}
                            onClick={() => setEdited(source)}
                          >
                            <Pencil size={16} />
                          </button>
                          <button
                            type="button"
                            className="button quiet icon"
                            title="Remove"
                            aria-label={`Remove the source of ${source.stream}`}
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
