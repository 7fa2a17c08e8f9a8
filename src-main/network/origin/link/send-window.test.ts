import { describe, expect, it } from 'vitest'
import { SendWindow } from './send-window.ts'

describe('what may be on its way to a node', () => {
  it('is 256 KB until receipts come', () => {
    const window = new SendWindow()
    window.add(256 * 1024 - 1)
    expect(window.hasSpace).toBe(true)
    window.add(1)
    expect(window.hasSpace).toBe(false)
    window.receipt(1000, 0)
    expect(window.hasSpace).toBe(true)
  })

  it('grows to half a second of what the node takes, and shrinks again', () => {
    const window = new SendWindow()
    let nowMs = 1000
    const take = (bytes: number): void => {
      window.add(bytes)
      nowMs += 500
      window.receipt(window.sentBytes, nowMs)
    }
    for (let round = 0; round < 4; round++) take(2_000_000)
    expect(window.limit).toBe(2_000_000)
    for (let round = 0; round < 4; round++) take(50_000_000)
    expect(window.limit).toBe(4 * 1024 * 1024)
    for (let round = 0; round < 4; round++) take(10_000)
    expect(window.limit).toBe(256 * 1024)
  })

  it('believes no receipt for what was not sent, and none that takes one back', () => {
    const window = new SendWindow()
    window.add(300 * 1024)
    window.receipt(Number.MAX_SAFE_INTEGER, 1)
    window.receipt(0, 2)
    window.add(255 * 1024)
    expect(window.hasSpace).toBe(true)
    window.add(2 * 1024)
    expect(window.hasSpace).toBe(false)
  })
})
