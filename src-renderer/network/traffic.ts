import { useEffect, useState } from 'react'
import type { Answer } from '../../src-main/api/typed-api.ts'
import { call, reportProblem } from '../client/api.ts'
import { followEvents } from '../client/event-followers.ts'
import type { ChartPoint } from '../components/chart-scale.ts'

export type Traffic = Answer<'GET', '/network/analytics/traffic'>
export type TrafficSeries = Traffic['series'][number]
export type TrafficFigure = Exclude<keyof TrafficSeries, 'id' | 'name'>

const hourMs = 3_600_000

/** Times that are shown, and marks below their charts, minutes before now. */
export const ranges = {
  hour: { spanMs: hourMs, minutes: [0, 15, 30, 45, 60] },
  day: { spanMs: 24 * hourMs, minutes: [0, 360, 720, 1080, 1440] },
  week: { spanMs: 168 * hourMs, minutes: [0, 2880, 5760, 8640] },
  month: { spanMs: 720 * hourMs, minutes: [0, 10_080, 20_160, 30_240, 40_320] },
} as const
export type RangeName = keyof typeof ranges

/** It is read again when nodes have reported, but not more often, ms. */
const leastMs = 30_000

/** What nodes delivered in the time up to now; undefined until it is read. */
export function useTraffic(range: RangeName, by: 'all' | 'node'): Traffic | undefined {
  const [traffic, setTraffic] = useState<Traffic>()
  useEffect(() => {
    let stopped = false
    let readAt = Number.NEGATIVE_INFINITY
    const read = async (): Promise<void> => {
      readAt = performance.now()
      try {
        const from = new Date(Date.now() - ranges[range].spanMs).toISOString()
        const answer = await call('GET', '/network/analytics/traffic', { query: { from, by } })
        if (!stopped) setTraffic(answer)
      } catch (error) {
        reportProblem(error)
      }
    }
    const leave = followEvents({
      onFresh: () => void read(),
      onEvent: ({ topic }) => {
        if (topic === 'network.node.updated' && performance.now() - readAt > leastMs) void read()
      },
    })
    return () => {
      stopped = true
      leave()
    }
  }, [range, by])
  return traffic
}

/** Values of a series as a chart has them. */
export function pointsOf({ times }: Traffic, series: TrafficSeries | undefined, figure: TrafficFigure): ChartPoint[] {
  return times.map((timeMs, index) => ({ timeMs, value: series?.[figure][index] ?? null }))
}

/** A line stops where values are further apart than this, ms: a node that connects again misses one or two. */
export const gapOf = ({ stepS }: Pick<Traffic, 'stepS'>): number => stepS * 2500
