import { describe, expect, it } from 'vitest'
import { EventCursor, reconnectDelayMs } from './event-socket.ts'

describe('the event socket', () => {
  it('reads the state on the first greeting and asks for what it missed afterwards', () => {
    const cursor = new EventCursor()
    expect(cursor.urlOf('/events')).toBe('/events')
    expect(cursor.take({ type: 'hello', seq: 10, run: 'r1' })).toBe(true)
    cursor.take({ seq: 12, time: '', topic: 'audit', data: {} })
    expect(cursor.urlOf('/events')).toBe('/events?since=12&run=r1')
    expect(cursor.take({ type: 'hello', seq: 20, run: 'r1' })).toBe(false)
    expect(cursor.seq).toBe(12)
    expect(cursor.urlOf('/events?topics=a')).toBe('/events?topics=a&since=12&run=r1')
  })

  it('reads the state again after a reset or another run of the host', () => {
    const cursor = new EventCursor()
    cursor.take({ type: 'hello', seq: 10, run: 'r1' })
    expect(cursor.take({ type: 'reset', seq: 900, run: 'r1' })).toBe(true)
    expect(cursor.urlOf('/events')).toBe('/events?since=900&run=r1')
    expect(cursor.take({ type: 'hello', seq: 3, run: 'r2' })).toBe(true)
    expect(cursor.urlOf('/events')).toBe('/events?since=3&run=r2')
  })

  it('waits longer after each failure, up to eight seconds, and never the same for all', () => {
    expect(reconnectDelayMs(0, 1)).toBe(250)
    expect(reconnectDelayMs(3, 1)).toBe(2000)
    expect(reconnectDelayMs(99, 1)).toBe(8000)
    expect(reconnectDelayMs(99, 0)).toBe(4000)
  })
})
