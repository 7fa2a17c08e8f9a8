import { describe, expect, it } from 'vitest'
import { Watchdog, waitedForProcessorMs } from './watchdog.ts'

/** A watchdog that looks when the test calls it; answers when it found the process hung, ms. */
function watch(
  looksAt: readonly number[],
  waited: (nowMs: number) => number = () => 0,
  heardAt: readonly number[] = [],
): number | undefined {
  let now = 0
  let hung: number | undefined
  const watchdog = new Watchdog({
    silenceMs: 800,
    nowMs: () => now,
    waitedMs: () => waited(now),
    onHung: () => {
      hung ??= now
    },
  })
  watchdog.stop()
  for (const at of looksAt) {
    for (const heard of heardAt.filter((each) => each > now && each <= at)) {
      now = heard
      watchdog.heard()
    }
    now = at
    watchdog.look()
  }
  return hung
}

const every = (stepMs: number, untilMs: number): number[] => Array.from({ length: untilMs / stepMs }, (_, index) => (index + 1) * stepMs)

describe('a watchdog', () => {
  it('finds a process that says nothing for so long, and none that speaks', () => {
    expect(watch(every(100, 2000))).toBe(900)
    expect(watch(every(100, 2000), () => 0, [300, 900, 1500])).toBeUndefined()
  })

  it('excuses the time for which this process itself was delayed: what was said meanwhile is read first', () => {
    expect(watch([100, 200, 2200, 2300], () => 0, [])).toBeUndefined()
    expect(watch([100, 200, 2200, ...every(100, 4000).slice(22)], () => 0)).toBe(2800)
  })

  it('excuses waiting for a processor, but not for ever', () => {
    expect(watch(every(100, 3000), (now) => now * 0.8)).toBeUndefined()
    expect(watch(every(100, 5000), (now) => now)).toBe(3300)
  })

  it('knows of a process that is gone, and of none, that it waits for nothing', () => {
    expect([waitedForProcessorMs(undefined), waitedForProcessorMs(2 ** 30)]).toEqual([0, 0])
  })
})
