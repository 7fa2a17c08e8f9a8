import { type ReactNode, useMemo, useState } from 'react'
import { formatBytes } from '../client/format.ts'
import { Chart } from '../components/chart.tsx'
import { ChartCursor, type ChartData } from '../components/chart-source.ts'
import { type Column, EntityTable } from '../components/entity-table.tsx'
import { useChartSource } from '../components/use-chart-source.ts'
import { locale } from '../messages/language.ts'
import { decimal } from '../messages/numbers.ts'
import { bitrate, count, countryName, latency, percent, perSecond } from './figures.ts'
import { t } from './messages.ts'
import { gapOf, pointsOf, type RangeName, ranges, type Traffic, type TrafficFigure, useTraffic } from './traffic.ts'
import { TrafficMap } from './traffic-map.tsx'

/** What all nodes delivered in a time that is chosen here. */
export function TrafficPanel() {
  const [range, setRange] = useState<RangeName>('hour')
  const traffic = useTraffic(range, 'all')
  return (
    <section className="stack" aria-label={t.traffic} data-testid="traffic">
      <div className="network-section-head">
        <h2>{t.traffic}</h2>
        <fieldset className="segmented" aria-label={t.range}>
          {(Object.keys(ranges) as RangeName[]).map((name) => (
            <button key={name} type="button" aria-pressed={name === range} onClick={() => setRange(name)} data-testid={`range-${name}`}>
              {t.ranges[name]}
            </button>
          ))}
        </fieldset>
      </div>
      {traffic === undefined ? (
        <div className="skeleton stream-skeleton" aria-hidden="true" />
      ) : (
        <>
          <Totals traffic={traffic} />
          <Charts key={range} traffic={traffic} range={range} />
          <TrafficMap places={traffic.map} />
          <div className="share-lists">
            <Shares title={t.paths} shares={traffic.paths} mono />
            <Shares title={t.referers} shares={traffic.referers} nameOf={(name) => name || t.noReferer} />
            <Shares title={t.countries} shares={traffic.countries} nameOf={countryName} hint={t.countriesHint} />
            <Shares title={t.devices} shares={traffic.devices} nameOf={(name) => deviceNames()[name] ?? name} />
            <Shares title={t.statuses} shares={traffic.statuses} />
          </div>
          <Places traffic={traffic} />
        </>
      )}
    </section>
  )
}

function Totals({ traffic: { totals, costs } }: { readonly traffic: Traffic }) {
  const figures: readonly (readonly [string, string])[] = [
    [t.toViewers, formatBytes(totals.bytesOut)],
    [t.requests, count(totals.requests)],
    [t.hitRatio, percent(totals.hitRatio)],
    [t.errors, count(totals.errors4xx + totals.errors5xx)],
    [t.latency, [totals.p50Ms, totals.p95Ms, totals.p99Ms].map(latency).join(' · ')],
    ...(costs.length === 0 ? [] : [[t.cost, costs.map(({ amount, currency }) => money(amount, currency)).join(', ')] as const]),
  ]
  return (
    <dl className="card card-body traffic-totals" data-testid="traffic-totals">
      {figures.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

interface Line {
  readonly figure: TrafficFigure
  readonly label: string
  readonly color: string
}

const bitrateLines = (): readonly Line[] => [{ figure: 'bitrateOutBps', label: '', color: 'var(--chart-1)' }]
const requestLines = (): readonly Line[] => [{ figure: 'requestsPerS', label: '', color: 'var(--chart-1)' }]
const ratioLines = (): readonly Line[] => [
  { figure: 'hitRatio', label: t.hits, color: 'var(--chart-1)' },
  { figure: 'errorRatio', label: t.errors, color: 'var(--chart-2)' },
]
const latencyLines = (): readonly Line[] => [
  { figure: 'p50Ms', label: 'p50', color: 'var(--chart-1)' },
  { figure: 'p95Ms', label: 'p95', color: 'var(--chart-2)' },
  { figure: 'p99Ms', label: 'p99', color: 'var(--chart-3)' },
]

function Charts({ traffic, range }: { readonly traffic: Traffic; readonly range: RangeName }) {
  const cursor = useMemo(() => new ChartCursor(), [])
  const shared = { traffic, range, cursor }
  return (
    <div className="traffic-charts">
      <TrafficChart {...shared} title={t.toViewers} lines={bitrateLines()} format={bitrate} min={1e6} />
      <TrafficChart {...shared} title={t.requests} lines={requestLines()} format={perSecond} min={1} />
      <TrafficChart {...shared} title={t.hitRatio} lines={ratioLines()} format={percent} min={1} max={1} />
      <TrafficChart {...shared} title={t.latency} lines={latencyLines()} format={latency} min={10} />
    </div>
  )
}

interface TrafficChartProps {
  readonly traffic: Traffic
  readonly range: RangeName
  readonly cursor: ChartCursor
  readonly title: string
  readonly lines: readonly Line[]
  readonly format: (value: number) => string
  readonly min: number
  readonly max?: number
}

function TrafficChart({ traffic, range, lines, ...chart }: TrafficChartProps) {
  const [series] = traffic.series
  const { spanMs, minutes } = ranges[range]
  const data: ChartData = {
    nowMs: Date.parse(traffic.to),
    series: lines.map(({ figure, label, color }) => ({ label, color, points: pointsOf(traffic, series, figure) })),
  }
  const source = useChartSource(data)
  return <Chart {...chart} source={source} spanMs={spanMs} minutes={minutes} gapMs={gapOf(traffic)} />
}

interface SharesProps {
  readonly title: string
  readonly shares: Traffic['paths']
  readonly nameOf?: (name: string) => string
  /** What is shown where there is nothing. */
  readonly hint?: string
  readonly mono?: boolean
}

/** Names of each list that are shown. */
const shownNames = 8

/** What most was sent for. */
function Shares({ title, shares, nameOf = (name) => name, hint = t.nothingYet, mono = false }: SharesProps) {
  const shown = shares.slice(0, shownNames)
  const most = Math.max(1, ...shown.map(({ requests }) => requests))
  return (
    <section className="card share-list" aria-label={title}>
      <h3>{title}</h3>
      {shown.length === 0 ? (
        <p className="quiet small">{hint}</p>
      ) : (
        <ol>
          {shown.map(({ name, requests, bytes }) => (
            <li key={name} style={{ '--share': `${(requests / most) * 100}%` } as object}>
              <span className={mono ? 'share-name mono' : 'share-name'} title={name} translate="no">
                {nameOf(name)}
              </span>
              <span className="share-value">
                {count(requests)} · {formatBytes(bytes)}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}

interface Place {
  readonly id: string
  readonly name: string
  readonly requests: number
  readonly bytesOut: number
  readonly hitRatio: number | null
  readonly cost: Traffic['nodes'][number]['cost']
}

/** Nodes and regions with what they delivered and cost. */
function Places({ traffic: { nodes, regions } }: { readonly traffic: Traffic }) {
  return (
    <>
      {regions.length > 0 && <PlaceTable title={t.regions} items={regions} testId="traffic-regions" />}
      <PlaceTable title={t.nodes} items={nodes} testId="traffic-nodes" />
    </>
  )
}

function PlaceTable({ title, items, testId }: { readonly title: string; readonly items: readonly Place[]; readonly testId: string }) {
  const columns: readonly Column<Place>[] = [
    { title, cell: ({ name }): ReactNode => <span translate="no">{name}</span> },
    { title: t.toViewers, end: true, cell: ({ bytesOut }) => formatBytes(bytesOut) },
    { title: t.requests, end: true, cell: ({ requests }) => count(requests) },
    { title: t.hitRatio, end: true, cell: ({ hitRatio }) => percent(hitRatio) },
    { title: t.cost, end: true, cell: ({ cost }) => (cost === null ? '–' : money(cost.amount, cost.currency)) },
    {
      title: t.costPerTb,
      end: true,
      cell: ({ cost }) => (cost === null || cost.perTb === null ? '–' : money(cost.perTb, cost.currency)),
    },
  ]
  return (
    <div className="card">
      <EntityTable items={items} columns={columns} testId={testId} />
    </div>
  )
}

function money(amount: number, currency: string): string {
  try {
    return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(amount)
  } catch {
    return `${decimal(amount, 2)} ${currency}`
  }
}

const deviceNames = (): Readonly<Record<string, string>> => t.deviceNames
