import { useEffect, useMemo, useRef } from 'react'
import type { ChartData, ChartSource } from './chart-source.ts'

/** A source for figures that are state of a component: the chart is drawn again when the component was. */
export function useChartSource(data: ChartData): ChartSource {
  const newest = useRef(data)
  const listeners = useMemo(() => new Set<() => void>(), [])
  useEffect(() => {
    newest.current = data
    for (const listener of listeners) listener()
  }, [data, listeners])
  return useMemo(
    () => ({
      read: () => newest.current,
      subscribe(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    }),
    [listeners],
  )
}
