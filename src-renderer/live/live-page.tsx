import { Play, Video } from 'lucide-react'
import { useMemo } from 'react'
import { Link } from 'wouter'
import { useClient } from '../client/store.ts'
import { moveInList } from '../components/list-keys.ts'
import { useMayEdit, useTitle } from '../components/page.ts'
import { live as t } from '../messages/page.ts'
import { startDemo } from './actions.ts'
import { FirstRun } from './first-run.tsx'
import { sortStreams } from './sort-streams.ts'
import { EndedRow, StreamRow } from './stream-row.tsx'
import './live.css'

export function LivePage() {
  useTitle(t.live)
  const phase = useClient((state) => state.phase)
  const streams = useClient((state) => state.streams)
  const editor = useMayEdit()
  const { current, over } = useMemo(() => sortStreams(Object.values(streams)), [streams])
  const viewers = current.reduce((sum, stream) => sum + stream.viewers, 0)
  const demoRuns = current.some((stream) => stream.demo)
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{t.live}</h1>
          <p data-testid="live-summary">{phase === 'loading' ? t.reading : t.streamsAndViewers(current.length, viewers)}</p>
        </div>
        {editor && (
          <Link href="/publish" className="button" data-testid="go-live-browser">
            <Video size={16} /> {t.goLiveFromThisBrowser}
          </Link>
        )}
        {editor && current.length > 0 && !demoRuns && (
          <button type="button" className="button" onClick={() => void startDemo()} data-testid="start-demo">
            <Play size={16} /> {t.startTheTestStream}
          </button>
        )}
      </header>
      {phase === 'loading' ? (
        <div className="stack" aria-hidden="true">
          <div className="skeleton stream-skeleton" />
          <div className="skeleton stream-skeleton" />
        </div>
      ) : current.length === 0 ? (
        <FirstRun editor={editor} />
      ) : (
        <ul className="stack" onKeyDown={moveInList} aria-label={t.liveStreams}>
          {current.map((stream) => (
            <StreamRow key={stream.id} stream={stream} editor={editor} />
          ))}
        </ul>
      )}
      {over.length > 0 && (
        <details className="card ended" data-testid="ended-section">
          <summary>
            {t.ended} <span className="quiet">{over.length}</span>
          </summary>
          <ul onKeyDown={moveInList}>
            {over.map((stream) => (
              <EndedRow key={stream.id} stream={stream} editor={editor} />
            ))}
          </ul>
        </details>
      )}
    </>
  )
}
