import { describe, expect, it } from 'vitest'
import { createLogTail } from './log-tail.ts'

const line = (message: string, more: object = {}) =>
  JSON.stringify({ level: 'info', time: '2026-01-01T00:00:00.000Z', msg: message, ...more })

describe('the tail of the log', () => {
  it('keeps the newest lines, within its bounds', () => {
    const tail = createLogTail({ maxLines: 3 })
    for (let number = 1; number <= 10; number++) tail.write(line(`line ${number}`))
    expect(tail.lines().map(({ id, message }) => `${id} ${message}`)).toEqual(['8 line 8', '9 line 9', '10 line 10'])
    const small = createLogTail({ maxCharacters: 100 })
    for (let number = 1; number <= 10; number++) small.write(line('x'.repeat(30)))
    expect(small.lines()).toHaveLength(3)
  })

  it('says which part wrote a line, and what else it says', () => {
    const tail = createLogTail()
    tail.write(line('connected', { section: 'live', part: 'rtmp', pid: 5 }))
    tail.write('no JSON')
    expect(tail.lines()).toEqual([
      { id: 1, timeMs: 1_767_225_600_000, level: 'info', part: 'live/rtmp', message: 'connected', fields: '{"pid":5}' },
    ])
  })

  it('calls back until it is stopped', () => {
    const tail = createLogTail()
    const heard: string[] = []
    const stop = tail.follow(({ message }) => heard.push(message))
    tail.write(line('one'))
    stop()
    tail.write(line('two'))
    expect(heard).toEqual(['one'])
  })
})
