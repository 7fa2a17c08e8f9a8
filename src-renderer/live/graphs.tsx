import { useState } from 'react'
import { useNow } from '../client/clock.ts'
import { formatBitrate, formatOffset } from '../client/format.ts'
import { historyMs, useClient } from '../client/store.ts'
import type { HealthSample } from '../client/types.ts'
import { Chart } from '../components/chart.tsx'
import type { ChartPoint } from '../components/chart-scale.ts'
import { decimal } from '../messages/numbers.ts'
import { live as t } from '../messages/page.ts'

const none: readonly HealthSample[] = []

/** The last five minutes of a stream. */
export function Graphs({ streamId, running }: { readonly streamId: string; readonly running: boolean }) {
  const samples = useClient((state) => state.history[streamId] ?? none)
  const clock = useNow()
  const [hoverMs, setHoverMs] = useState<number | null>(null)
  const newest = samples.at(-1)?.timeMs ?? 0
  // The host's clock may differ from ours: the right edge is the newest sample unless the stream has gone quiet.
  const now = !running && newest > 0 ? newest : Math.abs(clock - newest) < 5000 || newest > clock ? newest : clock
  const points = (value: (sample: HealthSample) => number | null): readonly ChartPoint[] =>
    samples.map((sample) => ({ timeMs: sample.timeMs, value: value(sample) }))
  const shared = { nowMs: now, spanMs: historyMs, hoverMs, onHover: setHoverMs }
  return (
    <div className="charts" data-testid="graphs">
      <Chart
        title={t.bitrate}
        series={[
          { label: t.video, color: 'var(--accent)', points: points((sample) => sample.videoBitrateKbps) },
          { label: t.audio, color: 'var(--second)', points: points((sample) => sample.audioBitrateKbps) },
        ]}
        min={100}
        format={formatBitrate}
        axis={(kbps) => (kbps >= 1000 ? `${decimal(kbps / 1000, 2, 0)} Mbps` : `${Math.round(kbps)} kbps`)}
        {...shared}
      />
      <Chart
        title={t.frameRate}
        series={[{ label: '', color: 'var(--accent)', points: points((sample) => sample.frameRate) }]}
        min={10}
        format={(value) => `${decimal(value, 1, 0)} fps`}
        {...shared}
      />
      <Chart
        title={t.viewers}
        series={[{ label: '', color: 'var(--accent)', points: points((sample) => sample.viewers) }]}
        min={2}
        format={(value) => decimal(value, 1, 0)}
        {...shared}
      />
      <Chart
        title={t.aVOffset}
        series={[{ label: '', color: 'var(--accent)', points: points((sample) => sample.avOffsetMs) }]}
        min={50}
        signed
        format={formatOffset}
        {...shared}
      />
    </div>
  )
}
