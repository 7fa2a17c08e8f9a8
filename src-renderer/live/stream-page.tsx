import { ArrowLeft, ExternalLink, Radio, Square, Trash2, Unplug } from 'lucide-react'
import { useEffect } from 'react'
import { Link, useLocation } from 'wouter'
import { useNow } from '../client/clock.ts'
import { readDetail } from '../client/follow-host.ts'
import { formatBytes, formatChannels, formatCodec, formatDuration } from '../client/format.ts'
import { useClient } from '../client/store.ts'
import type { Stream, ViewerSession } from '../client/types.ts'
import { ClipPreview } from '../clips/clip-preview.tsx'
import { EntityTable } from '../components/entity-table.tsx'
import { useMayEdit, useTitle } from '../components/page.ts'
import { Preview } from '../components/preview.tsx'
import { StateChip } from '../components/state-chip.tsx'
import { OnAir } from '../components/time.tsx'
import { notifyError } from '../components/toasts.tsx'
import { live as t } from '../messages/page.ts'
import { deleteStream, endStream, kickPublisher, rename } from './actions.ts'
import { Graphs } from './graphs.tsx'
import { HealthFacts, healthFacts } from './health-facts.tsx'
import { samePath } from './links.ts'
import { ShareBox } from './share-box.tsx'
import { sortStreams } from './sort-streams.ts'
import { SrtFacts } from './srt-facts.tsx'
import { StreamTabs, streamTabs } from './stream-tabs.tsx'
import { viewerColumns } from './viewer-columns.tsx'
import { Warnings } from './warnings.tsx'
import './live.css'
import { decimal } from '../messages/numbers.ts'

function Title({ stream, editor }: { readonly stream: Stream; readonly editor: boolean }) {
  if (!editor) return <h1>{stream.title || stream.name}</h1>
  return (
    <h1>
      <span className="sr-only">{stream.title || stream.name}</span>
      <input
        key={stream.title}
        className="inline-edit"
        defaultValue={stream.title || stream.name}
        aria-label={t.titleOfTheStream}
        maxLength={200}
        data-testid="stream-title"
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur()
          if (event.key === 'Escape') {
            event.currentTarget.value = stream.title || stream.name
            event.currentTarget.blur()
          }
        }}
        onBlur={(event) => {
          const title = event.currentTarget.value.trim()
          if (title !== '' && title !== (stream.title || stream.name)) void rename(stream, title)
          else event.currentTarget.value = stream.title || stream.name
        }}
      />
    </h1>
  )
}

function PublisherCard({ stream }: { readonly stream: Stream }) {
  const now = useNow()
  const { publisher } = stream
  return (
    <section className="card" aria-label={t.publisher}>
      <header>
        <h2>{t.publisher}</h2>
      </header>
      <div className="card-body stack">
        {publisher ? (
          <dl className="facts" data-testid="publisher">
            <div>
              <dt>{t.encoder}</dt>
              <dd title={publisher.encoder}>{publisher.encoder || t.unknown}</dd>
            </div>
            <div>
              <dt>{t.from}</dt>
              <dd>{publisher.remoteAddress}</dd>
            </div>
            <div>
              <dt>{t.protocol}</dt>
              <dd>{publisher.protocol.toUpperCase()}</dd>
            </div>
            <div>
              <dt>{t.connected}</dt>
              <dd>{formatDuration(now - Date.parse(publisher.connectedAt))}</dd>
            </div>
            <div>
              <dt>{t.received}</dt>
              <dd>{formatBytes(stream.health?.bytesIn)}</dd>
            </div>
            <div>
              <dt>{t.sent}</dt>
              <dd>{formatBytes(stream.health?.bytesOut)}</dd>
            </div>
          </dl>
        ) : (
          <p className="quiet">{stream.reconnecting ? t.thePublisherIsAwayViewers : t.noPublisherIsConnected}</p>
        )}
        {publisher?.protocol === 'srt' && <SrtFacts streamId={stream.id} />}
      </div>
    </section>
  )
}

function TracksCard({ stream }: { readonly stream: Stream }) {
  return (
    <section className="card" aria-label={t.tracks}>
      <header>
        <h2>{t.tracks}</h2>
      </header>
      {stream.tracks.length === 0 ? (
        <p className="card-body quiet">{t.noMediaYet}</p>
      ) : (
        <EntityTable
          items={stream.tracks}
          testId="tracks"
          columns={[
            { title: t.track, cell: ({ id }) => id },
            {
              title: t.codec,
              cell: ({ codec, codecString }) => (
                <>
                  {formatCodec(codec)} <code className="quiet">{codecString}</code>
                </>
              ),
            },
            {
              title: t.format,
              cell: (track) =>
                track.kind === 'video'
                  ? `${track.width ?? 0}×${track.height ?? 0}${track.frameRate ? `, ${t.fps(decimal(track.frameRate, 2, 0))}` : ''}`
                  : `${t.kilohertz(decimal((track.sampleRate ?? 0) / 1000, 2, 0))} ${formatChannels(track.channels)}`,
            },
          ]}
        />
      )}
    </section>
  )
}

const nobody: Readonly<Record<string, ViewerSession>> = {}

function Viewers({ stream }: { readonly stream: Stream }) {
  const sessions = useClient((state) => state.sessions[stream.id] ?? nobody)
  const now = useNow()
  const list = Object.values(sessions).sort((a, b) => a.startedAt.localeCompare(b.startedAt))
  return (
    <section className="card" aria-label={t.viewers}>
      <header>
        <h2>
          {t.viewers} <span className="quiet">{list.length}</span>
        </h2>
      </header>
      {list.length === 0 ? (
        <p className="card-body quiet">{t.nobodyWatchesAtTheMoment}</p>
      ) : (
        <EntityTable
          items={list}
          testId="viewer-sessions"
          rowTestId="viewer-session"
          columns={[
            ...viewerColumns(),
            { title: t.quality, cell: ({ rendition }) => rendition ?? '–' },
            { title: t.watched, end: true, cell: ({ startedAt }) => formatDuration(now - Date.parse(startedAt)) },
            { title: t.sent, end: true, cell: ({ bytes }) => formatBytes(bytes) },
          ]}
        />
      )}
    </section>
  )
}

/** What everybody wants to see of a stream first. */
function Overview({ stream }: { readonly stream: Stream }) {
  const isOver = stream.state === 'ended' || stream.state === 'error'
  return (
    <div className="stack">
      <Warnings stream={stream} />
      <div className="stream-grid">
        <div className="stack">
          {isOver ? <Preview name={stream.name} /> : <ClipPreview stream={stream} />}
          <section className="card card-body" aria-label={t.health}>
            <HealthFacts
              facts={[
                ...healthFacts(stream),
                { id: 'repairs', label: t.timestampsCorrected, value: stream.health ? String(stream.health.timestampRepairs) : '–' },
                { id: 'faults', label: t.faultsSkipped, value: stream.health ? String(stream.health.faults) : '–' },
              ]}
            />
          </section>
        </div>
        <ShareBox stream={stream} />
      </div>
      <Graphs streamId={stream.id} running={!isOver} />
      <div className="charts">
        <PublisherCard stream={stream} />
        <TracksCard stream={stream} />
      </div>
      <Viewers stream={stream} />
    </div>
  )
}

/** One stream, wholly. */
export function StreamPage({ name, tab }: { readonly name: string; readonly tab?: string | undefined }) {
  useTitle(name)
  const [, navigate] = useLocation()
  const phase = useClient((state) => state.phase)
  const streams = useClient((state) => state.streams)
  const editor = useMayEdit()
  const { current, over } = sortStreams(Object.values(streams).filter((stream) => stream.name === name || stream.id === name))
  const stream = current[0] ?? over[0]
  const id = stream?.id
  useEffect(() => {
    if (id === undefined) return
    const stop = new AbortController()
    readDetail(id, stop.signal).catch((error: unknown) => {
      if (!stop.signal.aborted) notifyError(error)
    })
    return () => stop.abort()
  }, [id])

  const back = (
    <Link href="/live" className="back">
      <ArrowLeft size={15} /> {t.live}
    </Link>
  )
  if (!stream) {
    return phase === 'loading' ? (
      <div className="stack" aria-hidden="true">
        <div className="skeleton stream-skeleton" />
        <div className="skeleton stream-skeleton" />
      </div>
    ) : (
      <>
        {back}
        <div className="card empty">
          <Radio size={32} />
          <h2>{t.thereIsNoStreamNamed(name)}</h2>
          <p>{t.itWasNeverPublishedTo}</p>
        </div>
      </>
    )
  }
  const isOver = stream.state === 'ended' || stream.state === 'error'
  const shown = streamTabs.find(({ path }) => path === tab)
  return (
    <>
      {back}
      <header className="page-head">
        <div>
          <div className="title-line">
            <Title stream={stream} editor={editor} />
            <StateChip stream={stream} />
          </div>
          <p className="small">
            {stream.name} · <OnAir stream={stream} /> · <span data-testid="stream-viewers">{stream.viewers}</span>{' '}
            {t.viewersAfterCount(stream.viewers)}
          </p>
        </div>
        <div className="row">
          <a className="button" href={samePath(stream.watchUrl)} target="_blank" rel="noreferrer" data-testid="open-watch">
            <ExternalLink size={16} /> {t.open}
          </a>
          {editor && !isOver && stream.publisher && !stream.demo && (
            <button type="button" className="button" onClick={() => void kickPublisher(stream)} data-testid="kick">
              <Unplug size={16} /> {t.kickPublisher}
            </button>
          )}
          {editor && !isOver && (
            <button type="button" className="button danger" onClick={() => void endStream(stream)} data-testid="end-stream">
              <Square size={16} /> {t.endStream}
            </button>
          )}
          {editor && isOver && (
            <button
              type="button"
              className="button"
              onClick={() => void deleteStream(stream).then(() => navigate('/live'))}
              data-testid="forget"
            >
              <Trash2 size={16} /> {t.deleteStream}
            </button>
          )}
        </div>
      </header>
      <StreamTabs stream={stream} current={shown?.path} />
      {shown ? <shown.Panel stream={stream} /> : <Overview stream={stream} />}
    </>
  )
}
