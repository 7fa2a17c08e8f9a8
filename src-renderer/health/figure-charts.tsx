import { useMemo, useState, useSyncExternalStore } from 'react'
import { formatBitrate, formatBytes } from '../client/format.ts'
import { Chart } from '../components/chart.tsx'
import { ChartCursor } from '../components/chart-source.ts'
import { locale } from '../messages/language.ts'
import { decimal } from '../messages/numbers.ts'
import { type FiguresFeed, type FiguresShown, markText, spanMs } from './figures-feed.ts'
import { t } from './messages.ts'

interface Line {
  readonly figure: string
  readonly label: string
  readonly color: string
}

interface ChartPlan {
  readonly id: string
  readonly title: string
  readonly lines: readonly Line[]
  readonly format: (value: number) => string
  /** Shorter form for the axis; `format` where absent. */
  readonly axis?: (value: number) => string
  readonly min: number
  readonly max?: number
}

const colors = ['var(--chart-1)', 'var(--chart-2)', 'var(--chart-3)', 'var(--chart-4)', 'var(--chart-5)', 'var(--chart-6)']
const minutes = [0, 15, 30, 45, 60]
const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

const percent = (share: number): string => `${decimal(share * 100, share < 0.1 ? 1 : 0, 0)} %`
const milliseconds = (value: number): string => `${decimal(value, 1, 0)} ms`
const shortBitrate = (kbps: number): string => (kbps >= 1000 ? `${decimal(kbps / 1000, 2, 0)} Mbps` : `${decimal(kbps, 0)} kbps`)
const perSecond = (bytes: number): string => t.perSecond(formatBytes(bytes))

/** The charts that there are figures for. */
function plan({ figures, names, memoryBytes }: FiguresShown): readonly ChartPlan[] {
  const has = new Set(figures)
  const lines = (...wanted: readonly (readonly [figure: string, label: string])[]): Line[] =>
    wanted.filter(([figure]) => has.has(figure)).map(([figure, label], index) => ({ figure, label, color: colors[index] as string }))
  const bitrates = figures
    .filter((figure) => figure.startsWith('bitrate:'))
    .slice(0, colors.length)
    .map((figure) => [figure, names[figure.slice('bitrate:'.length)] ?? figure.slice(figure.indexOf('/') + 1)] as const)
  const all: readonly ChartPlan[] = [
    {
      id: 'cpu',
      title: t.charts.cpu,
      lines: lines(['cpu', t.lines.machine], ['cpu.ours', t.lines.ours]),
      format: percent,
      min: 0.1,
      max: 1,
    },
    {
      id: 'memory',
      title: t.charts.memory,
      lines: lines(['memory', t.lines.machine], ['memory.ours', t.lines.ours]),
      format: formatBytes,
      min: 1e9,
      max: Math.max(1e9, memoryBytes),
    },
    {
      id: 'frames',
      title: t.charts.frames,
      lines: lines(['frames', t.lines.frames], ['frames.dropped', t.lines.dropped]),
      format: (value) => decimal(value, 1, 0),
      min: 10,
    },
    {
      id: 'timing',
      title: t.charts.timing,
      lines: lines(['render', t.lines.render], ['encoder', t.lines.encoder]),
      format: milliseconds,
      min: 20,
    },
    { id: 'bitrate', title: t.charts.bitrate, lines: lines(...bitrates), format: formatBitrate, axis: shortBitrate, min: 100 },
    {
      id: 'network',
      title: t.charts.network,
      lines: lines(['network.received', t.lines.received], ['network.sent', t.lines.sent]),
      format: perSecond,
      min: 1e5,
    },
    {
      id: 'disk',
      title: t.charts.disk,
      lines: lines(['disk.read', t.lines.read], ['disk.written', t.lines.written]),
      format: perSecond,
      min: 1e5,
    },
    { id: 'gpu', title: t.charts.gpu, lines: lines(['gpu', '']), format: percent, min: 0.1, max: 1 },
    {
      id: 'temperature',
      title: t.charts.temperature,
      lines: lines(['temperature', '']),
      format: (value) => `${decimal(value, 0)} °C`,
      min: 50,
    },
  ]
  return all.filter((each) => each.lines.length > 0)
}

/** Graphs of the last hour, each also as a table. They draw themselves when figures come; React draws which there are. */
export function FigureCharts({ feed }: { readonly feed: FiguresFeed }) {
  const cursor = useMemo(() => new ChartCursor(), [])
  // The plan as text: it is the same for most samples.
  const key = useSyncExternalStore(feed.subscribe, () => planKey(feed.shown()))
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the plan depends on is its key
  const charts = useMemo(() => plan(feed.shown()).map((each) => ({ ...each, source: feed.source(() => each.lines) })), [feed, key])
  if (charts.length === 0) return <p className="quiet">{t.noFigures}</p>
  return (
    <div className="charts" data-testid="health-charts">
      {charts.map((chart) => (
        <div key={`${chart.id} ${chart.lines.length}`} className="figure-chart" data-testid={`chart-${chart.id}`}>
          <Chart
            title={chart.title}
            source={chart.source}
            cursor={cursor}
            spanMs={spanMs}
            gapMs={16_000}
            minutes={minutes}
            format={chart.format}
            min={chart.min}
            {...(chart.axis === undefined ? {} : { axis: chart.axis })}
            {...(chart.max === undefined ? {} : { max: chart.max })}
          />
          <FigureTable feed={feed} chart={chart} />
        </div>
      ))}
    </div>
  )
}

function planKey({ figures, names, memoryBytes }: FiguresShown): string {
  return JSON.stringify([figures, names, memoryBytes])
}

/** The values of a chart, one row a minute, as they were when the table was opened. */
function FigureTable({ feed, chart }: { readonly feed: FiguresFeed; readonly chart: ChartPlan }) {
  const [open, setOpen] = useState(false)
  return (
    <details className="figure-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t.asTable(chart.title)}</summary>
      {open && (
        <div className="table-scroll">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t.time}</th>
                {chart.lines.map(({ figure, label }) => (
                  <th key={figure} scope="col">
                    {label === '' ? chart.title : label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {feed.rows(chart.lines.map(({ figure }) => figure)).map(({ timeMs, values }) => (
                <tr key={timeMs}>
                  <th scope="row">{clock.format(timeMs)}</th>
                  {values.map((value, index) => (
                    <td key={chart.lines[index]?.figure}>{value === null ? '–' : chart.format(value)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  )
}

/** What happened in the hour, the newest first. */
export function MarkList({ feed }: { readonly feed: FiguresFeed }) {
  const marks = useSyncExternalStore(feed.subscribe, () => feed.shown().marks)
  return (
    <section className="card" aria-labelledby="marks-title">
      <header>
        <h2 id="marks-title">{t.marksTitle}</h2>
      </header>
      {marks.length === 0 ? (
        <p className="card-body quiet">{t.noMarks}</p>
      ) : (
        <ol className="mark-list" data-testid="marks">
          {marks
            .toReversed()
            .slice(0, 100)
            .map((mark) => (
              <li key={`${mark.timeMs} ${mark.kind} ${mark.name}`} data-kind={mark.kind}>
                <time>{clock.format(mark.timeMs)}</time>
                <span>{markText(mark)}</span>
              </li>
            ))}
        </ol>
      )}
    </section>
  )
}

/** The host and what it started, as they are now. */
export function ProcessTable({ feed }: { readonly feed: FiguresFeed }) {
  const { processes, names } = useSyncExternalStore(feed.subscribe, feed.shown)
  return (
    <section className="card" aria-labelledby="processes-title">
      <header>
        <h2 id="processes-title">{t.charts.processes}</h2>
      </header>
      <div className="table-scroll">
        <table className="table" data-testid="processes">
          <thead>
            <tr>
              <th scope="col">{t.process}</th>
              <th scope="col">{t.runsFor}</th>
              <th scope="col">{t.cpu}</th>
              <th scope="col">{t.memory}</th>
            </tr>
          </thead>
          <tbody>
            {processes.map(({ pid, name, of, cpu, memoryBytes }) => (
              <tr key={pid}>
                <th scope="row" translate="no">
                  {name}
                </th>
                <td translate="no">{of === null ? '' : (names[`source/${of}`] ?? of)}</td>
                <td>{t.ofACore(percent(cpu))}</td>
                <td>{formatBytes(memoryBytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
