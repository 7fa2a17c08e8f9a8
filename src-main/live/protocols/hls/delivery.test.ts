import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Logger } from '../../../platform/logger.ts'
import { Delivery, type Exchange } from './delivery.ts'
import type { StreamView } from './stream-view.ts'
import { SyntheticStream } from './testing/packaged-stream.ts'
import { Waiters } from './waiters.ts'

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a request that waits for what a stream makes next', () => {
  function waits(awayMs: number) {
    const waiters = new Waiters(9, () => {})
    const stream = new SyntheticStream()
    const view = { stream, waiters } as unknown as StreamView
    const exchange = { request: {}, response: new EventEmitter() } as unknown as Exchange
    let answered: string | undefined
    const answer = (how: string) => () => {
      answered = how
    }
    const leave = (away: boolean): void => {
      stream.away = away
      waiters.wake()
    }
    const state = { ready: false, waiters, leave, answered: () => answered }
    const late = { answer: answer('late'), awayMs }
    const delivery = new Delivery({ options: {}, log: quiet })
    delivery.when(exchange, view, () => state.ready, answer('in time'), late)
    return state
  }

  it('is answered late after three target durations where somebody publishes', () => {
    const waiting = waits(1000)
    vi.advanceTimersByTime(5700)
    expect(waiting.answered()).toBe(undefined)
    vi.advanceTimersByTime(600)
    expect(waiting.answered()).toBe('late')
  })

  it('is answered late soon after nobody publishes any more', () => {
    const waiting = waits(1000)
    vi.advanceTimersByTime(800)
    waiting.leave(true)
    vi.advanceTimersByTime(900)
    expect(waiting.answered()).toBe(undefined)
    vi.advanceTimersByTime(400)
    expect(waiting.answered()).toBe('late')
  })

  it('waits on for a publisher that is back at once', () => {
    const waiting = waits(1000)
    waiting.leave(true)
    vi.advanceTimersByTime(800)
    waiting.leave(false)
    vi.advanceTimersByTime(4000)
    expect(waiting.answered()).toBe(undefined)
  })

  it('is answered once what it waits for is there', () => {
    const waiting = waits(1000)
    vi.advanceTimersByTime(900)
    waiting.ready = true
    waiting.waiters.wake()
    expect(waiting.answered()).toBe('in time')
    vi.advanceTimersByTime(9000)
    expect(waiting.answered()).toBe('in time')
  })
})
