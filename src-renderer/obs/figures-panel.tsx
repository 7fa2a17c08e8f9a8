import { useMemo, useState, useSyncExternalStore } from 'react'
import { formatBitrate, formatBytes, formatDuration } from '../client/format.ts'
import { Chart } from '../components/chart.tsx'
import { ChartCursor } from '../components/chart-source.ts'
import { decimal } from '../messages/numbers.ts'
import { t } from './messages.ts'
import { chartSpanMs, type SamplesFeed } from './samples-feed.ts'

const minutes = [0, 1, 2, 3, 4]
/** OBS is asked every two seconds. */
const gapMs = 6000
const megabyte = 1024 * 1024

/** How OBS does: bitrate, processor, frame rate, and frames that it lost. */
export function FiguresPanel({ feed }: { readonly feed: SamplesFeed }) {
  const statistics = useSyncExternalStore(feed.subscribe, feed.statistics)
  const stream = useSyncExternalStore(feed.subscribe, feed.stream)
  const [cursor] = useState(() => new ChartCursor())
  const sources = useMemo(
    () => ({
      bitrate: feed.source('bitrate', 'var(--chart-1)'),
      cpu: feed.source('cpu', 'var(--chart-2)'),
      fps: feed.source('fps', 'var(--chart-3)'),
    }),
    [feed],
  )
  const common = { cursor, spanMs: chartSpanMs, gapMs, minutes }
  return (
    <section className="stack obs-figures" aria-label={t.figures} data-testid="obs-figures">
      <div className="obs-charts">
        <Chart {...common} title={t.bitrate} source={sources.bitrate} format={(value) => formatBitrate(value)} min={1000} />
        <Chart {...common} title={t.cpu} source={sources.cpu} format={(value) => `${decimal(value, 1)} %`} min={10} />
        <Chart {...common} title={t.fps} source={sources.fps} format={(value) => decimal(value, 1)} min={30} />
      </div>
      {statistics !== undefined && (
        <dl className="facts card card-body">
          {stream?.active === true && (
            <>
              <Fact name={t.facts.uptime} value={formatDuration(stream.uptimeMs)} />
              <Fact name={t.facts.dropped} value={lost(stream.droppedFrames, stream.frames)} />
            </>
          )}
          <Fact name={t.facts.rendered} value={lost(statistics.renderSkippedFrames, statistics.renderTotalFrames)} />
          <Fact name={t.facts.encoded} value={lost(statistics.outputSkippedFrames, statistics.outputTotalFrames)} />
          <Fact name={t.facts.memory} value={formatBytes(statistics.memoryMegabytes * megabyte)} />
          <Fact name={t.facts.disk} value={formatBytes(statistics.freeDiskMegabytes * megabyte)} />
        </dl>
      )}
    </section>
  )
}

const lost = (count: number, total: number): string => t.framesOf(decimal(count, 0), decimal(total === 0 ? 0 : (100 * count) / total, 1))

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
