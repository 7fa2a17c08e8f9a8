import type { Collection } from '../../../document/collection.ts'
import type { StudioEngine } from '../../engine/studio-engine.ts'

/** Longest wait for sources, ms, on a machine that is busy with other work: then it goes on without those that are not there. */
const patienceMs = 20_000

/** States of a source whose frame is there, or does not come soon: it waits for an image that is missing, say. */
const settled: ReadonlySet<string | undefined> = new Set(['running', 'paused', 'ended', 'waiting', 'failed'])

/** Resolves when each source of a document has been drawn or cannot be, at the latest after `patienceMs`. */
export function untilSettled(engine: Pick<StudioEngine, 'reports' | 'onEvent'>, { sources }: Pick<Collection, 'sources'>): Promise<void> {
  const isDone = (): boolean => sources.every(({ id }) => settled.has(engine.reports().get(id)?.state))
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      leave()
      resolve()
    }
    const timer = setTimeout(done, patienceMs)
    const leave = engine.onEvent((event) => {
      const isOver = event.kind === 'state' && event.state !== 'starting' && event.state !== 'running'
      if (isOver || isDone()) done()
    })
    if (isDone()) done()
  })
}
