import { describe, expect, it } from 'vitest'
import { isFault } from '../../formats/fault.ts'
import type { Beacon } from './beacon.ts'
import { parseBeacon } from './beacon.ts'
import { FigureHistory } from './figure-history.ts'
import { healthScore } from './health-score.ts'
import { sessionTable } from './session-table.ts'
import { ViewerBook } from './viewer-book.ts'
import { ViewerPlaces } from './viewer-places.ts'
import type { ViewerActivity } from './viewer-registry.ts'
import { ViewerSessions } from './viewer-sessions.ts'

const beacon = (more: Partial<Beacon> & { sequence: number }): Beacon => ({ session: 'a', protocol: 'hls', event: 'report', ...more })

function counted(more: { readonly previewPrefix?: string } = {}) {
  let now = 1_000_000
  const published: { topic: string; data: any }[] = []
  const kept: string[] = []
  const viewers = new ViewerSessions({
    events: { publish: (topic: string, data: unknown) => published.push({ topic, data }) } as any,
    audit: { record() {} },
    now: () => now,
    ...more,
    heightOf: (_stream, rendition) => (rendition === 'v0' || rendition === undefined ? 720 : rendition === 'v1' ? 360 : undefined),
    onEnded: (session, run) => kept.push(`${session.protocol} ${run}`),
  })
  const fetch = (sessionKey: string | undefined, more: Partial<ViewerActivity> = {}) =>
    viewers.active({
      streamId: 's',
      protocol: 'll-hls',
      remoteAddress: '::1',
      userAgent: 'VLC',
      bytes: 1000,
      ...more,
      ...(sessionKey === undefined ? {} : { sessionKey }),
    })
  const pass = (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      now += 1000
      fetch('a')
      viewers.sweep()
    }
  }
  return { viewers, published, kept, fetch, pass }
}

describe('places of viewers', () => {
  const viewer = (sessionKey: string, remoteAddress: string) => ({ sessionKey, remoteAddress, userAgent: 'x' })

  it('are not taken by sessions that somebody invents', () => {
    const { viewers, fetch } = counted()
    const place = (session: string, address: string) => viewers.place('s', viewer(session, address), 10)
    // a page of links, asked for again and again by another name
    for (let each = 0; each < 500; each++) place(`invented-${each}`, '198.51.100.7')
    expect(place('a', '203.0.113.1')).toBe('placed')
    // a whole classroom behind one IP address, at the same moment
    expect(Array.from({ length: 9 }, (_, each) => place(`pupil-${each}`, '203.0.113.9'))).toEqual([
      ...Array.from({ length: 7 }, () => 'placed'),
      'full',
      'full',
    ])
    // playing takes a place of the stream
    for (let each = 0; each < 10; each++) fetch(`plays-${each}`, { remoteAddress: `192.0.2.${each}` })
    expect(place('b', '203.0.113.2')).toBe('full')
    expect(place('plays-3', '192.0.2.3')).toBe('placed')
  })

  it('are free again when a player that was allowed fetches nothing', () => {
    const places = new ViewerPlaces(64)
    const reserve = (key: string, nowMs: number) => places.reserve({ key, remoteAddress: `203.0.113.${key}` }, 1, nowMs)
    expect([reserve('1', 0), reserve('2', 9000), reserve('1', 9500)]).toEqual(['placed', 'full', 'placed'])
    expect([reserve('2', 19_000), reserve('2', 19_500)]).toEqual(['full', 'placed'])
    expect([reserve('1', 19_600), places.take('203.0.113.2'), reserve('1', 60_000)]).toEqual(['full', true, 'full'])
    places.leave('203.0.113.2')
    expect(reserve('1', 60_001)).toBe('placed')
  })

  it('are counted up to so many for one IP address, with the network of an IPv6 address for one', () => {
    const { viewers, fetch } = counted()
    for (let each = 0; each < 100; each++) fetch(`four-${each}`, { remoteAddress: '198.51.100.7:1000' })
    for (let each = 0; each < 100; each++) fetch(`six-${each}`, { remoteAddress: `2001:db8::${each + 1}` })
    expect(viewers.count('s')).toBe(128)
    expect(viewers.place('s', viewer('one more', '2001:db8::ffff'), 1000)).toBe('address-full')
    expect(viewers.place('s', viewer('other', '2001:db8:0:1::1'), 1000)).toBe('placed')
    viewers.leave('s', 'll-hls', 'six-7')
    expect(viewers.place('s', viewer('one more', '2001:db8::ffff'), 1000)).toBe('placed')
  })

  it('are not missed by players of the operator’s own pages, whose name nobody guesses', () => {
    const { viewers, fetch } = counted({ previewPrefix: 'preview-k3y-' })
    fetch('preview-k3y-1')
    expect(viewers.count('s')).toBe(0)
    expect(viewers.place('s', viewer('preview-k3y-2', '::1'), 0)).toBe('placed')
    fetch('preview-1')
    expect(viewers.count('s')).toBe(1)
  })
})

describe('viewer sessions', () => {
  it('join what a player fetches and tells, and end with its farewell', () => {
    const { viewers, published, kept, fetch, pass } = counted()
    viewers.begin('s', 'run1')
    expect(viewers.report('s', beacon({ sequence: 0 }))).toBe('unknown')
    fetch('a', { rendition: 'v0' })
    pass(20)
    expect(viewers.report('s', beacon({ sequence: 1, startupMs: 800, watchedMs: 15_000, stalls: 1, stallMs: 5000, latencyMs: 2100 }))).toBe(
      'counted',
    )
    expect(viewers.report('s', beacon({ sequence: 1, watchedMs: 90_000 }))).toBe('stale')
    pass(1)
    expect(viewers.figures('s')).toMatchObject({
      concurrent: 1,
      measured: 1,
      rebufferRatio: 0.25,
      stalls: 1,
      startupMs: 800,
      latencyP50Ms: 2100,
      latencyP95Ms: 2100,
      protocols: { 'll-hls': 1 },
      qualities: { '720p': 1 },
      healthScore: 50,
    })
    expect(published.at(-1)).toMatchObject({ topic: 'stream.viewers', data: { concurrent: 1, kbps: 8 } })
    // a time longer than the session itself
    viewers.report('s', beacon({ sequence: 2, watchedMs: 9e8, stallMs: 9e8 }))
    const [session] = viewers.sessions('s')
    expect(session).toMatchObject({ stalls: 1, startupMs: 800, reportedBy: 'beacon', quality: '720p' })
    expect(session!.watchedMs).toBeLessThan(30_000)
    viewers.report('s', beacon({ sequence: 3, event: 'end' }))
    expect(viewers.count('s')).toBe(0)
    expect(kept).toEqual(['ll-hls run1'])
    expect(viewers.run('s')).toMatchObject({ id: 'run1', total: 1, peak: 1, stalls: 1, startupMs: 800 })
  })

  it('take no more beacons of one session than a player sends', () => {
    const { viewers, fetch } = counted()
    fetch('a')
    const fates = Array.from({ length: 100 }, (_, sequence) => viewers.report('s', beacon({ sequence })))
    expect(fates.filter((fate) => fate === 'counted').length).toBe(12)
    expect(viewers.report('s', beacon({ sequence: 101, event: 'end' }))).toBe('counted')
  })

  it('are one for a player that names itself, whatever it plays over', () => {
    const { viewers, fetch } = counted()
    fetch('a', { rendition: 'v0' })
    fetch('a', { protocol: 'dash', rendition: 'v1' })
    fetch(undefined, { protocol: 'rtmp', userAgent: 'ffmpeg' })
    expect(viewers.viewers('s')).toMatchObject({ concurrent: 2, total: 2 })
    expect(viewers.sessions('s').map(({ protocol, quality, switches }) => [protocol, quality, switches])).toEqual([
      ['dash', '360p', 1],
      ['rtmp', '720p', 0],
    ])
    viewers.leave('s', 'webrtc', 'a')
    expect(viewers.count('s')).toBe(2)
  })

  it('hear CMCD of players that send no beacon', () => {
    const { viewers, fetch, pass } = counted()
    fetch('a', { cmcd: { sid: 'a', bl: 4000, mtp: 9000, br: 1500, ot: 'v' } })
    fetch('a', { cmcd: { sid: 'a', bs: true } })
    fetch('a', { cmcd: { sid: 'a', bs: true, ot: 'a', br: 96 } })
    pass(2)
    fetch('a', { cmcd: { sid: 'a', bs: true } })
    expect(viewers.sessions('s')[0]).toMatchObject({
      stalls: 2,
      stallMs: null,
      bufferMs: 4000,
      throughputKbps: 9000,
      bitrateKbps: 1500,
      reportedBy: 'cmcd',
    })
  })
})

describe('the book of requests', () => {
  it('distinguishes clients behind one IP address and user agent by CMCD', () => {
    const seen: (string | undefined)[] = []
    const book = new ViewerBook('s', { active: ({ sessionKey }) => void seen.push(sessionKey), leave() {} })
    const request = { remoteAddress: '::1', userAgent: 'VLC', session: undefined, hint: 'll-hls' as const, bytes: 1 }
    book.seen({ ...request, rendition: undefined, cmcd: { sid: 'one' } }, 0)
    book.seen({ ...request, rendition: undefined, cmcd: { sid: 'two' } }, 1)
    book.seen({ ...request, rendition: 'v0', cmcd: { sid: 'one' } }, 2)
    book.seen({ ...request, rendition: 'v0', cmcd: { sid: 'two' } }, 3)
    book.seen({ ...request, rendition: 'v0' }, 4)
    expect(seen).toEqual(['one', 'two', undefined])
  })

  it('reports a player once it has fetched media, with what it fetched before; of one that has media from a CDN at once', () => {
    const reported: number[] = []
    const request = { remoteAddress: '::1', userAgent: 'VLC', session: 'a', hint: 'dash' as const, bytes: 10 }
    const book = new ViewerBook('s', { active: ({ bytes }) => void reported.push(bytes), leave() {} })
    book.seen({ ...request, rendition: undefined }, 0)
    book.seen({ ...request, rendition: 'v0', bytes: 0 }, 1)
    expect(reported).toEqual([])
    book.seen({ ...request, session: undefined, hint: undefined, rendition: 'v0', bytes: 500 }, 2)
    book.seen({ ...request, rendition: undefined }, 3)
    expect(reported).toEqual([510, 10])
    new ViewerBook('s', { active: ({ bytes }) => void reported.push(bytes), leave() {} }, () => true).seen(
      { ...request, rendition: undefined },
      0,
    )
    expect(reported).toEqual([510, 10, 10])
  })

  it('does not lose bytes of more named players than it tells apart without names', () => {
    let bytes = 0
    const names = new Set<string | undefined>()
    const book = new ViewerBook('s', {
      active(activity) {
        bytes += activity.bytes
        names.add(activity.sessionKey)
      },
      leave() {},
    })
    for (let round = 0; round < 3; round++) {
      for (let each = 0; each < 200; each++) {
        book.seen({ remoteAddress: '::1', userAgent: 'x', session: `p${each}`, hint: 'hls', rendition: 'v0', bytes: 1 }, round)
      }
    }
    expect([bytes, names.size]).toEqual([600, 200])
  })
})

describe('figures of viewers', () => {
  it('are kept coarser as they grow old', () => {
    const history = new FigureHistory()
    const blank = { total: 0, peak: 0, protocols: {}, qualities: {}, measured: 0, rebufferRatio: null, stalls: 0, startupMs: null }
    const rest = { latencyP50Ms: null, latencyP95Ms: null, kbps: 0, bytes: 0, healthScore: null }
    for (let second = 0; second < 7200; second++) history.add({ timeMs: second * 1000, concurrent: second % 60, ...blank, ...rest })
    const nowMs = 7_199_000
    expect(history.between(nowMs - 60_000, nowMs, nowMs)).toMatchObject({ step: 1, samples: { length: 61 } })
    expect(history.between(nowMs - 1_800_000, nowMs, nowMs).step).toBe(10)
    const hours = history.between(0, nowMs, nowMs)
    expect(hours).toMatchObject({ step: 60, samples: { length: 120 } })
    expect(hours.samples.every(({ concurrent }) => concurrent === 59)).toBe(true)
    expect(history.between(nowMs - 60_000, nowMs, nowMs, 10).step).toBe(10)
  })

  it('make a score by the stated formula', () => {
    const good = { rebufferRatio: 0, startupMs: 900, late: 0, failing: 0 }
    expect(healthScore(good)).toBe(100)
    expect(healthScore({ ...good, rebufferRatio: 0.02 })).toBe(80)
    expect(healthScore({ rebufferRatio: 1, startupMs: 60_000, late: 1, failing: 1 })).toBe(0)
    expect(healthScore({ rebufferRatio: undefined, startupMs: undefined, late: undefined, failing: undefined })).toBeUndefined()
  })
})

describe('a beacon', () => {
  it('is rejected with the field that is wrong', () => {
    const good = { session: 'a', protocol: 'hls', event: 'report', sequence: 1, latencyMs: null, later: 1 }
    expect(parseBeacon(JSON.stringify(good))).toEqual({ session: 'a', protocol: 'hls', event: 'report', sequence: 1 })
    for (const [field, value] of Object.entries({ session: 'a b', protocol: 'ftp', event: 'x', sequence: -1, stallMs: -5, player: 3 })) {
      const answer = parseBeacon(JSON.stringify({ ...good, [field]: value }))
      expect(isFault(answer) && answer.fault.startsWith(field), field).toBe(true)
    }
  })
})

it('an export keeps texts of players from becoming formulae', () => {
  const { viewers, fetch } = counted()
  fetch('a', { userAgent: '=HYPERLINK("x")' })
  const [, line] = sessionTable([{ ...viewers.sessions('s')[0]!, endedAt: null }]).split('\r\n')
  expect(line).toContain(`"'=HYPERLINK(""x"")"`)
})
