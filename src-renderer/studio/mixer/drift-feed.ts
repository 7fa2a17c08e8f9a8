import { useEffect, useState } from 'react'
import { followTopics } from '../../client/event-socket.ts'

/** How the clock of a source's device runs against the studio's. */
export interface Drift {
  readonly source: string
  /** Parts per million that it is fast (positive) or slow. */
  readonly ppm: number
  /** How much later than it belongs it is heard, ms. */
  readonly offsetMs: number
}

/** The clock of a source, each second while the component is drawn; undefined while nothing is known. */
export function useDrift(source: string): Drift | undefined {
  const [drift, setDrift] = useState<Drift>()
  useEffect(() => {
    setDrift(undefined)
    return followTopics(['studio.drift'], ({ data }) => {
      const found = (data as { readonly drift: readonly Drift[] }).drift.find((each) => each.source === source)
      // Figures that nobody could tell apart draw nothing again.
      setDrift((before) =>
        found !== undefined && before?.ppm.toFixed(1) === found.ppm.toFixed(1) && Math.round(before.offsetMs) === Math.round(found.offsetMs)
          ? before
          : found,
      )
    })
  }, [source])
  return drift
}
