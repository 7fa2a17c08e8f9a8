import { describe, expect, it } from 'vitest'
import { embedSnippet, readWatchUrl } from '../watch/watch-url.ts'
import { epochOf, readAbout, readAvailability } from './availability.ts'
import { askAgainMs } from './backoff.ts'
import { formatLatency, latencyMs, smoothLatency } from './latency.ts'
import { boundsOfExchange, narrow, ServerClock } from './server-clock.ts'

const playlist =
  '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",URI="e7/a0/index.m3u8?session=1"\n#EXT-X-STREAM-INF:BANDWIDTH=1\ne7/v0/index.m3u8?session=1\n'

describe('the player page', () => {
  it('tells a stream that plays from one that waits, has ended or does not exist', () => {
    expect(readAvailability(200, playlist)).toMatchObject({ kind: 'playable', epoch: 'e7' })
    expect(readAvailability(404, '{"code":"play.not_live","state":"pending"}').kind).toBe('waiting')
    expect(readAvailability(404, '{"code":"play.not_live","state":"ended"}').kind).toBe('ended')
    expect(readAvailability(404, '{"code":"stream.not_found"}').kind).toBe('missing')
    expect(readAvailability(401, '').kind).toBe('refused')
    expect(readAvailability(502, '<html>').kind).toBe('unreachable')
    expect(readAvailability(200, '<html>').kind).toBe('unreachable')
  })

  it('knows a stream and its title before it asks for anything that may be missing', () => {
    expect(readAbout(200, '{"state":"active","title":"Our show"}')).toEqual({ kind: 'playable', title: 'Our show' })
    expect(readAbout(200, '{"state":"pending","title":""}').kind).toBe('waiting')
    expect(readAbout(200, '{"state":"error","title":""}').kind).toBe('ended')
    expect(readAbout(200, '{"state":"missing"}').kind).toBe('missing')
    expect(readAbout(401, '').kind).toBe('refused')
    expect(readAbout(502, '<html>').kind).toBe('unreachable')
    expect(readAbout(200, '<html>').kind).toBe('unreachable')
  })

  it('knows the run of a stream by the folder of its playlists, also behind a CDN prefix', () => {
    expect(epochOf('#EXTM3U\nhttps://cdn.example/live/demo/e9/v0/index.m3u8\n')).toBe('e9')
    expect(epochOf('#EXTM3U\n')).toBe('')
  })

  it('asks again soon at first and never less often than each five seconds', () => {
    expect([0, 1, 2, 50].map(askAgainMs)).toEqual([1000, 1500, 2250, 5000])
  })

  it('reads its URL', () => {
    expect(readWatchUrl('/watch/demo', '')).toEqual({ name: 'demo', embedded: false, engine: 'hls', token: undefined })
    expect(readWatchUrl('/embed/demo', '?player=dash')).toEqual({ name: 'demo', embedded: true, engine: 'dash', token: undefined })
    expect(readWatchUrl('/watch/demo', '?expires=9&key=pk&signature=s').token).toBe('h~pk~9~~s')
    expect(readWatchUrl('/watch/%E0%A4%A', '').name).toBe('%E0%A4%A')
  })

  it('offers embed code for names of streams alone, with nothing in it that closes an attribute', () => {
    expect(embedSnippet('http://h', 'my-show_2')).toMatch(
      /^<iframe src="http:\/\/h\/embed\/my-show_2" [^<>]* title="my-show_2"><\/iframe>$/,
    )
    for (const name of [
      '"><script>alert(1)</script>',
      '" onload="alert(1)',
      "x' onload='y",
      'a&quot;b',
      '../x',
      'Upper',
      '',
      'x'.repeat(65),
    ])
      expect(embedSnippet('http://h', name), name).toBeUndefined()
    expect(embedSnippet('http://h/"><script>', 'demo')).not.toContain('<script')
  })
})

describe('the latency figure', () => {
  it('is the host clock minus the time of the frame on screen', () => {
    expect(latencyMs(5000, 3800)).toBe(1200)
    expect(latencyMs(undefined, 1)).toBeNull()
    expect(latencyMs(0, 9e9)).toBeNull()
  })

  it('moves calmly but follows a leap at once', () => {
    expect(smoothLatency(1000, 1100)).toBeCloseTo(1030)
    expect(smoothLatency(1000, 4000)).toBe(4000)
    expect(smoothLatency(1000, null)).toBeNull()
    expect([null, 1234, 12_345, 200_000].map(formatLatency)).toEqual(['–', '1.2 s', '12 s', '3 min'])
  })

  it('narrows the clock with every exchange, even from whole seconds', () => {
    const offset = 5250
    let known: ReturnType<typeof narrow> | undefined
    for (const sent of [100_000, 101_270, 102_540, 103_810]) {
      const atHost = Math.floor((sent + 10 + offset) / 1000) * 1000
      known = narrow(known, boundsOfExchange(sent, sent + 20, atHost, 1000))
    }
    expect(known!.lowMs).toBeLessThanOrEqual(offset)
    expect(known!.highMs).toBeGreaterThanOrEqual(offset)
    expect(known!.highMs - known!.lowMs).toBeLessThan(400)
  })

  it('believes the newer exchange after a clock was set', () => {
    expect(narrow({ lowMs: 0, highMs: 10 }, { lowMs: 500, highMs: 510 })).toEqual({ lowMs: 500, highMs: 510 })
  })

  it('is not known before the first exchange', () => {
    const clock = new ServerClock()
    expect(clock.nowMs()).toBeUndefined()
    clock.learnFromDate(0, 1, 'nonsense')
    expect(clock.known).toBe(false)
  })
})
