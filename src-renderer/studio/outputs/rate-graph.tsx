import { formatBitrate } from '../../client/format.ts'
import { t } from '../messages.ts'
import { ratePath } from '../rate-history.ts'
import { useShow } from '../show-store.ts'

const [width, height] = [240, 28]
const none: readonly number[] = []

interface RateGraphProps {
  /** Id of the output. */
  readonly output: string
  /** What it is to send, kbps; 0 where it follows the quality. */
  readonly wantedKbps: number
}

/** The bitrate of an output over the last two minutes, with a dashed line at what it is to send. */
export function RateGraph({ output, wantedKbps }: RateGraphProps) {
  const rates = useShow((state) => state.outputRates[output] ?? none)
  if (rates.length < 2) return null
  const [least, most] = [Math.min(...rates), Math.max(...rates)]
  const top = Math.max(wantedKbps, most) * 1.15
  const path = ratePath(rates, top, width, height)
  const wantedY = height - (wantedKbps / top) * height
  const words = t.outputs.rateGraph(formatBitrate(least), formatBitrate(most))
  return (
    <svg
      className="rate-graph"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={words}
      data-testid="rate-graph"
      data-rates={rates.length}
    >
      <title>{words}</title>
      {wantedKbps > 0 && <line x1="0" x2={width} y1={wantedY} y2={wantedY} className="rate-wanted" />}
      <path d={path} className="rate-line" />
    </svg>
  )
}
