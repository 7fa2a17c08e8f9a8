import { expect, it } from 'vitest'
import { WantedStreams } from './wanted-streams.ts'

it('leaves a stream that nobody asks for after a while, and a name that is not live sooner', () => {
  let nowMs = 0
  const log: string[] = []
  const wanted = new WantedStreams({
    has: (stream) => stream === 'live',
    onWant: (stream) => log.push(`want ${stream}`),
    onLeave: (stream) => log.push(`leave ${stream}`),
    now: () => nowMs,
  })
  for (const stream of ['live', 'nobody', 'live']) expect(wanted.want(stream)).toBe(true)
  expect(log).toEqual(['want live', 'want nobody'])
  nowMs = 3000
  wanted.sweep()
  expect(log.splice(0)).toEqual(['want live', 'want nobody', 'leave nobody'])
  nowMs = 20_000
  wanted.want('live')
  nowMs = 49_000
  wanted.sweep()
  expect(log).toEqual([])
  nowMs = 50_000
  wanted.sweep()
  expect(log).toEqual(['leave live'])
})

it('takes only so many names at a time', () => {
  let count = 0
  const wanted = new WantedStreams({ has: () => false, onWant: () => count++, onLeave: () => undefined })
  for (let name = 0; name < 1000; name++) wanted.want(`made-up-${name}`)
  expect(count).toBe(500)
  expect(wanted.want('another')).toBe(false)
  expect(wanted.want('made-up-0')).toBe(true)
})
