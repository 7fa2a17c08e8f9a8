import { ScrollText } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { call } from '../client/api.ts'
import { clientStore, useClient } from '../client/store.ts'
import type { AuditLine } from '../client/types.ts'
import { useTitle } from '../components/page.ts'
import { notifyError } from '../components/toasts.tsx'
import { activity as t } from '../messages/page.ts'
import { joinLines } from './join-lines.ts'
import './activity.css'
import { locale } from '../messages/language.ts'

const kinds = ['connect', 'publish', 'quality', 'disconnect', 'state', 'error', 'command', 'sign-in'] as const

/** A kind of line in words; one that this page does not know as the host names it. */
function kindText(kind: string): string {
  const known = kinds.find((each) => each === kind)
  return known === undefined ? kind : t.kinds[known]
}

const linesOf = (kind: string, stream: string, cursor: string | null, signal?: AbortSignal) =>
  call('GET', '/audit', {
    query: { kind: kind || undefined, stream: stream || undefined, cursor: cursor ?? undefined },
    ...(signal && { signal }),
  })

const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
const day = new Intl.DateTimeFormat(locale, { weekday: 'short', day: 'numeric', month: 'short' })

export function ActivityPage() {
  useTitle(t.activity)
  const [kind, setKind] = useState('')
  const [stream, setStream] = useState('')
  const [pages, setPages] = useState<readonly AuditLine[] | null>(null)
  const [cursor, setCursor] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const arrived = useClient((state) => state.audit)
  const streams = useClient((state) => state.streams)
  const connection = useClient((state) => state.connection)
  const phase = useClient((state) => state.phase)
  const names = useMemo(() => [...new Set(Object.values(streams).map((each) => each.name))].sort(), [streams])

  // biome-ignore lint/correctness/useExhaustiveDependencies: read again when the connection is back, since lines may have been missed
  useEffect(() => {
    if (clientStore.getState().phase !== 'ready') return
    const stop = new AbortController()
    linesOf(kind, stream, null, stop.signal).then(
      (page) => {
        setPages(page.items)
        setCursor(page.nextCursor)
      },
      (error: unknown) => {
        if (!stop.signal.aborted) notifyError(error)
      },
    )
    return () => stop.abort()
  }, [kind, stream, connection === 'live', phase === 'ready'])

  const older = async () => {
    setBusy(true)
    try {
      const page = await linesOf(kind, stream, cursor)
      setPages((before) => [...(before ?? []), ...page.items])
      setCursor(page.nextCursor)
    } catch (error) {
      notifyError(error)
    }
    setBusy(false)
  }

  const lines = useMemo(() => joinLines(arrived, pages ?? [], kind, stream), [arrived, pages, kind, stream])
  let lastDay = ''
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{t.activity}</h1>
          <p>{t.whoDidWhatNewestFirst}</p>
        </div>
        <div className="row">
          <select
            className="input fit-input"
            value={kind}
            onChange={(event) => setKind(event.target.value)}
            aria-label={t.kind}
            data-testid="activity-kind"
          >
            <option value="">{t.everyKind}</option>
            {kinds.map((each) => (
              <option key={each} value={each}>
                {t.kinds[each]}
              </option>
            ))}
          </select>
          <select
            className="input fit-input"
            value={stream}
            onChange={(event) => setStream(event.target.value)}
            aria-label={t.stream}
            data-testid="activity-stream"
          >
            <option value="">{t.everyStream}</option>
            {names.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </div>
      </header>
      {pages === null ? (
        <div className="skeleton stream-skeleton" aria-hidden="true" />
      ) : lines.length === 0 ? (
        <div className="card empty">
          <ScrollText size={32} />
          <h2>{t.nothingYet}</h2>
          <p>{kind || stream ? t.noLineFitsThisFilter : t.connectionsStreamsAndCommandsAppear}</p>
        </div>
      ) : (
        <ol className="card lines" data-testid="activity">
          {lines.map((line) => {
            const date = new Date(line.time)
            const today = day.format(date)
            const heading = today !== lastDay
            lastDay = today
            return (
              <li key={line.id} data-testid="activity-line" data-kind={line.kind}>
                {heading && <h2 className="day">{today}</h2>}
                <div className="line">
                  <time dateTime={line.time}>{clock.format(date)}</time>
                  <span className={line.kind === 'error' ? 'chip error' : 'chip plain'}>{kindText(line.kind)}</span>
                  <span className="message" translate="no">
                    {line.message}
                    {line.code && <code className="quiet"> {line.code}</code>}
                  </span>
                  <span className="quiet small who" translate="no">
                    {[line.streamName, line.remoteAddress, line.actor].filter(Boolean).join(' · ')}
                  </span>
                </div>
              </li>
            )
          })}
        </ol>
      )}
      {cursor !== null && (
        <div className="more">
          <button type="button" className="button" disabled={busy} onClick={() => void older()} data-testid="activity-older">
            {t.showOlderLines}
          </button>
        </div>
      )}
    </>
  )
}
