import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { DisplayLocks } from './display-locks.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function start() {
  const options = new Set(['locks', 'left'])
  const changes: string[] = []
  const lines: string[] = []
  const locks = new DisplayLocks({
    locksOnLeave: (display) => options.has(display),
    audit: { record: ({ message }) => lines.push(message) },
    onChange: (display) => changes.push(display),
  })
  return { locks, options, changes, lines }
}

it('locks a display five seconds after the last who may control it has left, and not one that came back', () => {
  const { locks, changes, lines } = start()
  for (const display of ['locks', 'open']) {
    locks.controlled(display, true)
    locks.controlled(display, false)
  }
  vi.advanceTimersByTime(4999)
  // What others do there does not start the time again.
  locks.controlled('locks', false)
  locks.controlled('locks', true)
  vi.advanceTimersByTime(60_000)
  expect([locks.isLocked('locks'), locks.isLocked('open'), changes]).toEqual([false, false, []])
  locks.controlled('locks', false)
  vi.advanceTimersByTime(5000)
  expect([locks.isLocked('locks'), changes]).toEqual([true, ['locks']])
  expect(() => locks.demand('locks')).toThrow(expect.objectContaining({ code: 'desktop.locked' }))
  locks.unlock('locks', 'token:ann')
  locks.unlock('locks', 'token:ann')
  locks.demand('locks')
  // Whoever looks at it learns of both.
  expect(changes).toEqual(['locks', 'locks'])
  // Nobody came.
  vi.advanceTimersByTime(59_999)
  expect(locks.isLocked('locks')).toBe(false)
  vi.advanceTimersByTime(1)
  expect(locks.isLocked('locks')).toBe(true)
  const was = 'a display was locked: nobody who may control it is there'
  expect(lines).toEqual([was, 'a display was unlocked', was])
})

it('is open without the option', () => {
  const { locks, options } = start()
  for (const display of ['left', 'open']) locks.lock(display)
  expect([locks.isLocked('left'), locks.isLocked('open'), locks.isLocked('locks')]).toEqual([true, false, false])
  locks.controlled('locks', true)
  locks.controlled('locks', false)
  options.clear()
  vi.advanceTimersByTime(5000)
  expect([locks.isLocked('left'), locks.isLocked('locks')]).toEqual([false, false])
  options.add('locks')
  expect(locks.isLocked('locks')).toBe(false)
  locks.lock('locks')
  locks.remove('locks')
  expect(locks.isLocked('locks')).toBe(false)
})

it('locks nothing any more once it was stopped', () => {
  const { locks, changes } = start()
  locks.controlled('locks', true)
  locks.controlled('locks', false)
  locks.stop()
  vi.advanceTimersByTime(60_000)
  expect(changes).toEqual([])
})
