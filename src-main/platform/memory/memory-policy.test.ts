import { describe, expect, it } from 'vitest'
import { MemoryPolicy, type MemoryStep } from './memory-policy.ts'

const mb = 1024 * 1024
const programMb = 70
const heapMb = 30

/** Feeds one sample for each entry: MB of buffers, and MB that the allocator keeps besides. Answers what was done at which sample. */
function steps(policy: MemoryPolicy, samples: readonly { bufferMb: number; keptMb?: number }[]): (MemoryStep | undefined)[] {
  return samples.map(({ bufferMb, keptMb = 0 }) =>
    policy.next({
      residentBytes: (programMb + heapMb + bufferMb + keptMb) * mb,
      heapBytes: heapMb * mb,
      externalBytes: bufferMb * mb,
    }),
  )
}
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index))
const done = (all: (MemoryStep | undefined)[]): MemoryStep[] => all.filter((step) => step !== undefined)

describe('when memory goes back to the system', () => {
  it('collects once and trims at the next sample after the last streams have ended', () => {
    const policy = new MemoryPolicy()
    expect(done(steps(policy, [...times(3, () => ({ bufferMb: 5 })), ...times(10, (at) => ({ bufferMb: 10 * at }))]))).toEqual([])
    const ended = steps(
      policy,
      times(6, () => ({ bufferMb: 110 })),
    )
    expect(done(ended)).toEqual(['collect'])
    const [afterCollect] = steps(policy, [{ bufferMb: 10, keptMb: 100 }])
    expect(afterCollect).toBe('trim')
    const later = steps(
      policy,
      times(100, () => ({ bufferMb: 10, keptMb: 2 })),
    )
    expect(done(later)).toEqual([])
  })

  it('leaves memory that is filled and freed again and again to a host under load', () => {
    const policy = new MemoryPolicy()
    steps(policy, [{ bufferMb: 5 }])
    // Each collection frees 60 MB, and the next seconds fill them again.
    const busy = times(200, (at) => ({ bufferMb: 60 + 20 * (at % 4), keptMb: 60 - 20 * (at % 4) }))
    expect(done(steps(policy, busy))).toEqual([])
  })

  it('trims what a peak left behind while streams go on', () => {
    const policy = new MemoryPolicy()
    steps(policy, [{ bufferMb: 5 }])
    const afterPeak = times(10, (at) => ({ bufferMb: 60 + 20 * (at % 4), keptMb: 200 - 20 * (at % 4) }))
    const first = steps(policy, afterPeak)
    expect(done(first)).toEqual(['trim'])
    expect(first.indexOf('trim')).toBe(5)
  })

  it('does not trim for memory that a trim has not returned', () => {
    const policy = new MemoryPolicy()
    steps(policy, [{ bufferMb: 5 }])
    const taken = times(100, (at) => ({ bufferMb: 50 + (at % 2), keptMb: 150 }))
    expect(done(steps(policy, taken)).filter((step) => step === 'trim')).toEqual(['trim'])
  })

  it('collects on an idle host ever more rarely: what is let go without a sign is found, what stays costs little', () => {
    const policy = new MemoryPolicy()
    steps(policy, [{ bufferMb: 5 }])
    const kept = steps(
      policy,
      times(1000, () => ({ bufferMb: 200 })),
    )
    const at = kept.flatMap((step, index) => (step === 'collect' ? [index] : []))
    expect(done(kept)).toEqual(at.map(() => 'collect'))
    const gaps = at.slice(1).map((each, index) => each - (at[index] as number))
    expect(gaps.slice(0, 3)).toEqual([12, 18, 30])
    for (const [index, gap] of gaps.slice(1).entries()) expect(gap).toBeGreaterThan((gaps[index] as number) * 1.4)
  })

  it('collects again what ended streams kept for their rewind window, which no figure shows', () => {
    const policy = new MemoryPolicy()
    steps(policy, [...times(3, () => ({ bufferMb: 5 })), ...times(40, (at) => ({ bufferMb: 60 + 20 * (at % 4) }))])
    // The first collection leaves 50 MB, as the streams are still played.
    const ended = steps(
      policy,
      times(6, () => ({ bufferMb: 80 })),
    )
    expect(done(ended)).toEqual(['collect'])
    const waiting = steps(
      policy,
      times(30, () => ({ bufferMb: 50 })),
    )
    expect(done(waiting)).toEqual(['collect', 'collect'])
    // Then it is garbage: what the collection frees goes back to the system at the next sample, though it is less than under load.
    const freed = times(60, () => ({ bufferMb: 50 }))
    expect(done(steps(policy, freed.slice(0, 30)))).toEqual(['collect'])
    expect(steps(policy, [{ bufferMb: 30, keptMb: 20 }])).toEqual(['trim'])
  })

  it('stops collecting when the memory is back', () => {
    const policy = new MemoryPolicy()
    steps(policy, [...times(3, () => ({ bufferMb: 5 })), ...times(40, (at) => ({ bufferMb: 60 + 20 * (at % 4) }))])
    const ended = steps(
      policy,
      times(6, () => ({ bufferMb: 45 })),
    )
    expect(done(ended)).toEqual(['collect'])
    const later = times(300, () => ({ bufferMb: 7 }))
    expect(done(steps(policy, later))).toEqual([])
  })

  it('collects for empty pages of the heap too, which a trim does not return', () => {
    const policy = new MemoryPolicy()
    steps(policy, [{ bufferMb: 5 }])
    const idle = times(20, () => ({ bufferMb: 10, keptMb: 90 }))
    expect(done(steps(policy, idle))).toEqual(['trim', 'collect'])
  })
})
