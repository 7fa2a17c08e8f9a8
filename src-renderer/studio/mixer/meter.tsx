import { useEffect, useRef } from 'react'
import { meterFloorDb, meterShare } from '../../components/fader-scale.ts'
import { followMeters, type Levels } from '../levels/meter-feed.ts'

/** How fast the mark of the highest level falls, dB a second. */
const fallDbPerSecond = 12
/** How long it stays before it falls, ms. */
const holdMs = 900

interface Channel {
  heldDb: number
  heldAtMs: number
  shownDb: number
}

const colors: readonly (readonly [untilDb: number, color: string, dim: string])[] = [
  [-18, '#2fb36f', '#2fb36f26'],
  [-6, '#e0b035', '#e0b03526'],
  [0, '#e5484d', '#e5484d26'],
]

interface MeterProps {
  /** `source:ID` or `track:N`; another name where `read` is given. */
  readonly of: string
  readonly label: string
  /** What of all levels it shows. Must stay the same function. */
  readonly read?: (levels: ReadonlyMap<string, Levels>) => Levels | undefined
}

/** The level of a source or track in two bars, drawn beside React: peak as the bar, with peak hold. */
export function Meter({ of, label, read }: MeterProps) {
  const element = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const canvas = element.current
    const context = canvas?.getContext('2d')
    if (!canvas || !context) return
    const channels: Channel[] = [0, 1].map(() => ({ heldDb: -120, heldAtMs: 0, shownDb: -120 }))
    let drawnAtMs = 0
    const observer = new ResizeObserver(() => {
      canvas.width = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio))
      canvas.height = Math.max(1, Math.round(canvas.clientHeight * devicePixelRatio))
    })
    observer.observe(canvas)
    const leave = followMeters((levels, nowMs) => {
      const reading = read === undefined ? levels.get(of) : read(levels)
      const passedS = Math.min(0.25, (nowMs - drawnAtMs) / 1000)
      drawnAtMs = nowMs
      const { width, height } = canvas
      context.clearRect(0, 0, width, height)
      const gap = Math.max(1, Math.round(height * 0.14))
      const bar = (height - gap) / 2
      channels.forEach((channel, index) => {
        const peak = reading?.peakDb[index] ?? -120
        // Rises at once, falls as a needle does.
        channel.shownDb = Math.max(peak, channel.shownDb - 48 * passedS, -120)
        if (peak >= channel.heldDb) [channel.heldDb, channel.heldAtMs] = [peak, nowMs]
        else if (nowMs - channel.heldAtMs > holdMs) channel.heldDb = Math.max(-120, channel.heldDb - fallDbPerSecond * passedS)
        const top = index * (bar + gap)
        let from = meterFloorDb
        for (const [until, color, dim] of colors) {
          const [left, right] = [meterShare(from) * width, meterShare(until) * width]
          context.fillStyle = dim
          context.fillRect(left, top, right - left, bar)
          const reach = meterShare(Math.min(channel.shownDb, until)) * width
          if (reach > left) {
            context.fillStyle = color
            context.fillRect(left, top, reach - left, bar)
          }
          from = until
        }
        if (channel.heldDb > meterFloorDb) {
          context.fillStyle = channel.heldDb > -0.1 ? '#e5484d' : '#9aa2b1'
          context.fillRect(Math.min(width - 2, meterShare(channel.heldDb) * width), top, 2, bar)
        }
      })
      // For those who do not see the meter: tests, and tools of the browser.
      canvas.dataset.level = reading === undefined ? '' : Math.max(...reading.peakDb).toFixed(1)
    })
    return () => {
      leave()
      observer.disconnect()
    }
  }, [of, read])
  return <canvas ref={element} className="meter" role="img" aria-label={label} data-testid="meter" data-of={of} />
}
