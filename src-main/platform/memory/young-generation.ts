import { constants, type NodeGCPerformanceDetail, PerformanceObserver } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'

/** Collections of new objects in a second, from which on it pays to have more space for them: thousands of requests. */
const manyPerSecond = 20

/**
 * Has the space for new objects stay at a megabyte, which costs a tenth of a percent and saves a megabyte a stream, until
 * `watchYoungGeneration` finds that it is too small. It is collected on one thread: with more, waking and waiting for them was a sixth of
 * the processor time of a host with viewers.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--no-parallel-scavenge')
  setFlagsFromString('--semi-space-growth-factor=1')
}

/**
 * Lets the space for new objects grow while it is collected often, to what `--max-semi-space-size` allows: each collection copies the
 * requests that wait. Returns what is to be called after every `intervalMs`, and to stop.
 */
export function watchYoungGeneration(intervalMs: number): { look(): void; stop(): void } {
  let collections = 0
  let mayGrow = false
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { detail } = entry as unknown as { readonly detail: NodeGCPerformanceDetail }
      if (detail.kind === constants.NODE_PERFORMANCE_GC_MINOR) collections++
    }
  })
  observer.observe({ entryTypes: ['gc'] })
  return {
    look() {
      const isOften = collections * 1000 >= manyPerSecond * intervalMs
      collections = 0
      if (isOften === mayGrow) return
      mayGrow = isOften
      setFlagsFromString(`--semi-space-growth-factor=${mayGrow ? 2 : 1}`)
    },
    stop: () => observer.disconnect(),
  }
}
