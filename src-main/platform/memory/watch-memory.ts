import type { Logger } from '../logger.ts'
import { requireAddon } from '../native-addon.ts'
import { repeat } from '../timing/repeat.ts'
import { collect } from './collect.ts'
import { allowHeapGrowth, HeapGrowth } from './heap-growth.ts'
import { MemoryPolicy } from './memory-policy.ts'
import { watchYoungGeneration } from './young-generation.ts'

/** native/memory. */
interface MemoryAddon {
  /** Returns the allocator's whole free pages to the system; with another C library than glibc it does nothing. */
  trim(): void
}

const megabyte = 1024 * 1024

/**
 * Looks at the memory of this process at every interval: says how much garbage may gather, and returns to the system what is not needed
 * any more. Where the addon is not built, buffers are collected and freed all the same, but the allocator may keep them for later.
 * Returns the way to stop.
 */
export function watchMemory(log: Logger, intervalMs = 5000): () => void {
  const addon = process.platform === 'linux' ? loadOrNone(log) : undefined
  const policy = new MemoryPolicy()
  const growth = new HeapGrowth()
  const young = watchYoungGeneration(intervalMs)
  const timer = repeat(intervalMs, () => {
    young.look()
    const { rss: residentBytes, heapTotal: heapBytes, heapUsed: usedBytes, external: externalBytes } = process.memoryUsage()
    const percent = growth.next(usedBytes + externalBytes)
    if (percent !== undefined) allowHeapGrowth(percent)
    const step = policy.next({ residentBytes, heapBytes, externalBytes })
    if (step === undefined) return
    const fromMs = performance.now()
    if (step === 'collect') collect()
    else addon?.trim()
    const tookMs = Math.round((performance.now() - fromMs) * 10) / 10
    const after = process.memoryUsage()
    log.debug(
      {
        step,
        tookMs,
        residentMb: [residentBytes, after.rss].map((bytes) => Math.round(bytes / megabyte)),
        externalMb: [externalBytes, after.external].map((bytes) => Math.round(bytes / megabyte)),
      },
      'memory was returned',
    )
  })
  return () => {
    clearInterval(timer)
    young.stop()
  }
}

function loadOrNone(log: Logger): MemoryAddon | undefined {
  try {
    return requireAddon<MemoryAddon>('memory')
  } catch (error) {
    log.info({ reason: (error as Error).message }, 'the native part memory is missing: free memory stays with the process')
    return undefined
  }
}
