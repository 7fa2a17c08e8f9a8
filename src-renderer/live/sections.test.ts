import { describe, expect, it } from 'vitest'
import { joinLines } from '../activity/join-lines.ts'
import type { AuditLine, Stream } from '../client/types.ts'
import { nameProblem } from '../keys/stream-name.ts'
import { sortStreams } from './sort-streams.ts'

describe('the sections of the page', () => {
  it('show live streams before waiting ones, and those that are over apart', () => {
    const stream = (id: string, state: Stream['state'], at: string): Stream =>
      ({ id, state, createdAt: at, startedAt: state === 'pending' ? null : at, endedAt: state === 'ended' ? at : null }) as Stream
    const { current, over } = sortStreams([
      stream('p', 'pending', '1'),
      stream('b', 'active', '3'),
      stream('e1', 'ended', '1'),
      stream('a', 'active', '2'),
      stream('e2', 'ended', '5'),
    ])
    expect(current.map((each) => each.id)).toEqual(['a', 'b', 'p'])
    expect(over.map((each) => each.id)).toEqual(['e2', 'e1'])
  })

  it('say what is wrong with a stream name while it is typed', () => {
    expect(nameProblem('main-stage_2')).toBeUndefined()
    expect(nameProblem('')).toBeUndefined()
    for (const name of ['Main', 'a b', '-x', 'ä', 'x'.repeat(65)]) expect(nameProblem(name)).toBeTypeOf('string')
  })

  it('show each activity line once, newest first, and filter those that arrive', () => {
    const line = (id: number, kind: string): AuditLine => ({ id, kind, time: String(id), about: 'streams', message: '' })
    expect(
      joinLines([line(3, 'error'), line(2, 'state')], [line(2, 'state'), line(1, 'state')], 'state', '').map((each) => each.id),
    ).toEqual([2, 1])
  })
})
