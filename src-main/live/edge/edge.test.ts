import { describe, expect, it } from 'vitest'
import type { EdgeOrigin, RecordSink } from '../../media/edge-delivery.ts'
import type { PackagedStream } from '../packaging/packaged-stream.ts'
import { mediaPlaylistText } from '../protocols/hls/playlist-view.ts'
import { SyntheticStream } from '../protocols/hls/testing/packaged-stream.ts'
import { createEdgeOrigin } from './edge-origin.ts'
import { EdgeRuns } from './edge-runs.ts'
import { AllowedAtNodes } from './guarded-feed.ts'
import { OriginRules } from './origin-rules.ts'

/** `opened` is called by what may open a feed. */
function originOf(stream: PackagedStream, state = { guarded: false, watched: false }, opened = new Set<() => void>()) {
  const origin: EdgeOrigin = createEdgeOrigin({
    onRun: (listener) => listener(stream),
    stateOf: () => ({ title: 'Show', guarded: state.guarded }),
    gate: { restricted: false, check: () => undefined, untilMs: () => Number.POSITIVE_INFINITY, onRefresh: () => () => undefined },
    settings: () => ({ cdnPrefix: '', container: 'fmp4' }),
    seen: () => undefined,
    left: () => undefined,
    isWatchedAt: () => state.watched,
    onOpening(listener) {
      opened.add(listener)
      return () => void opened.delete(listener)
    },
    followPackets: () => () => undefined,
    now: () => 0,
  })
  return { ...origin, feed: (name: string, held: unknown, sink: RecordSink) => origin.feed(name, held, sink, 'node-1') }
}

/** A connection that counts the bytes of media, and has space for so many until it is emptied. */
function connection(runs: EdgeRuns, space = Number.POSITIVE_INFINITY) {
  const state = { media: 0, waiting: 0, space }
  runs.renumber()
  return {
    state,
    write(json: string, data: Uint8Array = new Uint8Array()) {
      state.media += data.length
      state.waiting += data.length
      runs.take(JSON.parse(json), data)
    },
    hasSpace: () => state.waiting < state.space,
  }
}

const texts = (stream: PackagedStream | undefined) =>
  stream?.renditions.map((rendition) => mediaPlaylistText(stream, rendition, { plain: false, skip: false, cdnPrefix: '' }))

describe('runs at a node', () => {
  it('say the same as at the origin, and after a break only what is new is sent', () => {
    const stream = new SyntheticStream({ windowSegments: 4 })
    for (let part = 0; part < 14; part++) stream.part()
    const runs = new EdgeRuns(() => 0)
    const first = connection(runs)
    const feed = originOf(stream).feed('show', runs.held('show'), first)
    expect(runs.isListed('show')).toBe(true)
    expect(texts(runs.find('show'))).toEqual(texts(stream))
    feed.stop()
    expect(runs.find('show')).toBeUndefined()
    // all that is here already is not sent again
    const again = new EdgeRuns(() => 0)
    const other = connection(again)
    originOf(stream).feed('show', {}, other)
    const late = connection(again)
    originOf(stream).feed('show', again.held('show'), late)
    expect(texts(again.find('show'))).toEqual(texts(stream))
    expect(late.state.media).toBe(0)
    expect(other.state.media).toBeGreaterThan(0)
  })

  it('keep what they have where the connection breaks without a word, and whoever waits is woken by what comes next', () => {
    const stream = new SyntheticStream({ windowSegments: 4 })
    for (let part = 0; part < 6; part++) stream.part()
    const runs = new EdgeRuns(() => 0)
    let broken = false
    const whole = connection(runs)
    originOf(stream).feed('show', {}, { hasSpace: () => !broken, write: (json, data) => broken || whole.write(json, data) })
    broken = true
    const run = runs.find('show')
    let woken = 0
    run?.onChange(() => woken++)
    stream.part()
    expect(woken).toBe(0)
    const next = connection(runs)
    originOf(stream).feed('show', runs.held('show'), next)
    expect(runs.find('show')).toBe(run)
    expect(woken).toBeGreaterThan(0)
    expect(texts(run)).toEqual(texts(stream))
    expect(next.state.media).toBeLessThan(whole.state.media)
  })

  it('come from the first viewer who is allowed at the node on, where viewers have to be asked about', () => {
    const stream = new SyntheticStream({ windowSegments: 4 })
    for (let part = 0; part < 6; part++) stream.part()
    const state = { guarded: true, watched: false }
    const opened = new Set<() => void>()
    const mayOpen = (): void => {
      for (const listener of [...opened]) listener()
    }
    const runs = new EdgeRuns(() => 0)
    const sink = connection(runs)
    const feed = originOf(stream, state, opened).feed('show', {}, sink)
    // who asks meanwhile is the origin's, at once
    expect([runs.isListed('show'), runs.find('show'), sink.state.media]).toEqual([true, undefined, 0])
    mayOpen()
    expect(sink.state.media).toBe(0)
    state.watched = true
    mayOpen()
    expect(texts(runs.find('show'))).toEqual(texts(stream))
    expect(opened.size).toBe(0)
    feed.stop()
    state.watched = false
    const unguarded = new EdgeRuns(() => 0)
    const waiting = originOf(stream, state, opened).feed('show', {}, connection(unguarded))
    state.guarded = false
    mayOpen()
    expect(unguarded.find('show')).toBeDefined()
    waiting.stop()
    const left = new EdgeRuns(() => 0)
    state.guarded = true
    originOf(stream, state, opened).feed('show', {}, connection(left)).stop()
    state.watched = true
    mayOpen()
    expect([left.find('show'), opened.size]).toEqual([undefined, 0])
  })

  it('are opened by the first viewer who is allowed at that node, and by nobody after that', () => {
    let nowMs = 0
    let calls = 0
    const allowed = new AllowedAtNodes(() => nowMs)
    const stop = allowed.onFirst(() => calls++)
    allowed.add('show', 'node-1')
    allowed.add('show', 'node-1')
    expect([calls, allowed.has('show', 'node-1'), allowed.has('show', 'node-2')]).toEqual([1, true, false])
    nowMs = 60_001
    allowed.add('show', 'node-1')
    expect(calls).toBe(2)
    stop()
    allowed.add('show', 'node-2')
    expect(calls).toBe(2)
  })

  it('drop what has left the list meanwhile', () => {
    const stream = new SyntheticStream({ windowSegments: 3 })
    for (let part = 0; part < 6; part++) stream.part()
    const runs = new EdgeRuns(() => 0)
    let broken = false
    const whole = connection(runs)
    originOf(stream).feed('show', {}, { hasSpace: () => !broken, write: (json, data) => broken || whole.write(json, data) })
    broken = true
    for (let part = 0; part < 40; part++) stream.part()
    originOf(stream).feed('show', runs.held('show'), connection(runs))
    expect(texts(runs.find('show'))).toEqual(texts(stream))
  })

  it('are listed once all is there, bit by bit for a slow connection', () => {
    const stream = new SyntheticStream({ windowSegments: 6 })
    for (let part = 0; part < 20; part++) stream.part()
    const runs = new EdgeRuns(() => 0)
    const slow = connection(runs, 1)
    const feed = originOf(stream).feed('show', {}, slow)
    let most = 0
    let rounds = 0
    for (; !runs.isListed('show') && rounds < 1000; rounds++) {
      expect(runs.find('show')?.ready).not.toBe(true)
      most = Math.max(most, slow.state.waiting)
      slow.state.waiting = 0
      feed.resume()
    }
    expect(rounds).toBeGreaterThan(20)
    expect(most).toBeLessThan(200)
    expect(texts(runs.find('show'))).toEqual(texts(stream))
  })

  it('ignore what a node says of itself that makes no sense', () => {
    const stream = new SyntheticStream()
    for (let part = 0; part < 6; part++) stream.part()
    const rendition = { inits: [], sequence: 1e15, parts: 1e15, complete: false, first: 0, unstored: 1e15 }
    for (const held of [7, 'x', null, { e1: { v0: { sequence: -1 } } }, { e1: { v0: rendition } }, JSON.parse('{"__proto__":{"v0":{}}}')]) {
      const runs = new EdgeRuns(() => 0)
      const feed = originOf(stream).feed('show', held, connection(runs))
      expect(runs.isListed('show')).toBe(true)
      feed.stop()
    }
  })
})

describe('what a node says of its players', () => {
  it('counts, but for what no player can be', () => {
    const counted: string[] = []
    const origin = createEdgeOrigin({
      onRun: () => () => undefined,
      stateOf: () => ({ title: '', guarded: false }),
      gate: { restricted: false, check: () => undefined, untilMs: () => 0, onRefresh: () => () => undefined },
      settings: () => ({ cdnPrefix: '', container: 'fmp4' }),
      seen: (name, epoch, request) => void counted.push(`${name} ${epoch} ${request.remoteAddress}`),
      isWatchedAt: () => false,
      onOpening: () => () => undefined,
      left: (name, session) => void counted.push(`${name} left by ${session}`),
      followPackets: () => () => undefined,
      now: () => 0,
    })
    const request = { remoteAddress: '203.0.113.1', userAgent: 'player', bytes: 10, hint: 'hls' }
    const good = { name: 'show', epoch: 'e1', request }
    const wrong = [
      7,
      null,
      { ...good, epoch: '../..' },
      { ...good, request: { ...request, bytes: -1 } },
      { ...good, request: { ...request, userAgent: 'x'.repeat(100_000) } },
      { ...good, request: { ...request, __proto__: null, more: 1 } },
      { ...good, request: { ...request, cmcd: { sid: 'x'.repeat(1000) } } },
    ]
    origin.seen({ seen: [...wrong, good] }, 'node-1')
    origin.seen(
      {
        seen: [],
        left: [7, null, { name: 'show' }, { name: 'show', session: 'x'.repeat(1000) }, { name: 'show', session: 's1' }],
      },
      'node-1',
    )
    for (const report of [
      undefined,
      null,
      7,
      [],
      {},
      { seen: 7 },
      { seen: Array(100_000).fill(good) },
      { seen: [], left: Array(100_000).fill(good) },
    ])
      origin.seen(report, 'node-1')
    expect(counted).toEqual(['show e1 203.0.113.1', 'show left by s1'])
  })
})

describe('the rules at a node', () => {
  const viewer = { stream: 'show', remoteAddress: '203.0.113.9', token: 'secret' }

  it('are the answers of the origin, asked once for all who ask at once, and again after a change', async () => {
    let asked = 0
    let allowed = true
    const rules = new OriginRules(async () => {
      asked++
      return allowed ? { allowed, forMs: 60_000 } : { allowed: false, code: 'play.token_expired', message: 'over' }
    })
    expect(await Promise.all(Array.from({ length: 50 }, () => rules.check(viewer)))).toEqual(Array(50).fill(undefined))
    expect(rules.check(viewer)).toBeUndefined()
    expect(asked).toBe(1)
    allowed = false
    rules.refresh()
    expect(await rules.check(viewer)).toMatchObject({ code: 'play.token_expired' })
    expect(asked).toBe(2)
  })

  it('reject whoever nobody can be asked about, and ask again next time', async () => {
    let away = true
    const rules = new OriginRules(async () => {
      if (away) throw new Error('away')
      return { allowed: true, forMs: 1000 }
    })
    expect(await rules.check(viewer)).toMatchObject({ code: 'network.origin_away' })
    away = false
    expect(await rules.check(viewer)).toBeUndefined()
    rules.restricted = false
    expect(rules.check({ ...viewer, token: undefined })).toBeUndefined()
  })

  it('ask nobody about a token that is longer than any', async () => {
    const rules = new OriginRules(() => expect.unreachable())
    expect(rules.check({ ...viewer, token: 'x'.repeat(5000) })).toMatchObject({ code: 'play.token_invalid' })
  })

  it('take no answer from before a change', async () => {
    const answers: ((allowed: boolean) => void)[] = []
    const rules = new OriginRules(
      () =>
        new Promise((resolve) =>
          answers.push((allowed) =>
            resolve(allowed ? { allowed, forMs: 60_000 } : { allowed: false, code: 'play.token_expired', message: '' }),
          ),
        ),
    )
    const verdict = rules.check(viewer)
    rules.refresh()
    answers[0]?.(true)
    await new Promise((resolve) => setTimeout(resolve))
    answers[1]?.(false)
    expect(await verdict).toMatchObject({ code: 'play.token_expired' })
  })
})
