import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { readAskedRequest } from '../../front/nginx/asked-log.ts'
import { NextRequests } from './next-requests.ts'
import { PredictionScore } from './prediction-score.ts'
import { Prefetcher } from './prefetcher.ts'

const asked = (path: string, player = 'p1') => ({
  host: 'cdn.example.com',
  path,
  isPlaylist: path.endsWith('.m3u8'),
  encoding: 'br' as const,
  player,
})

function prefetcher(playlist = '') {
  const fetched: string[] = []
  const clock = { ms: 0 }
  const made = new Prefetcher({
    now: () => clock.ms,
    fetch: async ({ path }) => {
      fetched.push(path)
      return { isKept: true, bytes: 10, playlist: path.endsWith('.m3u8') ? playlist : '' }
    },
  })
  return { made, fetched, clock }
}

describe('prefetch', () => {
  it('goes from a playlist to its first segments, and stays two ahead of a player', async () => {
    const { made, fetched } = prefetcher(
      '#EXTM3U\n#EXTINF:4,\ns0.ts\n#EXTINF:4,\ns1.ts\n#EXTINF:4,\ns2.ts\n#EXTINF:4,\ns3.ts\nhttps://other.example.com/x.ts\n',
    )
    made.seen([asked('/film/index.m3u8')])
    await turn()
    expect(fetched).toEqual(['/film/index.m3u8', '/film/s0.ts', '/film/s1.ts'])
    made.seen([asked('/film/s0.ts')])
    await turn()
    expect(fetched.slice(3)).toEqual(['/film/s2.ts'])
    // what another one asks for is there
    made.seen([asked('/film/index.m3u8', 'p2'), asked('/film/s0.ts', 'p2')])
    await turn()
    expect(fetched).toHaveLength(4)
    expect(made.figures()).toMatchObject({ isOn: true, predicted: 3, share: 1, fetched: 3, bytes: 30 })
    made.stop()
  })

  it('learns what follows what, and does not act on what it has seen once', async () => {
    const { made, fetched, clock } = prefetcher()
    for (const player of ['p1', 'p2']) made.seen([asked('/a', player), asked('/b', player)])
    clock.ms = 100_000
    made.seen([asked('/a', 'p3')])
    await turn()
    expect(fetched).toEqual(['/b'])
    made.stop()
  })

  it('fetches nothing while too few predictions come, and again once they do', async () => {
    const { made, fetched, clock } = prefetcher()
    for (let index = 0; index < 60; index++)
      for (const player of [`a${index}`, `b${index}`]) made.seen([asked(`/from${index}`, player), asked(`/to${index}`, player)])
    clock.ms = 200_000
    const ask = async (from: number, count: number, comes: boolean): Promise<void> => {
      for (let index = from; index < from + count; index++) {
        made.seen([asked(`/from${index}`, `x${index}`)])
        if (comes) made.seen([asked(`/to${index}`, `y${index}`)])
        await turn()
      }
    }
    await ask(0, 25, false)
    expect(fetched).toHaveLength(25)
    clock.ms += 61_000
    await ask(25, 5, false)
    expect(made.figures()).toMatchObject({ isOn: false, share: 0 })
    expect(fetched).toHaveLength(25)
    // predictions go on to be judged: 12 of 37 are more than 30 %
    await ask(30, 12, true)
    expect(made.figures()).toMatchObject({ isOn: true })
    await ask(42, 1, false)
    expect(fetched.length).toBeGreaterThan(25)
    made.stop()
  })

  it('is bounded whatever is asked for', () => {
    const next = new NextRequests()
    for (let index = 0; index < 100; index++) next.add('p1', index % 2 === 0 ? '/a' : `/made-up-${index}`, index)
    expect(next.after('/a')).toBeUndefined()
    const score = new PredictionScore()
    let added = 0
    for (let index = 0; index < 6000; index++) if (score.add(`/x${index}`, 0)) added++
    expect(added).toBe(5000)
    score.sweep(60_000)
    expect([score.share, score.isOn]).toEqual([0, false])
  })

  it('reads its log, and neither its own requests nor what is odd', () => {
    const line = (...parts: string[]): string => parts.join('\t')
    const good = ['200', 'cdn.example.com', '/a/b.m3u8?x=1', 'application/vnd.apple.mpegurl', 'br', '203.0.113.1', 'player']
    expect(readAskedRequest(line(...good), 'own')).toEqual({
      ...{ host: 'cdn.example.com', path: '/a/b.m3u8?x=1', isPlaylist: true, encoding: 'br', player: '203.0.113.1 player' },
    })
    for (const [at, value] of [
      [0, '404'],
      [1, 'a host'],
      [1, ''],
      [2, 'a'],
      [2, '/a\\x22'],
      [2, '/a b'],
      [2, `/${'a'.repeat(3000)}`],
      [6, 'own'],
    ] as const)
      expect(readAskedRequest(line(...good.with(at, value)), 'own')).toBeUndefined()
    expect(readAskedRequest(line(...good, 'more'), 'own')).toBeUndefined()
    expect(readAskedRequest('', 'own')).toBeUndefined()
  })
})
