import { describe, expect, it } from 'vitest'
import { growthPercent, HeapGrowth } from './heap-growth.ts'

const mb = 1024 * 1024

describe('how much garbage may gather before a collection', () => {
  it('is a fixed share of what a process with many streams keeps, and at least 64 MB of one that keeps little', () => {
    expect(growthPercent(10 * mb)).toBe(200)
    expect(growthPercent(64 * mb)).toBe(100)
    expect(growthPercent(128 * mb)).toBe(50)
    expect(growthPercent(1000 * mb)).toBe(30)
  })

  it('follows the least of the last samples, since the others contain garbage', () => {
    const growth = new HeapGrowth()
    expect(growth.next(64 * mb)).toBe(100)
    expect(growth.next(120 * mb)).toBeUndefined()
    expect([1, 2, 3, 4].map(() => growth.next(128 * mb))).toEqual([undefined, undefined, undefined, undefined])
    // The sample of 64 MB has left the window: 120 MB is the least.
    expect(growth.next(128 * mb)).toBe(53)
  })
})
