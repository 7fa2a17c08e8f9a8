import { Download } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import type { ViewerFigures } from '../../src-main/live/audience/schemas.ts'
import { call } from '../client/api.ts'
import { useNow } from '../client/clock.ts'
import { followEvents } from '../client/event-followers.ts'
import { formatBitrate, formatBytes, formatDuration, formatSeconds } from '../client/format.ts'
import { useClient } from '../client/store.ts'
import type { Stream, ViewerSession } from '../client/types.ts'
import { Chart } from '../components/chart.tsx'
import { ChartCursor } from '../components/chart-source.ts'
import { EntityTable } from '../components/entity-table.tsx'
import { notifyError } from '../components/toasts.tsx'
import { useChartSource } from '../components/use-chart-source.ts'
import { decimal } from '../messages/numbers.ts'
import { live as t } from '../messages/page.ts'
import { viewerColumns } from './viewer-columns.tsx'

const spanMs = 300_000
const minutes = [0, 1, 2, 3, 4, 5]
const nobody: Readonly<Record<string, ViewerSession>> = {}
/** Rows drawn at most; all are in the export. */
const maxRows = 200
const colors = ['var(--accent)', 'var(--second)', 'var(--good, #3a9d5d)', 'var(--warn, #c98a1b)', 'var(--text-quiet, #888)']

function percent(ratio: number | null): string {
  return ratio === null ? '–' : `${decimal(ratio * 100, ratio < 0.1 ? 2 : 1)} %`
}

/** Figures of the last five minutes, the newest last. */
function useFigures(streamId: string): readonly ViewerFigures[] {
  const [samples, setSamples] = useState<readonly ViewerFigures[]>([])
  useEffect(() => {
    const stop = new AbortController()
    setSamples([])
    const unfollow = followEvents({
      onEvent(event) {
        if (event.topic !== 'stream.viewers' || event.stream !== streamId) return
        const figures = event.data as ViewerFigures
        setSamples((known) => [...known.filter(({ timeMs }) => timeMs > figures.timeMs - spanMs && timeMs < figures.timeMs), figures])
      },
      onFresh() {
        call('GET', `/live/streams/${streamId}/viewers/history`, { query: { step: 1 }, signal: stop.signal }).then(
          ({ samples: read }) => setSamples((known) => [...read, ...known.filter(({ timeMs }) => timeMs > (read.at(-1)?.timeMs ?? 0))]),
          (error: unknown) => {
            if (!stop.signal.aborted) notifyError(error)
          },
        )
      },
    })
    return () => {
      stop.abort()
      unfollow()
    }
  }, [streamId])
  return samples
}

function Figures({ newest }: { readonly newest: ViewerFigures | undefined }) {
  const facts: readonly (readonly [id: string, label: string, value: string])[] = [
    ['concurrent', t.watchingNow, String(newest?.concurrent ?? 0)],
    ['total', t.sessions, String(newest?.total ?? 0)],
    ['peak', t.atMost, String(newest?.peak ?? 0)],
    ['score', t.healthScore, newest?.healthScore === null || newest === undefined ? '–' : t.of100(newest.healthScore)],
    ['rebuffer', t.stalledLastMinute, percent(newest?.rebufferRatio ?? null)],
    ['startup', t.meanStartup, formatSeconds(newest?.startupMs ?? null)],
    ['latency', t.latencyHalf95, `${formatSeconds(newest?.latencyP50Ms ?? null)} / ${formatSeconds(newest?.latencyP95Ms ?? null)}`],
    ['bytes', t.sent, formatBytes(newest?.bytes)],
  ]
  return (
    <section className="card card-body" aria-label={t.figuresOfViewers}>
      <dl className="facts" data-testid="viewer-figures">
        {facts.map(([id, label, value]) => (
          <div key={id}>
            <dt>{label}</dt>
            <dd data-testid={`viewers-${id}`}>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function Charts({ samples }: { readonly samples: readonly ViewerFigures[] }) {
  const clock = useNow()
  const cursor = useMemo(() => new ChartCursor(), [])
  const newestMs = samples.at(-1)?.timeMs ?? clock
  const nowMs = Math.abs(clock - newestMs) < 5000 ? newestMs : clock
  const points = (value: (figures: ViewerFigures) => number | null) =>
    samples.map((figures) => ({ timeMs: figures.timeMs, value: value(figures) }))
  const qualities = [...new Set(samples.flatMap((figures) => Object.keys(figures.qualities)))].slice(0, colors.length)
  const count = (value: number) => decimal(value, 1, 0)
  const one = (value: (figures: ViewerFigures) => number | null) => ({
    nowMs,
    series: [{ label: '', color: 'var(--accent)', points: points(value) }],
  })
  const shared = { cursor, spanMs, gapMs: 3500, minutes }
  return (
    <div className="charts" data-testid="viewer-charts">
      <Chart title={t.watching} source={useChartSource(one(({ concurrent }) => concurrent))} min={2} format={count} {...shared} />
      <Chart
        title={t.qualities}
        source={useChartSource({
          nowMs,
          series: qualities.map((quality, index) => ({
            label: quality,
            color: colors[index] as string,
            points: points((figures) => figures.qualities[quality] ?? 0),
          })),
        })}
        min={2}
        format={count}
        {...shared}
      />
      <Chart
        title={t.stalled}
        source={useChartSource(one(({ rebufferRatio }) => (rebufferRatio === null ? null : rebufferRatio * 100)))}
        min={2}
        format={(value) => `${decimal(value, 2, 0)} %`}
        {...shared}
      />
      <Chart
        title={t.latency}
        source={useChartSource({
          nowMs,
          series: [
            { label: t.half, color: 'var(--accent)', points: points(({ latencyP50Ms }) => latencyP50Ms) },
            { label: '95 %', color: 'var(--second)', points: points(({ latencyP95Ms }) => latencyP95Ms) },
          ],
        })}
        min={2000}
        format={(value) => formatSeconds(value)}
        {...shared}
      />
    </div>
  )
}

/** Who watches a stream, and how well. */
export function ViewersPanel({ stream }: { readonly stream: Stream }) {
  const samples = useFigures(stream.id)
  const sessions = useClient((state) => state.sessions[stream.id] ?? nobody)
  const now = useNow()
  const list = Object.values(sessions).sort((a, b) => b.startedAt.localeCompare(a.startedAt))
  return (
    <div className="stack" data-testid="viewers-panel">
      <Figures newest={samples.at(-1)} />
      <Charts samples={samples} />
      <section className="card" aria-label={t.viewerSessions}>
        <header>
          <h2>
            {t.sessions} <span className="quiet">{list.length}</span>
          </h2>
          <div className="row">
            {(['csv', 'json'] as const).map((format) => (
              <a
                key={format}
                className="button"
                href={`/api/v1/live/streams/${stream.id}/viewers/export?format=${format}`}
                download
                data-testid={`viewers-export-${format}`}
              >
                <Download size={16} /> {format.toUpperCase()}
              </a>
            ))}
          </div>
        </header>
        {list.length === 0 ? (
          <p className="card-body quiet">{t.nobodyWatchesAtTheMomentSend}</p>
        ) : (
          <EntityTable
            items={list.slice(0, maxRows)}
            testId="viewer-table"
            rowTestId="viewer-row"
            columns={[
              ...viewerColumns(),
              { title: t.quality, cell: ({ quality, rendition }) => quality ?? rendition ?? '–' },
              { title: t.watched, end: true, cell: ({ startedAt }) => formatDuration(now - Date.parse(startedAt)) },
              { title: t.startup, end: true, cell: ({ startupMs }) => formatSeconds(startupMs) },
              {
                title: t.stalls,
                end: true,
                cell: ({ stalls, stallMs }) => (stalls === null ? '–' : `${stalls}${stallMs ? ` (${formatSeconds(stallMs)})` : ''}`),
              },
              { title: t.switches, end: true, cell: ({ switches }) => switches },
              { title: t.latency, end: true, cell: ({ latencyMs }) => formatSeconds(latencyMs) },
              { title: t.bitRate, end: true, cell: ({ averageKbps }) => formatBitrate(averageKbps) },
              { title: t.sent, end: true, cell: ({ bytes }) => formatBytes(bytes) },
            ]}
          />
        )}
      </section>
    </div>
  )
}
