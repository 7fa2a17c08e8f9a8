import { useMemo } from 'react'
import { historyMs } from '../client/apply-event.ts'
import { formatBitrate, formatOffset } from '../client/format.ts'
import { clientStore } from '../client/store.ts'
import type { HealthSample } from '../client/types.ts'
import { Chart } from '../components/chart.tsx'
import { ChartCursor, type ChartSource } from '../components/chart-source.ts'
import { decimal } from '../messages/numbers.ts'
import { live as t } from '../messages/page.ts'

interface Line {
  readonly label: string
  readonly color: string
  readonly value: (sample: HealthSample) => number | null
}

const none: readonly HealthSample[] = []
const minutes = [0, 1, 2, 3, 4, 5]

/** Figures of a stream, with the newest sample at the right edge: the host's clock may differ from ours. */
function sourceOf(streamId: string, running: boolean, lines: readonly Line[]): ChartSource {
  const samples = () => clientStore.getState().history[streamId] ?? none
  return {
    read() {
      const newest = samples().at(-1)?.timeMs ?? 0
      const clock = Date.now()
      // A stream that has gone quiet moves to the left.
      const nowMs = !running && newest > 0 ? newest : Math.abs(clock - newest) < 5000 || newest > clock ? newest : clock
      return {
        nowMs,
        series: lines.map(({ label, color, value }) => ({
          label,
          color,
          points: samples().map((sample) => ({ timeMs: sample.timeMs, value: value(sample) })),
        })),
      }
    },
    subscribe(listener) {
      let before = samples()
      const leave = clientStore.subscribe(() => {
        if (samples() === before) return
        before = samples()
        listener()
      })
      const timer = setInterval(listener, 1000)
      return () => {
        leave()
        clearInterval(timer)
      }
    },
  }
}

/** The last five minutes of a stream. */
export function Graphs({ streamId, running }: { readonly streamId: string; readonly running: boolean }) {
  const cursor = useMemo(() => new ChartCursor(), [])
  const sources = useMemo(() => {
    const one = (value: Line['value']) => sourceOf(streamId, running, [{ label: '', color: 'var(--accent)', value }])
    return {
      bitrate: sourceOf(streamId, running, [
        { label: t.video, color: 'var(--accent)', value: (sample) => sample.videoBitrateKbps },
        { label: t.audio, color: 'var(--second)', value: (sample) => sample.audioBitrateKbps },
      ]),
      frameRate: one((sample) => sample.frameRate),
      viewers: one((sample) => sample.viewers),
      offset: one((sample) => sample.avOffsetMs),
    }
  }, [streamId, running])
  const shared = { cursor, spanMs: historyMs, gapMs: 3500, minutes }
  return (
    <div className="charts" data-testid="graphs">
      <Chart
        title={t.bitrate}
        source={sources.bitrate}
        min={100}
        format={formatBitrate}
        axis={(kbps) => (kbps >= 1000 ? `${decimal(kbps / 1000, 2, 0)} Mbps` : `${Math.round(kbps)} kbps`)}
        {...shared}
      />
      <Chart title={t.frameRate} source={sources.frameRate} min={10} format={(value) => `${decimal(value, 1, 0)} fps`} {...shared} />
      <Chart title={t.viewers} source={sources.viewers} min={2} format={(value) => decimal(value, 1, 0)} {...shared} />
      <Chart title={t.aVOffset} source={sources.offset} min={50} signed format={formatOffset} {...shared} />
    </div>
  )
}
